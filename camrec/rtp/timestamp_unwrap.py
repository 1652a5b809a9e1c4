"""Unwraps RTP timestamps: 32 bits that wrap around, clocks that jump, single wrong timestamps.

A timestamp is accepted if it continues those before it. One that cannot be right is replaced by the
time at which the next frame was due, according to the intervals so far, and starts a new segment:
the camera's clock may have jumped. The next frames decide. If they continue the old segment, the
timestamp was wrong and nothing has changed. If they continue the new one, the clock did jump; the
old segment is kept in case the clock jumps back.

So all timestamps of a segment are shifted by the same number of ticks. The intervals between them
stay exact, however inexact the arrival times are.
"""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass
from statistics import median_low

from camrec.clock import NS_PER_SECOND

log = logging.getLogger(__name__)

BACKWARD_JUMP_NS = NS_PER_SECOND  # no frame is earlier by so much than the frames before it
MIN_PAUSE_NS = NS_PER_SECOND // 2  # smaller differences between arrivals are ignored
FORWARD_JUMP_S = 0.2  # later than usual by so much: trusted only once the next frame is later too
CONFIRMED_FRAMES = 8  # if a new segment has so many frames, the clock did jump
MAX_TIMESTAMP_SEGMENTS = 8
MAX_LOGGED_JUMPS = 5  # some cameras start at 0 again with each key frame
SEGMENT_MEMORY_NS = 3600 * NS_PER_SECOND
MAX_HISTORY_INTERVALS = 256
# How many of the last intervals are compared with the history to predict the next one.
MIN_PATTERN_INTERVALS, MAX_PATTERN_INTERVALS = 3, 24


@dataclass(slots=True, eq=False)
class TimestampSegment:
    """Timestamps between two jumps of the camera's clock.

    ticks : the newest timestamp, unwrapped.
    shift : ticks that are added to its timestamps.
    frames : how many frames it has.
    last_used : when its newest frame arrived, in monotonic nanoseconds.
    """

    ticks: int
    shift: int
    frames: int
    last_used: int

    def unwrap(self, stamp: int) -> int:
        """The number with these low 32 bits that is nearest to the newest timestamp."""
        return self.ticks + (stamp - self.ticks + 0x80000000 & 0xFFFFFFFF) - 0x80000000


