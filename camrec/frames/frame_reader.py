"""Reads frames of an open video by their timestamps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import chain
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.video.reformatter import VideoReformatter

from camrec import remote_files
from camrec.frames.frame_index import SeekTarget

MAX_REORDER_FRAMES = 16  # frames that a decoder may hold back; H.264 and H.265 allow no more


class FrameReader:
    """Reads frames of a video that stays open.

    If the next frame is later in the same GOP, it continues to decode and does not seek. Only one
    thread may use it.

    Raises
    ------
    OSError, av.error.FFmpegError
        The file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._resources = ExitStack()
        self._container = self._resources.enter_context(remote_files.open_video(path))
        self._video = self._container.streams.video[0]
        self._video.thread_type = "AUTO"
        self._reformatter = VideoReformatter()
        self._frames: Iterator[av.VideoFrame] = iter(())
        self._frame: av.VideoFrame | None = None

    def read_frame(self, targets: Iterable[SeekTarget]) -> npt.NDArray[np.uint8]:
        """Return a frame, with the first of `targets` from which it can be decoded.

        Returns
        -------
        (H, W, 3) uint8, RGB.

        Raises
        ------
        LookupError
            The frame cannot be decoded.
        OSError, av.error.FFmpegError
            The file cannot be read.
        """
        remaining = iter(targets)
        frame = self._find_frame(next(remaining), remaining)
        array = self._reformatter.reformat(frame, format="rgb24").to_ndarray()
        return array.astype(np.uint8, copy=False)  # it is uint8; PyAV's types also allow others

    def close(self) -> None:
        """Close the file."""
        self._frame, self._frames = None, iter(())
        self._resources.close()

    def _find_frame(self, target: SeekTarget, others: Iterable[SeekTarget]) -> av.VideoFrame:
        current = self._frame
        at = None if current is None else current.pts
        if current is not None and at == target.tick:
            return current
        if at is not None and target.start <= at < target.tick:
            found = self._decode_until(target.tick)
            if found is not None:
                return found
        for each in chain([target], others):
            self._seek(each)
            found = self._decode_until(each.tick)
            if found is not None:
                return found
        raise LookupError(target.tick)

    def _seek(self, target: SeekTarget) -> None:
        packets = self._packets_from_key_frame(target)
        self._frames = (frame for packet in packets for frame in packet.decode())

    def _packets_from_key_frame(self, target: SeekTarget) -> Iterator[av.Packet[av.VideoStream]]:
        """Return packets from the key frame on; from an earlier one if FFmpeg cannot seek there."""
        second = round(1 / self._video.time_base) if self._video.time_base else 0
        for tick in (target.seek_tick, target.start, target.start - second):
            packets = self._packets_from(tick)
            first = next(packets)
            if first.pts is not None and first.pts <= target.start:
                return chain([first], packets)
        return self._packets_from(0)

    def _packets_from(self, tick: int) -> Iterator[av.Packet[av.VideoStream]]:
        self._container.seek(tick, stream=self._video)
        return self._container.demux(self._video)

    def _decode_until(self, tick: int) -> av.VideoFrame | None:
        """Decode up to the frame at `tick`, and return that frame; None if it is missing."""
        later = 0
        for frame in self._frames:
            if frame.pts is None:
                continue
            if frame.pts == tick:
                self._frame = frame
                return frame
            later += frame.pts > tick
            if later > MAX_REORDER_FRAMES:
                break
        self._frame = None
        return None
