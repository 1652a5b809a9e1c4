"""RTP timestamps in line: 32 bits without end, clocks that jump, single stamps that are far off.

A stamp is believed where it goes on from those before it. One that cannot be right is placed where
the next frame was due by the distances so far, and opens a line of its own: the camera's clock may
have jumped. The frames that follow decide. Where they are in line with what was before, the stamp
was wrong and nothing has moved; where they go on from it, the clock did jump, and what was before
stays known for the case that it jumps back.

So what a camera counts is never changed by more than a whole shift per line, whatever the arrivals
say, which may be known only roughly.
"""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass
from statistics import median_low

from camrec.clock import NS_PER_SECOND

log = logging.getLogger(__name__)

BACKWARD_JUMP_NS = NS_PER_SECOND  # no frame comes so much earlier than those before it
MIN_PAUSE_NS = NS_PER_SECOND // 2  # by which arrivals have to differ before they count
FORWARD_JUMP_S = 0.2  # a frame so much later than usual is believed when the next one is beyond it
CONFIRMED_FRAMES = 8  # on a new line: the clock did jump
MAX_TIMESTAMP_SEGMENTS = 8
MAX_LOGGED_JUMPS = 5  # some cameras begin anew with each key frame
SEGMENT_MEMORY_NS = 3600 * NS_PER_SECOND
MAX_HISTORY_INTERVALS = 256  # distances
MIN_PATTERN_INTERVALS, MAX_PATTERN_INTERVALS = (
    3,
    24,
)  # least and most distances that tell which one comes next


@dataclass(slots=True, eq=False)
class TimestampSegment:
    """One course of the camera's clock.

    ticks : its newest stamp, unwrapped.
    shift : what is added to its stamps.
    frames : how many it has.
    last_used : when the newest one arrived, nanoseconds.
    """

    ticks: int
    shift: int
    frames: int
    last_used: int

    def unwrap(self, stamp: int) -> int:
        """The one with these low 32 bits that lies nearest to the newest."""
        return self.ticks + (stamp - self.ticks + 0x80000000 & 0xFFFFFFFF) - 0x80000000


