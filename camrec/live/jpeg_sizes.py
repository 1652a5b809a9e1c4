"""Encodes the newest frame as JPEGs, in all sizes that viewers want."""

from __future__ import annotations

import threading
from collections.abc import Callable

import av

from camrec.clock import Clock
from camrec.live.decoder import encode_jpeg, jpeg_size
from camrec.live.jpeg_frame import JpegFrame
from camrec.media import MediaUnit

SIZE_DIVISORS = (4, 2, 1)  # of the camera's width and height, the smallest size first


class FrameVariants:
    """Encodes each size when the first viewer wants it, and returns the same JPEG to the others.

    number : the frame's `JpegFrame.number`.

    Parameters
    ----------
    encode
        Encodes the frame with its width and height divided by a number. Any thread may call it,
        once for each size.
    full_width
        Width of the frame in full size, in pixels; None if the frame has only one size.
    """

    def __init__(
        self, number: int, encode: Callable[[int], JpegFrame], full_width: int | None
    ) -> None:
        self.number = number
        self._encode = encode
        self._full_width = full_width
        self._lock = threading.Lock()
        self._encoded: dict[int, JpegFrame] = {}

    @classmethod
    def from_unit(
        cls, unit: MediaUnit, frame: av.VideoFrame | None, number: int, clock: Clock
    ) -> FrameVariants:
        """Make the variants of the decoded `frame`; if it is None, of the unit's own JPEG.

        Parameters
        ----------
        unit
            The unit that arrived when `frame` was decoded. Its offset converts timestamps to the
            clock of this machine.
        """
        track = unit.video_track
        time = unit.time if frame is None or frame.pts is None else frame.pts
        age = clock.monotonic_ns() - (time + unit.offset)
        captured = clock.utc_ns() - age
        if frame is None:
            jpeg = JpegFrame(unit.data, captured, number, track.width, track.height)
            return cls(number, lambda divisor: jpeg, None)

        def encode(divisor: int) -> JpegFrame:
            size = jpeg_size(frame, track.pixel, divisor)
            return JpegFrame(encode_jpeg(frame, size), captured, number, *size)

        return cls(number, encode, jpeg_size(frame, track.pixel)[0])

    def for_width(self, width: int | None) -> JpegFrame:
        """Return the smallest JPEG that is at least `width` pixels wide; None: the full size."""
        divisor = self._choose_divisor(width)
        with self._lock:
            if divisor not in self._encoded:
                self._encoded[divisor] = self._encode(divisor)
            return self._encoded[divisor]

    def _choose_divisor(self, width: int | None) -> int:
        full_width = self._full_width
        if width is None or full_width is None:
            return 1
        return next((each for each in SIZE_DIVISORS if full_width // each >= width), 1)