class TimestampUnwrapper:
    """Unwraps the timestamps of one track, in the order in which its frames arrive.

    corrected_count : how many timestamps were wrong and were replaced.
    jump_count : how often the camera's clock jumped.

    Parameters
    ----------
    rate
        Ticks per second.
    """

    def __init__(self, rate: int) -> None:
        self.corrected_count = 0
        self.jump_count = 0
        self._rate = rate
        self._leap = int(FORWARD_JUMP_S * rate)
        self._segments: list[TimestampSegment] = []  # the one with the most frames first
        self._latest: TimestampSegment | None = None  # the one of the newest frame
        self._newest = self._confirmed = self._last = 0
        self._anchor = (0, 0)  # a certain time in ticks, and its arrival in nanoseconds
        self._last_stamp = -1
        self._outlier_run = 0
        self._intervals: deque[int] = deque(maxlen=MAX_HISTORY_INTERVALS)

    def place(
        self,
        stamp: int,
        arrived: int,
        max_backward_ns: int = 0,
        latest_ns: float = float("inf"),
    ) -> int:
        """The ticks of a 32-bit timestamp; they never wrap around.

        Parameters
        ----------
        stamp
            The timestamp.
        arrived
            When its frame arrived, in monotonic nanoseconds.
        max_backward_ns
            How much earlier than the newest timestamp it may be, in nanoseconds: frames may arrive
            in another order than they are shown.
        latest_ns
            The latest time in nanoseconds that it can have, judged by arrivals over a longer time.
        """
        if not self._segments:
            return self._start(stamp, arrived)
        # Two frames never have the same time. If they do, the camera's clock is coarse or stands
        # still.
        repeats, self._last_stamp = stamp == self._last_stamp, stamp
        if not repeats:
            earliest = self._confirmed - max_backward_ns * self._rate // NS_PER_SECOND
            for segment in self._segments:
                unwrapped = segment.unwrap(stamp)
                placed = unwrapped + segment.shift
                if placed < earliest and (
                    max_backward_ns or placed < earliest - self._usual_interval()
                ):
                    continue
                if self._is_too_far_ahead(placed, arrived, latest_ns):
                    continue
                segment.ticks, segment.last_used = unwrapped, arrived
                return self._accept(segment, placed, arrived, max_backward_ns > 0)
        return self._place_outlier(stamp, arrived, max_backward_ns > 0)

    def locate(self, stamp: int) -> int | None:
        """The ticks of a 32-bit timestamp that is not that of a frame. This changes nothing.

        None before the first frame, and while the newest frames seem to be those of a clock that
        jumped.
        """
        latest = self._latest
        if latest is None:
            return None
        if latest is not self._segments[0] and latest.frames < CONFIRMED_FRAMES:
            return None
        return latest.unwrap(stamp) + latest.shift

    def _start(self, stamp: int, arrived: int) -> int:
        self._segments = [TimestampSegment(stamp, 0, 1, arrived)]
        self._latest = self._segments[0]
        self._newest = self._confirmed = self._last = self._last_stamp = stamp
        self._anchor = (stamp, arrived)
        return stamp

    def _is_too_far_ahead(self, placed: int, arrived: int, latest_ns: float) -> bool:
        """Whether the time is later than the elapsed time allows."""
        time = placed * NS_PER_SECOND // self._rate
        before, came = self._anchor
        by_arrival = before * NS_PER_SECOND // self._rate + arrived - came
        return time > by_arrival + BACKWARD_JUMP_NS and time > latest_ns

    def _accept(self, segment: TimestampSegment, placed: int, arrived: int, reordered: bool) -> int:
        segment.frames += 1
        self._outlier_run = 0
        is_first = segment is self._segments[0]
        if not is_first:
            placed = self._follow_new_segment(segment, placed, arrived)
        certain = is_first or segment.frames >= CONFIRMED_FRAMES
        self._switch_to(segment)
        ahead = placed - self._newest
        if ahead > 0:
            # A time far ahead may be wrong; the next frame will show that.
            leaps = ahead > self._leap and ahead > self._leap + self._usual_interval()
            if certain and (not leaps or self._confirmed != self._newest):
                self._confirm(placed, arrived)
            self._newest = placed
        elif certain and placed > self._confirmed:
            self._confirm(placed, arrived)
        if reordered or ahead > 0:
            self._intervals.append(placed - self._last)
        else:
            placed = self._newest = self._newest + 1
        self._last = placed
        return placed

    def _confirm(self, placed: int, arrived: int) -> None:
        self._confirmed = placed
        if arrived != self._anchor[1]:  # the first of those that arrived together
            self._anchor = (placed, arrived)

    def _follow_new_segment(self, segment: TimestampSegment, placed: int, arrived: int) -> int:
        if segment.frames == 2:
            late = self._ticks_by_arrival(arrived) - placed
            # Nothing arrived while the clock jumped.
            if late * NS_PER_SECOND > MIN_PAUSE_NS * self._rate:
                segment.shift += late
                placed += late
        first = self._segments[0]
        if segment.frames == CONFIRMED_FRAMES:
            self.jump_count += 1
            jump = (first.shift - segment.shift) / self._rate
            level = logging.WARNING if self.jump_count <= MAX_LOGGED_JUMPS else logging.DEBUG
            log.log(level, "the camera's clock jumped by %.3f s", jump)
        if arrived - first.last_used > SEGMENT_MEMORY_NS:
            self._segments.remove(first)
        elif segment.frames > first.frames:
            self._segments.remove(segment)
            self._segments.insert(0, segment)
        return placed

    def _place_outlier(self, stamp: int, arrived: int, reordered: bool) -> int:
        """The ticks at which the next frame was due; by its arrival if they are unknown or old."""
        by_arrival = self._ticks_by_arrival(arrived)
        due = self._predict_interval()
        placed = by_arrival if due is None else self._last + due
        if (
            self._outlier_run
            and abs(by_arrival - placed) * NS_PER_SECOND > MIN_PAUSE_NS * self._rate
        ):
            placed = by_arrival  # several wrong timestamps in a row: the clock cannot be used
        if not reordered or due is None:
            placed = max(placed, self._newest + 1)
        if not self.corrected_count:
            assert self._latest is not None
            off = (self._latest.unwrap(stamp) + self._latest.shift - placed) / self._rate
            log.warning("a timestamp of the camera is off by %.3f s", off)
        self.corrected_count += 1
        self._outlier_run += 1
        self._add_segment(TimestampSegment(stamp, placed - stamp, 1, arrived))
        self._intervals.append(placed - self._last)
        self._newest, self._last = max(self._newest, placed), placed
        return placed

    def _add_segment(self, segment: TimestampSegment) -> None:
        if len(self._segments) == MAX_TIMESTAMP_SEGMENTS:
            self._segments.remove(min(self._segments[1:], key=lambda each: each.last_used))
        self._segments.append(segment)
        self._switch_to(segment)

    def _switch_to(self, segment: TimestampSegment) -> None:
        """Forget the previous segment if it has few frames: its shift was only a guess."""
        left, self._latest = self._latest, segment
        if left is segment or left is None or left.frames >= CONFIRMED_FRAMES:
            return
        if left in self._segments[1:]:
            self._segments.remove(left)

    def _ticks_by_arrival(self, arrived: int) -> int:
        before, came = self._anchor
        return before + ((arrived - came) * self._rate + NS_PER_SECOND // 2) // NS_PER_SECOND

    def _usual_interval(self) -> int:
        """Ticks from one frame to the next in display order."""
        ahead = [each for each in self._intervals if each > 0]
        return median_low(ahead) if ahead else 0

    def _predict_interval(self) -> int | None:
        """The interval that once followed the intervals that were most similar to the last ones.

        None if there are too few. If frames are reordered, intervals go forward and backward in a
        pattern that changes at the end of a GOP.
        """
        known = list(self._intervals)
        if len(known) < MIN_PATTERN_INTERVALS:
            return None
        slack = max(1, self._usual_interval() // 8)
        found, longest = None, 0
        for end in range(len(known) - 1, MIN_PATTERN_INTERVALS - 1, -1):
            alike = 0
            while alike < min(end, MAX_PATTERN_INTERVALS) and (
                abs(known[end - 1 - alike] - known[-1 - alike]) <= slack
            ):
                alike += 1
            if alike > longest:
                found, longest = known[end], alike
            if longest == MAX_PATTERN_INTERVALS:
                break
        if found is None or longest < MIN_PATTERN_INTERVALS:
            return self._newest - self._last + self._usual_interval()
        return found
