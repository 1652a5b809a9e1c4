"""One open video that gives its pictures by their ticks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import VideoReformatter

from camrec import storage

OUT_OF_ORDER = 16  # pictures that a decoder may hold back: the most that H.264 and H.265 allow


class Reader:
    """Stays open and decodes on from where it is, where that is the shorter way. For one thread.

    Parameters
    ----------
    in_a_row
        Most pictures are wanted: decode with all cores, which gives the first one later.

    Raises
    ------
    OSError (av.error.FFmpegError)
        It cannot be opened.
    """

    def __init__(self, path: Path, *, in_a_row: bool = False) -> None:
        self._open = ExitStack()
        self._container = self._open.enter_context(storage.video(path))
        self._video = self._container.streams.video[0]
        self._video.thread_type = "AUTO" if in_a_row else "SLICE"
        self._colours = VideoReformatter()
        self._frames: Iterator[av.VideoFrame] = iter(())
        self._frame: av.VideoFrame | None = None

    def picture(self, tick: int, start: int) -> np.ndarray:
        """The picture at `tick`, whose decoding begins at the key picture at `start`.

        Returns
        -------
        (H, W, 3) uint8, RGB.

        Raises
        ------
        LookupError
            It cannot be decoded.
        OSError (av.error.FFmpegError)
        """
        at = None if self._frame is None else self._frame.pts
        if at == tick:
            return self._rgb()
        if at is not None and start <= at < tick and self._go_on(tick):
            return self._rgb()
        # A key picture is shown after it is decoded: where groups are as short as that, seeking to
        # its time finds a later one.
        for before in (0, 1):
            self._seek(start - before * self._second)
            if self._go_on(tick):
                return self._rgb()
        raise LookupError(tick)

    def close(self) -> None:
        self._frame, self._frames = None, iter(())
        self._open.close()

    @property
    def _second(self) -> int:
        return round(1 / self._video.time_base)

    def _seek(self, tick: int) -> None:
        self._container.seek(tick, stream=self._video)
        self._frames = self._container.decode(self._video)

    def _go_on(self, tick: int) -> bool:
        """Decode up to the picture at `tick`; False when it does not come."""
        later = 0
        for frame in self._frames:
            if frame.pts is None:
                continue
            if frame.pts == tick:
                self._frame = frame
                return True
            later += frame.pts > tick
            if later > OUT_OF_ORDER:
                break
        self._frame = None
        return False

    def _rgb(self) -> np.ndarray:
        return self._colours.reformat(self._frame, format="rgb24").to_ndarray()
