"""How long a recording may last and how far ahead it may be scheduled.

This is not in `station`, because the command line loads that only when a command runs.
"""

MIN_DURATION_S, MAX_DURATION_S = 1, 86_400
MAX_START_AHEAD_DAYS = 31
