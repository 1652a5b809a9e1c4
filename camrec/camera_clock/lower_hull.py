"""The line below all points: a network makes frames late but never early.

Points are (x, delay) in nanoseconds, sorted by x. The delay of a frame without queueing is on or
above the lower convex hull. ``docs/timing.md`` names the sources of this method.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

DelayPoint = tuple[int, int]


def lower_hull(points: Sequence[DelayPoint]) -> list[DelayPoint]:
    """The corners of the lower convex hull; of points with the same x only the lowest counts."""
    hull: list[DelayPoint] = []
    for point in points:
        if hull and hull[-1][0] == point[0]:
            if hull[-1][1] <= point[1]:
                continue
            hull.pop()
        x, y = point
        while len(hull) > 1:
            (ax, ay), (bx, by) = hull[-2], hull[-1]
            if (by - ay) * (x - ax) < (y - ay) * (bx - ax):
                break
            hull.pop()  # it is on the line between its neighbors, or above it
        hull.append(point)
    return hull


def edge_under(hull: Sequence[DelayPoint], x: float) -> tuple[DelayPoint, DelayPoint]:
    """The two corners of the hull around `x`; it has at least two corners."""
    return next((a, b) for a, b in pairwise(hull) if x <= b[0] or b is hull[-1])


def hull_slope(points: Sequence[DelayPoint]) -> float:
    """How much the delay grows along x, by the hull's edge below the middle of the points.

    Of all lines below the points, the line through the edge below their middle leaves the smallest
    sum of distances. It is 0 if all points have the same x.
    """
    hull = lower_hull(points)
    if len(hull) < 2:
        return 0.0
    low, high = edge_under(hull, (hull[0][0] + hull[-1][0]) / 2)
    return (high[1] - low[1]) / (high[0] - low[0])
