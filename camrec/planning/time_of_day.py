"""Times of day as people type them: ``08:00``, ``8:00``, ``8h``, ``8``, ``8 pm``.

The page understands the same (`dashboard/static/plans/typed_time.js`).
"""

from __future__ import annotations

import re
from datetime import time

_TYPED_TIME = re.compile(
    r"([01]?[0-9]|2[0-4])(?: ?[:.h] ?([0-5][0-9])?)?(?: ?([ap])\.?m\.?)?"
    r"|([01]?[0-9]|2[0-4])([0-5][0-9])"
    r"|([01]?[0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])"
)


def parse_time_of_day(text: str) -> time | None:
    """The time of day that was typed; None: it is none. ``24:00`` is midnight."""
    found = _TYPED_TIME.fullmatch(text.strip(" ").lower())
    if found is None:
        return None
    hours, minutes, half, hours_together, minutes_together, *exact = found.groups()
    if exact[0] is not None:
        return time(int(exact[0]), int(exact[1]), int(exact[2]))
    hour, minute = int(hours or hours_together), int(minutes or minutes_together or 0)
    if half is not None:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour == 24:
        return time(0) if minute == 0 else None
    return time(hour, minute)
