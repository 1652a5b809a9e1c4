"""Cameras that count their nominal rate: stamps 40 ms apart whatever is really sent, as by night.

Their times run away from the arrivals. So do those of a camera whose network is too slow, while its
buffer fills, and of one whose clock is a little wrong; the rules here tell them apart.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from camrec.clock import NS_PER_SECOND

BIN_NS = 5 * NS_PER_SECOND // 4
RATE_WINDOW_NS = 120 * NS_PER_SECOND
MIN_SLOPE = 0.002  # clocks are wrong by a tenth of it at most
MAX_DELAY_RISE_NS = (
    4 * NS_PER_SECOND
)  # no network delays a frame by so much more than those before ...
MAX_DELAY_FALL_NS = 15 * NS_PER_SECOND  # nor is there more than this to be caught up
RISE_SLACK_RATIO = 0.15  # ... as evenly as this: parts of the rise
LINE_SLACK_RATIO = 0.025  # the same where only the length of the time tells
MIN_BINS = 9
BINS_PER_WIDE_BIN = 4  # bins taken together where little is looked for
DELAY_TURN_NS = NS_PER_SECOND  # a delay that turns back by so much was the network's


class MinDelayPoint(NamedTuple):
    """The frame of a bin that was delayed least."""

    arrived: int
    delay: int
    number: int


@dataclass(frozen=True)
class NominalRate:
    """What was found.

    nominal_fps, sent : frames a second, by the camera's times and by their arrivals.
    at : the last moment that it was so, monotonic nanoseconds.
    """

    nominal_fps: float
    sent: float
    at: int


class NominalRateCheck:
    """Takes note of one stream's frames; `result` is renewed while it is so, and stays afterwards.

    A frame costs no more than a comparison: in each bin the one with the least delay is kept, and
    what is computed is computed when a bin is over.
    """

    def __init__(self) -> None:
        self.result: NominalRate | None = None
        self._frames = 0
        self._bin = -1
        self._least_delayed = MinDelayPoint(0, 0, 0)
        self._points: deque[MinDelayPoint] = deque(maxlen=RATE_WINDOW_NS // BIN_NS + 1)
        self._is_network = False

    def note(self, time: int, arrived: int) -> None:
        """A frame of the camera's `time` came; both in nanoseconds."""
        self._frames += 1
        place, delay = arrived // BIN_NS, arrived - time
        if place != self._bin:
            if self._bin >= 0:
                self._points.append(self._least_delayed)
                self._evaluate()
            self._bin = place
        elif delay >= self._least_delayed.delay:
            return
        self._least_delayed = MinDelayPoint(arrived, delay, self._frames)

    def _evaluate(self) -> None:
        points = list(self._points)
        delays = [each.delay for each in points]
        if max(delays) - min(delays) < MIN_SLOPE * RATE_WINDOW_NS or self._is_network:
            return
        if self.result is not None and self._turns_back(*points[-2:]):
            self.result, self._is_network = None, True
            return
        now = delays[-1]
        late = next(
            (
                p
                for p in reversed(points)
                if not now - MAX_DELAY_RISE_NS <= p.delay <= now + MAX_DELAY_FALL_NS
            ),
            None,
        )
        if late is not None:
            begin = min(points.index(late), len(points) - MIN_BINS)
            if begin >= 0 and is_straight(points[begin:], RISE_SLACK_RATIO):
                self._set_result(points[begin:])
                return
        if points[-1].arrived - points[0].arrived < RATE_WINDOW_NS - 2 * BIN_NS:
            return
        wide = [
            min(points[at : at + BINS_PER_WIDE_BIN], key=_delay)
            for at in range(0, len(points), BINS_PER_WIDE_BIN)
        ]
        if abs(slope(wide)) > MIN_SLOPE and is_straight(wide, LINE_SLACK_RATIO):
            self._set_result(wide)

    def _turns_back(self, before: MinDelayPoint, now: MinDelayPoint) -> bool:
        """Whether the delay moves against what was found."""
        assert self.result is not None
        grows = self.result.nominal_fps > self.result.sent
        turned = before.delay - now.delay if grows else now.delay - before.delay
        return turned > DELAY_TURN_NS

    def _set_result(self, points: Sequence[MinDelayPoint]) -> None:
        first, last = points[0], points[-1]
        frames = (last.number - first.number) * NS_PER_SECOND
        took = last.arrived - first.arrived
        counted, sent = frames / max(1, took - last.delay + first.delay), frames / took
        self.result = NominalRate(counted, sent, last.arrived)


def slope(points: Sequence[MinDelayPoint]) -> float:
    """How much the delay grows a second: the edge of the lower hull that is under the middle.

    Frames come late and never early, so what is below all of them is what tells.
    """
    hull: list[MinDelayPoint] = []
    for point in points:
        while len(hull) > 1 and _is_above(hull[-2], hull[-1], point):
            hull.pop()
        hull.append(point)
    middle = (points[0].arrived + points[-1].arrived) / 2
    low, high = next((a, b) for a, b in pairwise(hull) if a.arrived <= middle <= b.arrived)
    return (high.delay - low.delay) / (high.arrived - low.arrived)


def is_straight(points: Sequence[MinDelayPoint], slack: float) -> bool:
    """Whether all lie on one line, as far as `slack` of what it rises in all allows."""
    rise = slope(points)
    first, last = points[0], points[-1]
    rests = [each.delay - rise * (each.arrived - first.arrived) for each in points]
    return max(rests) - min(rests) <= slack * abs(rise) * (last.arrived - first.arrived)


def _delay(point: MinDelayPoint) -> int:
    return point.delay


def _is_above(a: MinDelayPoint, b: MinDelayPoint, c: MinDelayPoint) -> bool:
    """Whether `b` lies on the line from `a` to `c`, or above it."""
    return (b.delay - a.delay) * (c.arrived - a.arrived) >= (c.delay - a.delay) * (
        b.arrived - a.arrived
    )
