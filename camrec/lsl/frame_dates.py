"""Dates the frames of a camera as the receipt of a video does."""

from __future__ import annotations

from camrec.media import MediaUnit


class FrameDates:
    """The UTC of frames while they arrive.

    The camera's clock dates a frame if the session uses it and it is believed. Its arrival dates
    any other one, less the delay that the camera's clock showed last: so no time jumps when that
    clock is lost, or when the camera is connected again.
    """

    def __init__(self) -> None:
        self._delay_ns = 0

    def utc_ns(self, unit: MediaUnit, arrived_utc_ns: int) -> int:
        """Return UTC nanoseconds.

        arrived_utc_ns : when the frame would have arrived without delay, by this computer's clock.
        """
        captured = None if unit.clock is None else unit.clock.utc_at(unit.time)
        if captured is None:
            return arrived_utc_ns - self._delay_ns
        self._delay_ns = arrived_utc_ns - captured
        return captured
