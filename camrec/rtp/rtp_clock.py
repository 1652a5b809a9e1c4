"""Converts RTP timestamps to nanoseconds, and estimates their offset to this machine's clock.

``docs/timing.md`` has the symbols, bounds and sources (sections 1 and 2).
"""

from __future__ import annotations

from camrec.camera_clock import MinDelayLine, TrackClock
from camrec.clock import NS_PER_SECOND
from camrec.rtp.timestamp_unwrap import BACKWARD_JUMP_NS, TimestampUnwrapper


class RtpClock:
    """Turns the 32-bit RTP timestamps of a track into nanoseconds that never wrap around.

    The offset to this machine's monotonic clock is the line below the delays of the last minute. It
    follows the camera's clock, which may drift by seconds a day. Code that needs the camera's own
    intervals takes the offset once and keeps it.

    A camera's clock may jump, and single timestamps may be wrong: `TimestampUnwrapper` corrects
    them.

    Attributes
    ----------
    arrivals : what the arrivals show of the camera's clock.
    newest : the time of the newest frame or audio packet in nanoseconds.
    camera_clock : what the camera says about its clock; None if that is not used.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._unwrapper = TimestampUnwrapper(rate)
        self.arrivals = MinDelayLine()
        self.newest = 0
        self.camera_clock: TrackClock | None = None

    @property
    def corrected_count(self) -> int:
        """How many timestamps were wrong and were replaced."""
        return self._unwrapper.corrected_count

    @property
    def jump_count(self) -> int:
        """How often the camera's clock jumped. Sender reports from before a jump are void."""
        return self._unwrapper.jump_count

    def locate(self, ticks: int) -> int | None:
        """The time in nanoseconds of a 32-bit RTP timestamp that is not that of a frame.

        This is for sender reports, and changes nothing. It is None before the first frame, and
        while the camera's clock seems to have jumped.
        """
        located = self._unwrapper.locate(ticks)
        return None if located is None else self._to_ns(located)

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
        latest_ns = arrived - self.arrivals.lowest_ever + BACKWARD_JUMP_NS
        time = self._to_ns(self._unwrapper.place(ticks, arrived, max_backward_ns, latest_ns))
        self.newest = time
        return time, self.arrivals.note(time, arrived)

    def _to_ns(self, ticks: int) -> int:
        return (ticks * NS_PER_SECOND + self._rate // 2) // self._rate
