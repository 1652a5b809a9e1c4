"""How long a recording may last; apart from the station, for the command line loads that late."""

MIN_DURATION_S, MAX_DURATION_S = 1, 86_400
