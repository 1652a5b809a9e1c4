"""Finds the bends of a line that is given by many points."""

from __future__ import annotations

from collections.abc import Sequence

from camrec.camera_clock.lower_hull import DelayPoint


def find_bends(points: Sequence[DelayPoint], tolerance: int) -> list[int]:
    """The numbers of the points that are enough to draw the line, with the first and the last.

    It is the algorithm of Ramer, Douglas and Peucker: a chord between two points is divided at the
    point that is furthest off it, if that is more than `tolerance`.
    """
    bends = {0, len(points) - 1}
    open_parts = [(0, len(points) - 1)]
    while open_parts:
        begin, end = open_parts.pop()
        (x0, y0), (x1, y1) = points[begin], points[end]
        if x0 == x1:
            continue
        off = [abs((y - y0) - (y1 - y0) * (x - x0) / (x1 - x0)) for x, y in points[begin:end]]
        furthest = max(range(len(off)), key=off.__getitem__)
        if off[furthest] > tolerance:
            bend = begin + furthest
            bends.add(bend)
            open_parts += [(begin, bend), (bend, end)]
    return sorted(bends)
