"""How long a recording may last and how far ahead it may be scheduled.

This is not in `station`, because the command line loads that only when a command runs.
"""

MIN_DURATION_S, MAX_DURATION_S = 1, 86_400
MAX_START_AHEAD_DAYS = 31
# Of one video, if a recording is a series of videos.
MIN_VIDEO_LENGTH_S, MAX_VIDEO_LENGTH_S, DEFAULT_VIDEO_LENGTH_S = 60, 86_400, 3600