class TimestampUnwrapper:
    """Places the stamps of one track, in the order in which its frames came.

    corrected_count : how many could not be believed.

    Parameters
    ----------
    rate
        Ticks a second.
    """

    def __init__(self, rate: int) -> None:
        self.corrected_count = 0
        self._rate = rate
        self._leap = int(FORWARD_JUMP_S * rate)
        self._lines: list[TimestampSegment] = []  # the one with most frames in front
        self._latest: TimestampSegment | None = None  # that of the newest frame
        self._newest = self._confirmed = self._last = 0
        self._anchor = (0, 0)  # a sure time in ticks, and when it arrived in nanoseconds
        self._last_stamp = -1
        self._outlier_run = 0
        self._jumps = 0
        self._intervals: deque[int] = deque(maxlen=MAX_HISTORY_INTERVALS)

    def place(self, stamp: int, arrived: int, back: int = 0, limit: float = float("inf")) -> int:
        """Ticks without end of a 32-bit stamp.

        Parameters
        ----------
        arrived
            When its frame came, monotonic nanoseconds.
        back
            Nanoseconds that it may lie before the newest: frames that are shown in another order.
        limit
            Nanoseconds: by the arrivals of a longer time it cannot lie beyond.
        """
        if not self._lines:
            return self._start(stamp, arrived)
        # No two frames have one time: the camera's clock is coarse, or stands still.
        repeats, self._last_stamp = stamp == self._last_stamp, stamp
        if not repeats:
            earliest = self._confirmed - back * self._rate // NS_PER_SECOND
            for line in self._lines:
                unwrapped = line.unwrap(stamp)
                placed = unwrapped + line.shift
                if placed < earliest and (back or placed < earliest - self._usual_interval()):
                    continue
                if self._is_too_far_ahead(placed, arrived, limit):
                    continue
                line.ticks, line.last_used = unwrapped, arrived
                return self._accept(line, placed, arrived, back)
        return self._place_outlier(stamp, arrived, back)

    def _start(self, stamp: int, arrived: int) -> int:
        self._lines = [TimestampSegment(stamp, 0, 1, arrived)]
        self._latest = self._lines[0]
        self._newest = self._confirmed = self._last = self._last_stamp = stamp
        self._anchor = (stamp, arrived)
        return stamp

    def _is_too_far_ahead(self, placed: int, arrived: int, limit: float) -> bool:
        """Whether it lies further ahead than the time that has gone by allows."""
        time = placed * NS_PER_SECOND // self._rate
        before, came = self._anchor
        by_arrival = before * NS_PER_SECOND // self._rate + arrived - came
        return time > by_arrival + BACKWARD_JUMP_NS and time > limit

    def _accept(self, line: TimestampSegment, placed: int, arrived: int, back: int) -> int:
        line.frames += 1
        self._outlier_run = 0
        is_first = line is self._lines[0]
        if not is_first:
            placed = self._follow_new_line(line, placed, arrived)
        certain = is_first or line.frames >= CONFIRMED_FRAMES
        self._switch_to(line)
        ahead = placed - self._newest
        if ahead > 0:
            # Far ahead of its like it may be wrong: the next one tells.
            leaps = ahead > self._leap and ahead > self._leap + self._usual_interval()
            if certain and (not leaps or self._confirmed != self._newest):
                self._confirm(placed, arrived)
            self._newest = placed
        elif certain and placed > self._confirmed:
            self._confirm(placed, arrived)
        if back or ahead > 0:
            self._intervals.append(placed - self._last)
        else:
            placed = self._newest = self._newest + 1
        self._last = placed
        return placed

    def _confirm(self, placed: int, arrived: int) -> None:
        self._confirmed = placed
        if arrived != self._anchor[1]:  # of those that came together the first
            self._anchor = (placed, arrived)

    def _follow_new_line(self, line: TimestampSegment, placed: int, arrived: int) -> int:
        if line.frames == 2:
            late = self._ticks_by_arrival(arrived) - placed
            if (
                late * NS_PER_SECOND > MIN_PAUSE_NS * self._rate
            ):  # nothing came while the clock jumped
                line.shift += late
                placed += late
        first = self._lines[0]
        if line.frames == CONFIRMED_FRAMES:
            self._jumps += 1
            jump = (first.shift - line.shift) / self._rate
            level = logging.WARNING if self._jumps <= MAX_LOGGED_JUMPS else logging.DEBUG
            log.log(level, "the camera's clock jumped by %.3f s", jump)
        if arrived - first.last_used > SEGMENT_MEMORY_NS:
            self._lines.remove(first)
        elif line.frames > first.frames:
            self._lines.remove(line)
            self._lines.insert(0, line)
        return placed

    def _place_outlier(self, stamp: int, arrived: int, back: int) -> int:
        """Where the next frame was due; by its arrival, where that is not known or is long gone."""
        by_arrival = self._ticks_by_arrival(arrived)
        due = self._predict_interval()
        placed = by_arrival if due is None else self._last + due
        if (
            self._outlier_run
            and abs(by_arrival - placed) * NS_PER_SECOND > MIN_PAUSE_NS * self._rate
        ):
            placed = by_arrival  # one odd stamp after the other: the clock is of no use
        if not back or due is None:
            placed = max(placed, self._newest + 1)
        if not self.corrected_count:
            assert self._latest is not None
            off = (self._latest.unwrap(stamp) + self._latest.shift - placed) / self._rate
            log.warning("a timestamp of the camera is off by %.3f s", off)
        self.corrected_count += 1
        self._outlier_run += 1
        self._add_line(TimestampSegment(stamp, placed - stamp, 1, arrived))
        self._intervals.append(placed - self._last)
        self._newest, self._last = max(self._newest, placed), placed
        return placed

    def _add_line(self, line: TimestampSegment) -> None:
        if len(self._lines) == MAX_TIMESTAMP_SEGMENTS:
            self._lines.remove(min(self._lines[1:], key=lambda each: each.last_used))
        self._lines.append(line)
        self._switch_to(line)

    def _switch_to(self, line: TimestampSegment) -> None:
        """Forget the line of a few wrong stamps: where it lies was a guess."""
        left, self._latest = self._latest, line
        if left is line or left is None or left.frames >= CONFIRMED_FRAMES:
            return
        if left in self._lines[1:]:
            self._lines.remove(left)

    def _ticks_by_arrival(self, arrived: int) -> int:
        before, came = self._anchor
        return before + ((arrived - came) * self._rate + NS_PER_SECOND // 2) // NS_PER_SECOND

    def _usual_interval(self) -> int:
        """Ticks from one frame to the next in the order in which they are shown."""
        ahead = [each for each in self._intervals if each > 0]
        return median_low(ahead) if ahead else 0

    def _predict_interval(self) -> int | None:
        """What followed when the distances before were most like those before now; None: there
        were too few. With frames in another order than shown they go forth and back, and once more
        in another way where a group ends.
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
