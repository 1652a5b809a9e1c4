"""Points of a line that maps times to UTC: as few as are needed to draw it."""

from __future__ import annotations

from collections.abc import Sequence

from camrec.camera_clock import find_bends

MAP_TOLERANCE_NS = 20_000  # less than two ticks of an RTP clock
MAX_MAP_POINTS = 1000

UtcPoint = tuple[int, int]  # a time and its UTC, nanoseconds


def straighten(points: Sequence[UtcPoint]) -> tuple[UtcPoint, ...]:
    """The points without those that are on the line between others, within `MAP_TOLERANCE_NS`.

    The tolerance is larger if there would be more than `MAX_MAP_POINTS`.
    """
    shifts = [(at, utc - at) for at, utc in points]
    tolerance = MAP_TOLERANCE_NS
    while len(bends := find_bends(shifts, tolerance)) > MAX_MAP_POINTS:
        tolerance *= 2
    return tuple((points[number][0], points[number][1]) for number in bends)
