"""Finds cameras whose timestamps count frames at a nominal rate, whatever rate they send.

Their timestamps are always 40 ms apart, for example. They drift away from the arrival times when
the camera sends fewer frames, as at night. The timestamps also drift if the clock of the camera is
slightly wrong, or while the camera's buffer fills because the network is slow. The rules in this
module distinguish these cases.

The delay of a frame is (arrival - timestamp). In each bin of time only the frame with the smallest
delay counts, because a network only delays frames. A constant slope of these delays over minutes is
a wrong rate. A slope that is reversed later was the network. docs/timing.md names the sources of
this method (Clock skew).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from camrec.camera_clock.lower_hull import hull_slope
from camrec.clock import NS_PER_SECOND

BIN_NS = 5 * NS_PER_SECOND // 4
RATE_WINDOW_NS = 120 * NS_PER_SECOND
MIN_SLOPE = 0.002  # the drift of a clock is at most a tenth of this
# No network makes the delay rise by more than this, or fall by more than this, ...
MAX_DELAY_RISE_NS, MAX_DELAY_FALL_NS = 4 * NS_PER_SECOND, 15 * NS_PER_SECOND
RISE_SLACK_RATIO = 0.15  # ... in a line that is as straight as this share of the rise
LINE_SLACK_RATIO = 0.025  # the same for a small slope over the whole window
MIN_BINS = 9
BINS_PER_WIDE_BIN = 4  # bins that are joined to find a small slope
DELAY_TURN_NS = NS_PER_SECOND  # if a delay goes back by so much, the network caused it


class MinDelayPoint(NamedTuple):
    """The frame of a bin with the smallest delay. Times in nanoseconds.

    number : how many frames arrived up to this one.
    """

    arrived: int
    delay: int
    number: int


@dataclass(frozen=True)
class NominalRate:
    """A camera that counts its frames at another rate than it sends them.

    nominal_fps : frames per second by the camera's timestamps.
    sent : frames per second by the arrival times.
    at : when this was last true, in monotonic nanoseconds.
    """

    nominal_fps: float
    sent: float
    at: int


class NominalRateCheck:
    """Checks the frames of one stream.

    Each frame costs only a comparison: the result is computed when a bin ends.

    result : None unless the camera counts at a nominal rate. It is replaced while the camera does,
        and stays when it no longer does, unless the network turns out to be the cause.
    """

    def __init__(self) -> None:
        self.result: NominalRate | None = None
        self._frames = 0
        self._bin = -1
        self._least_delayed = MinDelayPoint(0, 0, 0)
        self._points: deque[MinDelayPoint] = deque(maxlen=RATE_WINDOW_NS // BIN_NS + 1)
        self._is_network = False

    def note(self, time: int, arrived: int) -> None:
        """Add a frame, by its timestamp and its arrival, both in nanoseconds."""
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
        """Whether the delay moves in the opposite direction of the result."""
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
    """How many seconds the delay grows per second, by the lower hull of the points."""
    return hull_slope([(each.arrived, each.delay) for each in points])


def is_straight(points: Sequence[MinDelayPoint], slack: float) -> bool:
    """Whether the points are on one line, within `slack` times its total rise."""
    rise = slope(points)
    first, last = points[0], points[-1]
    rests = [each.delay - rise * (each.arrived - first.arrived) for each in points]
    return max(rests) - min(rests) <= slack * abs(rise) * (last.arrived - first.arrived)


def _delay(point: MinDelayPoint) -> int:
    return point.delay


def round_rate(rate: float, slack: float = 0.0005) -> int | float:
    """A whole number if the rate is within `slack` of one, else two digits after the point."""
    whole = round(rate)
    return whole if abs(rate - whole) <= slack * rate else round(rate, 2)
