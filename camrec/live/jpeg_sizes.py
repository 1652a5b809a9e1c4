"""The newest picture in all the sizes that somebody wants it in."""

from __future__ import annotations

import threading
from collections.abc import Callable

import av

from camrec.clock import Clock
from camrec.live.decoder import encode_jpeg, jpeg_size
from camrec.live.jpeg_frame import JpegFrame
from camrec.media import MediaUnit

SIZE_DIVISORS = (4, 2, 1)  # of the camera's own size, the smallest pictures first


class FrameVariants:
    """Makes a JPEG when the first viewer wants its size, and gives the same one to the others.

    make : the picture, its sides divided by so much; called from any thread, once a size.
    width : of the picture in full, in pixels; None where there is no other size than its own.
    """

    def __init__(self, number: int, make: Callable[[int], JpegFrame], width: int | None) -> None:
        self.number = number
        self._encode = make
        self._width = width
        self._lock = threading.Lock()
        self._encoded: dict[int, JpegFrame] = {}

    @classmethod
    def of(
        cls, unit: MediaUnit, frame: av.VideoFrame | None, number: int, clock: Clock
    ) -> FrameVariants:
        """A decoded picture, which came with `unit`; without a `frame` the unit's own JPEG."""
        time = unit.time if frame is None else frame.pts
        age = clock.monotonic_ns() - (time + unit.offset)
        captured = clock.utc_ns() - age
        if frame is None:
            picture = JpegFrame(unit.data, captured, number, unit.track.width, unit.track.height)
            return cls(number, lambda divisor: picture, None)

        pixel = unit.track.pixel

        def make(divisor: int) -> JpegFrame:
            small = jpeg_size(frame, pixel, divisor)
            return JpegFrame(encode_jpeg(frame, small), captured, number, *small)

        return cls(number, make, jpeg_size(frame, pixel)[0])

    def at(self, width: int | None) -> JpegFrame:
        """The picture for a viewer that can show so many pixels; in full for None."""
        divisor = self._choose_divisor(width)
        with self._lock:
            if divisor not in self._encoded:
                self._encoded[divisor] = self._encode(divisor)
            return self._encoded[divisor]

    def _choose_divisor(self, width: int | None) -> int:
        if width is None or self._width is None:
            return 1
        return next((each for each in SIZE_DIVISORS if self._width // each >= width), 1)
