"""Notices that this computer's clock was set, or that the computer slept.

Both change UTC against the clock for durations, so one must not be taken for the other.
"""

from __future__ import annotations

from dataclasses import dataclass

from camrec.clock import NS_PER_SECOND, Clock

# The smallest step that is reported. ntpd sets a clock that is 128 ms off, systemd-timesyncd one
# that is 400 ms off, chronyd and Windows one second. A leap second is a step of one second.
MIN_STEP_NS = NS_PER_SECOND // 100
# How fast a clock may be corrected without a step. Linux corrects both of its clocks at once, so
# none of it shows here. Elsewhere it is 500 ppm (`adjtime`), and 12 ppm for a leap second that is
# spread over a day.
MAX_SLEW_DIVISOR = 1000
# A computer that sleeps for less is not reported.
MIN_SLEEP_NS = NS_PER_SECOND
# If a check is so late, this computer slept, or something else stopped all of camrec. Only Windows'
# clock for durations counts the time of a sleep.
MIN_STOP_NS = 30 * NS_PER_SECOND
GOOD_READING_NS = 100_000  # between two readings of the clock for durations
MAX_READINGS = 5


@dataclass(frozen=True)
class HostClockStep:
    """This computer's UTC was set.

    at : when that was noticed, monotonic nanoseconds plus the sleep since the watch began.
    size_ns : by how much; positive if it was set forward.
    """

    at: int
    size_ns: int


@dataclass(frozen=True)
class Sleep:
    """This computer slept: from when to when, in the nanoseconds of `HostClockStep.at`."""

    start: int
    end: int


@dataclass(frozen=True)
class _ClockReading:
    """All clocks at one moment, in nanoseconds.

    error : how far they may be apart, because they are read one after the other.
    """

    monotonic: int
    utc: int
    asleep: int
    error: int

    @property
    def utc_offset(self) -> int:
        """UTC less the time since an arbitrary moment, sleep included."""
        return self.utc - self.monotonic - self.asleep


class HostClockWatch:
    """Compares UTC with the clock for durations at each call of `check`; used by one thread.

    It compares two checks and not each one with the first: a clock that is corrected slowly may
    move by seconds in an hour, and is not set.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = self._read()
        self._asleep_before = self._last.asleep

    def check(self) -> tuple[Sleep | None, HostClockStep | None]:
        """What happened since the last call."""
        last, now = self._last, self._read()
        self._last = now
        since, at = self._time(last), self._time(now)
        slept = now.asleep - last.asleep
        is_asleep = slept > MIN_SLEEP_NS or at - since > MIN_STOP_NS
        change = now.utc_offset - last.utc_offset
        allowed = MIN_STEP_NS + last.error + now.error + (at - since) // MAX_SLEW_DIVISOR
        return (
            Sleep(since, at) if is_asleep else None,
            HostClockStep(at, change) if abs(change) > allowed else None,
        )

    def _time(self, reading: _ClockReading) -> int:
        return reading.monotonic + reading.asleep - self._asleep_before

    def _read(self) -> _ClockReading:
        """Read until nothing interrupts it: the best of a few readings."""
        best = self._read_once()
        for _ in range(MAX_READINGS - 1):
            if best.error <= GOOD_READING_NS:
                break
            best = min(best, self._read_once(), key=lambda reading: reading.error)
        return best

    def _read_once(self) -> _ClockReading:
        clock = self._clock
        before = clock.monotonic_ns()
        utc, asleep = clock.utc_ns(), clock.asleep_ns()
        error = clock.monotonic_ns() - before
        return _ClockReading(before, utc, asleep, error)
