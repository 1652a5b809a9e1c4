"""Collects the least delayed frames of a whole stream, for the line through all of its delays."""

from __future__ import annotations

from camrec.camera_clock.lower_hull import DelayPoint
from camrec.clock import NS_PER_SECOND

FIRST_BIN_NS = 5 * NS_PER_SECOND // 4
MAX_POINTS = 16_384  # then neighbors are merged: after six hours the first time


class DelayPoints:
    """The frame with the smallest (arrival - timestamp) of each bin of time.

    A frame costs a comparison. The bins become longer, so that memory stays bounded.
    """

    def __init__(self) -> None:
        self._bin_ns = FIRST_BIN_NS
        self._bin = -1
        self._points: list[DelayPoint] = []

    def note(self, time: int, arrived: int) -> None:
        """Add a frame, by its timestamp and its arrival, both in nanoseconds."""
        place, delay = arrived // self._bin_ns, arrived - time
        if place != self._bin:
            self._bin = place
            if len(self._points) >= MAX_POINTS:
                self._merge(place)
            self._points.append((time, delay))
        elif delay < self._points[-1][1]:
            self._points[-1] = (time, delay)

    def points(self) -> list[DelayPoint]:
        """(timestamp, delay) in nanoseconds, sorted."""
        return sorted(self._points)

    def _merge(self, place: int) -> None:
        self._bin_ns *= 2
        self._bin = place // 2
        least: dict[int, DelayPoint] = {}
        for time, delay in self._points:
            at = (time + delay) // self._bin_ns
            if at not in least or delay < least[at][1]:
                least[at] = (time, delay)
        self._points = list(least.values())
