"""Converts RTP timestamps to nanoseconds, and estimates their offset to this machine's clock.

(arrival - timestamp) of a packet contains the unknown offset between the camera's clock and this
machine's clock, and the packet's delay, which is never negative. So the smallest value of the last
seconds is the best estimate of the offset. docs/timing.md has the symbols, bounds and sources
(sections 1 and 2).
"""

from __future__ import annotations

from camrec.clock import NS_PER_SECOND
from camrec.rtp.timestamp_unwrap import BACKWARD_JUMP_NS, TimestampUnwrapper

MIN_DELAY_WINDOW_NS = 10 * NS_PER_SECOND
MAX_DRIFT_DIVISOR = 1000  # no clock drifts from another by more than one part in a thousand


class RtpClock:
    """Turns the 32-bit RTP timestamps of a track into nanoseconds that never wrap around.

    The offset to this machine's monotonic clock is the smallest delay of the last ten to twenty
    seconds. It follows the camera's clock, which may drift by seconds a day. Code that needs the
    camera's own intervals takes the offset once and keeps it.

    A camera's clock may jump, and single timestamps may be wrong: `TimestampUnwrapper` corrects
    them.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._unwrapper = TimestampUnwrapper(rate)
        self._min_delay = MinDelayFilter()

    @property
    def corrected_count(self) -> int:
        """How many timestamps were wrong and were replaced."""
        return self._unwrapper.corrected_count

    def place(self, ticks: int, arrived: int, max_backward_ns: int) -> tuple[int, int]:
        """(time, offset) in nanoseconds for a 32-bit RTP timestamp.

        Parameters
        ----------
        ticks
            The timestamp.
        arrived
            When its data arrived, in monotonic nanoseconds.
        max_backward_ns
            How many nanoseconds it may be before the newest timestamp.
        """
        latest_ns = arrived - self._min_delay.lowest_ever + BACKWARD_JUMP_NS
        placed = self._unwrapper.place(ticks, arrived, max_backward_ns, latest_ns)
        time = (placed * NS_PER_SECOND + self._rate // 2) // self._rate
        self._min_delay.note(arrived - time, arrived)
        return time, self._min_delay.lowest


class MinDelayFilter:
    """The smallest delay of the current and the last window of `MIN_DELAY_WINDOW_NS`.

    lowest_ever : the smallest delay since the start, in nanoseconds. It grows by the largest
        possible drift of the clocks, so that a network that is slow for minutes and then fast again
        is not taken for a clock that jumps.
    """

    def __init__(self) -> None:
        self.lowest_ever: float = float("inf")
        self._noted_at = 0
        self._window = -1
        self._current_lowest = self._previous_lowest = 0

    @property
    def lowest(self) -> int:
        """The smallest delay in nanoseconds."""
        return min(self._current_lowest, self._previous_lowest)

    def note(self, delay: int, arrived: int) -> None:
        """Add the delay of data that arrived at `arrived`; both in nanoseconds."""
        max_drift = max(0, arrived - self._noted_at) // MAX_DRIFT_DIVISOR
        self.lowest_ever = min(self.lowest_ever + max_drift, delay)
        self._noted_at = arrived
        window = arrived // MIN_DELAY_WINDOW_NS
        if window != self._window:
            is_next = window == self._window + 1
            self._previous_lowest = self._current_lowest if is_next else delay
            self._current_lowest, self._window = delay, window
        self._current_lowest = min(self._current_lowest, delay)
