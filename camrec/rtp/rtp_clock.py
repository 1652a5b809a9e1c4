"""The RTP timestamps of a track as nanoseconds, and their offset to this machine's clock."""

from __future__ import annotations

from camrec.clock import NS_PER_SECOND
from camrec.rtp.timestamp_unwrap import BACKWARD_JUMP_NS, TimestampUnwrapper

MIN_DELAY_WINDOW_NS = 10 * NS_PER_SECOND
MAX_DRIFT_DIVISOR = 1000  # no clock drifts from another by more than one part in a thousand


class RtpClock:
    """A track's RTP times as nanoseconds without end, and how they lie to this machine's clock.

    The offset is the smallest (arrival - time) of the last ten to twenty seconds: the arrival that
    was delayed least. It follows the camera's clock, which a day takes seconds away from ours: who
    wants whole distances takes it once and holds it.

    A camera's clock may jump, and single stamps may be far off: `TimestampUnwrapper` puts them in
    line.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._unwrapper = TimestampUnwrapper(rate)
        self._min_delay = MinDelayFilter()

    @property
    def corrected_count(self) -> int:
        """How many stamps could not be believed."""
        return self._unwrapper.corrected_count

    def place(self, ticks: int, arrived: int, back: int) -> tuple[int, int]:
        """(time, offset) of what was sent at the 32-bit RTP time `ticks`.

        Parameters
        ----------
        back
            Nanoseconds that it may lie before the newest time and still be right.
        """
        placed = self._unwrapper.place(
            ticks, arrived, back, arrived - self._min_delay.lowest_ever + BACKWARD_JUMP_NS
        )
        time = (placed * NS_PER_SECOND + self._rate // 2) // self._rate
        self._min_delay.note(arrived - time, arrived)
        return time, self._min_delay.lowest


class MinDelayFilter:
    """The least delay of lately: of this and the last `MIN_DELAY_WINDOW_NS`, nanoseconds.

    lowest_ever : the least that there was at all, as far as the clocks can have drifted since: a
    network
        that is slow for minutes and then quick again is no clock that jumps.
    """

    def __init__(self) -> None:
        self.lowest_ever: float = float("inf")
        self._at = 0
        self._span = -1
        self._current_lowest = self._previous_lowest = 0

    @property
    def lowest(self) -> int:
        return min(self._current_lowest, self._previous_lowest)

    def note(self, delay: int, arrived: int) -> None:
        self.lowest_ever = min(
            self.lowest_ever + max(0, arrived - self._at) // MAX_DRIFT_DIVISOR, delay
        )
        self._at = arrived
        span = arrived // MIN_DELAY_WINDOW_NS
        if span != self._span:
            self._previous_lowest = self._current_lowest if span == self._span + 1 else delay
            self._current_lowest, self._span = delay, span
        self._current_lowest = min(self._current_lowest, delay)
