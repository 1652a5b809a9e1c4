"""Converts between the clock of LSL, this machine's monotonic clock and UTC."""

from __future__ import annotations

from dataclasses import dataclass

import pylsl

from camrec.clock import NS_PER_SECOND, Clock

CLOCK_READINGS = 5


@dataclass(frozen=True)
class LslClockReading:
    """How far two clocks were ahead of the monotonic clock, in nanoseconds, at one moment.

    On Linux LSL's ``local_clock`` is the monotonic clock. Elsewhere they may differ.
    """

    lsl_ahead_ns: int
    utc_ahead_ns: int

    def monotonic_to_utc_ns(self, monotonic_ns: int) -> int:
        """Return a monotonic time in UTC nanoseconds by this computer's clock."""
        return monotonic_ns + self.utc_ahead_ns

    def utc_ns_to_lsl(self, utc_ns: int) -> float:
        """Return UTC nanoseconds by this computer's clock as a time of LSL, in seconds."""
        return (utc_ns - self.utc_ahead_ns + self.lsl_ahead_ns) / NS_PER_SECOND

    def lsl_to_utc_ns(self, lsl_s: float) -> int:
        """Return a time of LSL, in seconds, in UTC nanoseconds by this computer's clock."""
        return round(lsl_s * NS_PER_SECOND) - self.lsl_ahead_ns + self.utc_ahead_ns


def read_clocks(clock: Clock) -> LslClockReading:
    """Read the clocks a few times. The reading that took the shortest time counts."""
    readings = []
    for _ in range(CLOCK_READINGS):
        before = clock.monotonic_ns()
        lsl_s: float = pylsl.local_clock()
        utc = clock.utc_ns()
        after = clock.monotonic_ns()
        middle = (before + after) // 2
        readings.append((after - before, round(lsl_s * NS_PER_SECOND) - middle, utc - middle))
    _, lsl_ahead, utc_ahead = min(readings)
    return LslClockReading(lsl_ahead, utc_ahead)
