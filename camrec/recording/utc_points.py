"""Points of a line that maps times to UTC: as few as are needed to draw it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from camrec.camera_clock import find_bends

MAP_TOLERANCE_NS = 20_000  # less than two ticks of an RTP clock
MAX_MAP_POINTS = 1000
# `straighten` takes seconds for the reports of a day. While it records, they are thinned before.
MAX_STORED_POINTS = 200

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


def thin_out(points: Sequence[UtcPoint]) -> Sequence[UtcPoint]:
    """At most `MAX_STORED_POINTS` of the points, evenly in time, with the first and the last."""
    if len(points) <= MAX_STORED_POINTS:
        return points
    times = [at for at, _ in points]
    begin, whole, parts = times[0], times[-1] - times[0], MAX_STORED_POINTS - 1
    places = {bisect_left(times, begin + whole * number // parts) for number in range(parts + 1)}
    return [points[place] for place in sorted(places)]
