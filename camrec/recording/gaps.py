"""What counts as a time without pictures."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from camrec.receipt import Gap

SHORTEST = 2.0  # seconds
DISTANCES = 5  # times the usual distance between two pictures, if that is more


def between(earlier: float, later: float, usual: float) -> Gap | None:
    """The gap from one picture to the next, or to the end; all in seconds."""
    if later - earlier <= max(SHORTEST, DISTANCES * usual):
        return None
    return Gap(start=round(earlier, 6), duration=round(later - earlier, 6))


def find(times: Sequence[float], end: float) -> list[Gap]:
    """The gaps between pictures shown at `times` (sorted), silence up to `end` included."""
    if not times:
        return []
    distances = [later - earlier for earlier, later in zip(times, times[1:], strict=False)]
    usual = median(distances) if distances else 0.0
    found = (between(a, b, usual) for a, b in zip(times, [*times[1:], end], strict=True))
    return [gap for gap in found if gap is not None]
