"""Estimates the offset and the drift of a camera's clock from when its frames arrive.

(arrival - timestamp) of a frame is its delay: the unknown offset between the camera's clock and
this machine's clock, plus the time that the frame spent in queues, which is never negative. In each
bin of time the frame with the smallest delay counts. The line below these delays, over the last
minute, is the offset; its slope is the drift. ``docs/timing.md`` has the symbols, bounds and
sources (section 2).
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from camrec.camera_clock.lower_hull import DelayPoint, edge_under, lower_hull
from camrec.camera_clock.nominal_rate import (
    MAX_DELAY_FALL_NS,
    MAX_DELAY_RISE_NS,
    RISE_SLACK_RATIO,
)
from camrec.clock import NS_PER_SECOND

DELAY_BIN_NS = 5 * NS_PER_SECOND // 4
DELAY_WINDOW_BINS = 48  # a minute
FLOOR_WINDOW_BINS = 12  # 15 s
MIN_LINE_BINS = 3
YOUNG_LINE_BINS = 16  # 20 s. With fewer a small slope is more likely to be an error
MIN_YOUNG_SLOPE_RATIO = 1 / 3  # of its stated error
MAX_DRIFT_DIVISOR = 1000  # no clock drifts from another by more than one part in a thousand
# The error of a line below K bins is a multiple of how late the least delayed frame of all of them
# is likely to be. These multiples cover 99 % of the errors (measured with benchmarks/clock.py).
OFFSET_ERROR_FACTOR = 9.0
SLOPE_ERROR_FACTOR = 14.0  # at the ends of the line
MERGED_BINS = 4  # to see how lateness shrinks with more frames
MIN_LATENESS_RATIO, YOUNG_LATENESS_RATIO = 0.25, 0.4
ARRIVAL_RESOLUTION_NS = 10_000
UNSETTLED_ERROR_NS = NS_PER_SECOND // 10  # added before there are enough bins


@dataclass(frozen=True)
class DelayLine:
    """The offset as a line: `offset` at the timestamp `time`, growing by `slope`.

    slope : nanoseconds of delay per nanosecond of the camera's clock.
    offset_error, slope_error : how wrong they may be; 99 % are not.
    """

    time: int
    offset: int
    slope: float
    offset_error: float
    slope_error: float

    def at(self, time: int) -> int:
        """The offset in nanoseconds at a timestamp."""
        return self.offset + round(self.slope * (time - self.time))


class MinDelayLine:
    """The offset of one track to this machine's monotonic clock, as far as arrivals show it.

    The line is computed once in a bin. A frame costs a comparison. A frame below the line lowers
    the offset at once. If the delays are those of neither a clock that drifts nor a camera that
    counts a wrong rate, the line is level, below the delays of the last 15 s.

    lowest_ever : the smallest delay since the start, in nanoseconds. It grows by the largest
        possible drift of the clocks, so that a network that is slow for minutes and then fast again
        is not taken for a clock that jumps.
    slope, slope_error : of the line below the delays of the last minute, even if no clock can
        drift so fast. The slope of a camera that counts 25 frames a second and sends 21 is 4 / 21.
    """

    def __init__(self) -> None:
        self.lowest_ever: float = float("inf")
        self.slope = 0.0
        self.slope_error = 1.0
        self._noted_at = 0
        self._bin = -1
        self._points: deque[DelayPoint] = deque(maxlen=DELAY_WINDOW_BINS)
        self._lowest: DelayPoint = (0, 0)  # of this bin, by its distance from the line
        self._below = 0  # that distance
        self._line = DelayLine(0, 0, 0.0, 0.0, 0.0)

    @property
    def has_begun(self) -> bool:
        """Whether there was a frame."""
        return self._bin >= 0

    @property
    def is_settled(self) -> bool:
        """Whether there are enough frames for a line and its error."""
        return len(self._points) >= MIN_LINE_BINS

    def offset_at(self, time: int) -> int:
        """The offset in nanoseconds at a timestamp near the newest ones."""
        return self._line.at(time) + min(0, self._below)

    def error_at(self, time: int) -> int:
        """How wrong `offset_at` may be, in nanoseconds: 99 % of the offsets are not.

        The part of the delay that all frames have in common is contained in the offset, and not in
        this error.
        """
        line = self._line
        error = line.offset_error + line.slope_error * abs(time - line.time)
        if not self.is_settled:
            error += UNSETTLED_ERROR_NS + max(0, self._below)
        return round(error)

    def note(self, time: int, arrived: int) -> int:
        """Add a frame with a timestamp; both in nanoseconds. Returns `offset_at` its timestamp."""
        delay = arrived - time
        max_drift = max(0, arrived - self._noted_at) // MAX_DRIFT_DIVISOR
        self.lowest_ever = min(self.lowest_ever + max_drift, delay)
        self._noted_at = arrived
        place = arrived // DELAY_BIN_NS
        if place != self._bin:
            self._begin_bin(place, (time, delay))
        expected = self._line.at(time)
        if delay - expected < self._below:
            self._lowest, self._below = (time, delay), delay - expected
        return expected + min(0, self._below)

    def _begin_bin(self, place: int, first: DelayPoint) -> None:
        if self._bin >= 0:
            self._points.append(self._lowest)
        if place - self._bin > DELAY_WINDOW_BINS:
            self._points.clear()
        self._bin = place
        points = sorted(self._points)
        if points:
            self._line = self._fit(points)
        else:
            self.slope, self.slope_error = 0.0, 1.0
            self._line = DelayLine(*first, 0.0, 0.0, 0.0)
        self._lowest, self._below = first, first[1] - self._line.at(first[0])

    def _fit(self, points: Sequence[DelayPoint]) -> DelayLine:
        hull = lower_hull(points)
        first, last = hull[0], hull[-1]
        span = last[0] - first[0]
        if len(points) < MIN_LINE_BINS or not span:
            self.slope, self.slope_error = 0.0, 1.0
            return _level_line(points, 0.0)
        middle = first[0] + span // 2
        low, high = edge_under(hull, middle)
        self.slope = (high[1] - low[1]) / (high[0] - low[0])
        offset = low[1] + round(self.slope * (middle - low[0]))
        rests = [y - offset - self.slope * (x - middle) for x, y in points]
        least = _expected_lateness(rests)
        offset_error = OFFSET_ERROR_FACTOR * least + ARRIVAL_RESOLUTION_NS
        offset_error += min(rests[-FLOOR_WINDOW_BINS:])  # the newest frames may have a new floor
        self.slope_error = (SLOPE_ERROR_FACTOR * least + ARRIVAL_RESOLUTION_NS) * 2 / span
        if abs(self.slope) > self.slope_error + 1 / MAX_DRIFT_DIVISOR:
            if not _is_wrong_rate(self.slope * span, max(rests)):
                return _level_line(points[-FLOOR_WINDOW_BINS:], abs(self.slope))
        elif (
            len(points) < YOUNG_LINE_BINS
            and abs(self.slope) <= MIN_YOUNG_SLOPE_RATIO * self.slope_error
        ):
            start = first[0] if self.slope > 0 else middle
            lowest = min(y for _, y in points)
            return DelayLine(start, lowest, 0.0, offset_error, self.slope_error)
        return DelayLine(middle, offset, self.slope, offset_error, self.slope_error)


def _is_wrong_rate(rise: float, largest_rest: float) -> bool:
    """Whether delays that rise (or fall) so far, so straight, are those of a wrong frame rate."""
    is_far = not -MAX_DELAY_FALL_NS <= rise <= MAX_DELAY_RISE_NS
    return is_far and largest_rest <= RISE_SLACK_RATIO * abs(rise)


def _expected_lateness(rests: Sequence[float]) -> float:
    """How late the least delayed frame of all bins is likely to be, in nanoseconds.

    rests : how far the least delayed frame of each bin is above the line.

    With delays that are distributed exponentially, four times as many frames make the least delay a
    quarter. With others it shrinks less: a network that delays every frame a little never shows its
    floor. So the ratio is measured, by merging neighboring bins.
    """
    count = len(rests)
    late = sum(rests) / max(1, count - 2)
    ratio = YOUNG_LATENESS_RATIO
    if count >= YOUNG_LINE_BINS and late > 0:
        merged = [min(rests[at : at + MERGED_BINS]) for at in range(0, count, MERGED_BINS)]
        ratio = min(1.0, max(MIN_LATENESS_RATIO, sum(merged) / max(1, len(merged) - 2) / late))
    return late * math.pow(ratio, math.log(count, MERGED_BINS))


def _level_line(points: Sequence[DelayPoint], slope: float) -> DelayLine:
    """A level line below the points, wrong by as much as their delays differ.

    slope : how much the delays may change per nanosecond.
    """
    delays = [y for _, y in points]
    spread = max(delays) - min(delays) + ARRIVAL_RESOLUTION_NS
    return DelayLine(points[-1][0], min(delays), 0.0, spread, slope)
