"""The clock of an MJPEG camera, by the times that it states for its frames.

Frames keep their arrivals as timestamps: the stated times say only what UTC these have. The rules
for sender reports judge them (``docs/timing.md``, section 6).
"""

from __future__ import annotations

import math
from collections.abc import Callable

from camrec.camera_clock import ArrivalEstimate, ClockReport, MinDelayLine
from camrec.clock import NS_PER_SECOND, Clock
from camrec.host_clock import read_host_error_ns

STATED_TIME_INTERVAL_NS = NS_PER_SECOND  # of the frames in it, the least delayed one counts
# A delay that changes by more is another clock, or a queue in the network; as for sender reports.
DELAY_CHANGE_NS = NS_PER_SECOND // 20
DELAY_DRIFT_DIVISOR = 1000  # two clocks drift apart by less
# A queue makes frames late for a while, and a clock that is set back for good.
MAX_QUEUE_NS = 10 * NS_PER_SECOND
COVERED_SHARE = 0.99
FIRST_STEP_NS, STEPS_PER_DOUBLING, MAX_STEPS = 100_000, 8, 160


class Lateness:
    """How much later than the least delayed frames all others arrive, in bounded memory."""

    def __init__(self) -> None:
        self._counts = [0] * MAX_STEPS
        self._total = 0

    def note(self, late_ns: int) -> None:
        """Add a frame that is late by some nanoseconds."""
        steps = STEPS_PER_DOUBLING * math.log2(1 + max(0, late_ns) / FIRST_STEP_NS)
        self._counts[min(int(steps), MAX_STEPS - 1)] += 1
        self._total += 1

    @property
    def typical_ns(self) -> int:
        """No more than 1 % of the frames are later, nanoseconds; up to a tenth too large."""
        left = self._total * (1 - COVERED_SHARE)
        for step in reversed(range(MAX_STEPS)):
            left -= self._counts[step]
            if self._total and left < 0:
                return round(FIRST_STEP_NS * (2 ** ((step + 1) / STEPS_PER_DOUBLING) - 1))
        return 0


class StatedTimes:
    """Reads the clock of one stream's camera from the stated times; used by one thread.

    In each second, the frame that was delayed least is a report of the clock. The time of that
    report is not the frame's own arrival, but where the line below the delays is, so that the
    network does not shake the clock.

    Parameters
    ----------
    clock
        This machine's clocks.
    note_report
        Called with each report, whose `time` is an arrival, and with what arrivals show then.
    read_host_error
        Returns how wrong this computer's clock may be now, nanoseconds.
    """

    def __init__(
        self,
        clock: Clock,
        note_report: Callable[[ClockReport, ArrivalEstimate], object],
        read_host_error: Callable[[], int] = read_host_error_ns,
    ) -> None:
        self._clock = clock
        self._note_report = note_report
        self._read_host_error = read_host_error
        self._line = MinDelayLine()
        self._lateness = Lateness()
        self._least: ClockReport | None = None  # of this interval: arrival, stated time
        self._interval_end = 0
        self._noted_at: int | None = None  # the least delayed frame of the newest report
        self._late_since: int | None = None

    def note(self, stated: int | None, arrived: int) -> None:
        """Add a frame: what the camera states (UTC nanoseconds; None: nothing) and its arrival."""
        if stated is None:
            return
        if arrived >= self._interval_end:
            if self._least is not None:
                self._note_least(self._least)
            self._least, self._interval_end = None, arrived + STATED_TIME_INTERVAL_NS
        if self._noted_at is not None:
            self._lateness.note(arrived - stated - self._line.offset_at(stated))
        if self._least is None or arrived - stated < self._least.time - self._least.utc:
            self._least = ClockReport(arrived, stated)

    def _note_least(self, least: ClockReport) -> None:
        arrived, stated = least
        if self._noted_at is not None:
            change = arrived - stated - self._line.offset_at(stated)
            allowed = DELAY_CHANGE_NS + (arrived - self._noted_at) // DELAY_DRIFT_DIVISOR
            if change > allowed:
                self._late_since = arrived if self._late_since is None else self._late_since
                if arrived - self._late_since < MAX_QUEUE_NS:
                    return
            if abs(change) > allowed:
                self._line, self._lateness = MinDelayLine(), Lateness()
        self._late_since, self._noted_at = None, arrived
        offset = self._line.note(stated, arrived)
        self._note_report(ClockReport(stated + offset, stated), self._estimate(least))

    def _estimate(self, newest: ClockReport) -> ArrivalEstimate:
        """What arrivals show of themselves: this machine's clock, with the network's noise."""
        return ArrivalEstimate(
            time=newest.time,
            utc_offset=self._clock.utc_ns() - self._clock.monotonic_ns(),
            error=self._line.error_at(newest.utc),
            slope=0.0,
            slope_error=self._line.slope_error,
            frame_error=self._lateness.typical_ns,
            host_error=self._read_host_error(),
        )
