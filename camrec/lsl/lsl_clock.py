"""Converts between this machine's monotonic clock and the clock of LSL."""

from __future__ import annotations

import pylsl

from camrec.clock import NS_PER_SECOND, Clock

CLOCK_READINGS = 5


class LslClock:
    """Converts times of camrec to times of LSL's ``local_clock``, and back.

    On Linux both are the same clock of the kernel. Elsewhere they may differ, so the difference is
    measured: of a few readings, the one that took the shortest time counts.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def from_monotonic(self, monotonic_ns: int) -> float:
        """Return a monotonic time in nanoseconds as a time of LSL, in seconds."""
        return (monotonic_ns + self._ahead_ns()) / NS_PER_SECOND

    def to_utc_ns(self, lsl_s: float) -> int:
        """Return a time of LSL, in seconds, in UTC nanoseconds by this computer's clock."""
        age = self._clock.monotonic_ns() + self._ahead_ns() - round(lsl_s * NS_PER_SECOND)
        return self._clock.utc_ns() - age

    def _ahead_ns(self) -> int:
        """How far LSL's clock is ahead of the monotonic clock."""
        readings = []
        for _ in range(CLOCK_READINGS):
            before = self._clock.monotonic_ns()
            lsl_s: float = pylsl.local_clock()
            after = self._clock.monotonic_ns()
            ahead_ns = round(lsl_s * NS_PER_SECOND) - (before + after) // 2
            readings.append((after - before, ahead_ns))
        return min(readings)[1]
