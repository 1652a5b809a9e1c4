"""One open video that gives its pictures by their ticks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import chain
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import VideoReformatter

from camrec import remote_files
from camrec.frames.frame_index import SeekTarget

MAX_REORDER_FRAMES = (
    16  # pictures that a decoder may hold back: the most that H.264 and H.265 allow
)


class FrameReader:
    """Stays open and decodes on from where it is, where that is the shorter way. For one thread.

    Raises
    ------
    OSError (av.error.FFmpegError)
        It cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._resources = ExitStack()
        self._container = self._resources.enter_context(remote_files.open_video(path))
        self._video = self._container.streams.video[0]
        self._video.thread_type = "AUTO"
        self._reformatter = VideoReformatter()
        self._frames: Iterator[av.VideoFrame] = iter(())
        self._frame: av.VideoFrame | None = None

    def picture(self, aims: Iterable[SeekTarget]) -> np.ndarray:
        """The picture at a tick, by the first way that leads to it.

        Returns
        -------
        (H, W, 3) uint8, RGB.

        Raises
        ------
        LookupError
            It cannot be decoded.
        OSError (av.error.FFmpegError)
        """
        ways = iter(aims)
        aim = next(ways)
        at = None if self._frame is None else self._frame.pts
        if at != aim.tick:
            near = at is not None and aim.start <= at < aim.tick
            if not (near and self._decode_until(aim.tick)) and not any(
                self._seek_and_decode(way) for way in chain([aim], ways)
            ):
                raise LookupError(aim.tick)
        return self._reformatter.reformat(self._frame, format="rgb24").to_ndarray()

    def close(self) -> None:
        self._frame, self._frames = None, iter(())
        self._resources.close()

    def _seek_and_decode(self, aim: SeekTarget) -> bool:
        self._seek(aim)
        return self._decode_until(aim.tick)

    def _seek(self, aim: SeekTarget) -> None:
        """To the key picture, or where FFmpeg does not go to it to one before."""
        second = round(1 / self._video.time_base)
        for tick in (aim.seek_tick, aim.start, aim.start - second, 0):
            self._container.seek(tick, stream=self._video)
            packets = self._container.demux(self._video)
            first = next(packets)
            if first.pts is not None and first.pts <= aim.start:
                break
        self._frames = (frame for packet in chain([first], packets) for frame in packet.decode())

    def _decode_until(self, tick: int) -> bool:
        """Decode up to the picture at `tick`; False when it does not come."""
        later = 0
        for frame in self._frames:
            if frame.pts is None:
                continue
            if frame.pts == tick:
                self._frame = frame
                return True
            later += frame.pts > tick
            if later > MAX_REORDER_FRAMES:
                break
        self._frame = None
        return False
