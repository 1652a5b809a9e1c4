"""The index of all frames of a video, read from the tables of its file without decoding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
import numpy.typing as npt

from camrec import remote_files
from camrec.clock import NS_PER_SECOND

# Decoding is tried from this many key frames. An intra refresh takes less than two GOPs.
MAX_SEEK_KEY_FRAMES = 4


class SeekTarget(NamedTuple):
    """How to reach a frame.

    tick : the timestamp of the frame, in ticks of the video's `time_base`.
    start : the timestamp of the key frame from which it is decoded.
    seek_tick : where FFmpeg must seek to find that key frame.
    """

    tick: int
    start: int
    seek_tick: int


@dataclass(frozen=True, eq=False)
class FrameIndex:
    """Where each frame of a video is.

    ticks : (m,) int64, the timestamp of each coded frame in `time_base`, in decoding order.
    decoded : (m,) int64, the decoding timestamp of each coded frame.
    keys : (m,) bool, whether decoding can start there.
    hidden : (m,) bool, whether an edit list hides it, such as the lead before Record was pressed.
    positions : (m,) int64, bytes from the start of the file.
    end : the tick at which the last frame ends.
    time_base : seconds of a tick.
    width, height : pixels.
    """

    ticks: npt.NDArray[np.int64]
    decoded: npt.NDArray[np.int64]
    keys: npt.NDArray[np.bool_]
    hidden: npt.NDArray[np.bool_]
    positions: npt.NDArray[np.int64]
    end: int
    time_base: Fraction
    width: int
    height: int

    @cached_property
    def shown(self) -> npt.NDArray[np.int64]:
        """(n,) int64, the ticks of the frames that are shown, increasing."""
        return np.unique(self.ticks[~self.hidden])

    @cached_property
    def offsets(self) -> npt.NDArray[np.int64]:
        """(n,) int64, the time of each shown frame in nanoseconds from the start of the video."""
        return self._to_nanoseconds(self.shown)

    @property
    def duration_ns(self) -> int:
        """Nanoseconds from the start of the video to the end of its last frame."""
        return int(self._to_nanoseconds(np.array([self.end]))[0])

    @cached_property
    def key_frame_ticks(self) -> npt.NDArray[np.int64]:
        """(n,) int64, for each shown frame the tick of the key frame from which it is decoded."""
        ticks: npt.NDArray[np.int64] = self._sorted_key_ticks[self._gop_numbers]
        return ticks

    def seek_target(self, number: int) -> SeekTarget:
        """Return how to reach the shown frame `number`."""
        return next(self.seek_targets(number))

    def seek_targets(self, number: int) -> Iterator[SeekTarget]:
        """Iterate over the ways to reach the shown frame `number`, the nearest key frame first.

        The others start at earlier key frames, in case the frame is not complete when it is decoded
        from the nearest one.
        """
        tick, gop = int(self.shown[number]), int(self._gop_numbers[number])
        for each in range(gop, max(gop - MAX_SEEK_KEY_FRAMES, -1), -1):
            # If frames are reordered, FFmpeg seeks to the previous GOP for a key frame's own tick.
            yield SeekTarget(tick, int(self._sorted_key_ticks[each]), int(self._gop_ends[each]) - 1)

    @cached_property
    def _gop_numbers(self) -> npt.NDArray[np.int64]:
        return (np.searchsorted(self._sorted_key_ticks, self.shown, "right") - 1).clip(0)

    @cached_property
    def _sorted_key_ticks(self) -> npt.NDArray[np.int64]:
        return np.sort(self.ticks[self.keys]) if self.keys.any() else self.ticks[:1]

    @cached_property
    def _gop_ends(self) -> npt.NDArray[np.int64]:
        """The decoding timestamp of the key frame that follows each GOP."""
        starts = np.sort(self.decoded[self.keys]) if self.keys.any() else self.decoded[:1]
        return np.append(starts[1:], max(self.end, int(self.decoded[-1]) + 1))

    def _to_nanoseconds(self, ticks: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        scale = self.time_base * NS_PER_SECOND
        whole, remainder = np.divmod(ticks, scale.denominator)
        # In two steps: ticks times the numerator may not fit into 64 bits.
        rounded = (remainder * scale.numerator + scale.denominator // 2) // scale.denominator
        nanoseconds: npt.NDArray[np.int64] = whole * scale.numerator + rounded
        return nanoseconds


def read_index(path: Path) -> FrameIndex:
    """Read the index of a video.

    Only the tables of the file are read if its frames are coded in the order in which they are
    shown. Otherwise all packets are read, because only they have both orders.

    Raises
    ------
    OSError, av.error.FFmpegError
        The file cannot be read.
    IndexError
        The file has no video, or no frame that is shown.
    """
    with remote_files.open_video(path) as container:
        video = container.streams.video[0]
        context = video.codec_context
        width, height = context.width, context.height
        table = _read_table(video)
        last_tick, last_duration, in_order = _read_end(container, video)
        if context.has_b_frames or not in_order or len(table) != video.frames:
            container.seek(int(table["decoded"].min(initial=0)), stream=video)
            packets = _read_packets(container, video)
            table = _read_table(video)  # the table of a fragmented file is complete only now
            if len(table) == len(packets):
                table["ticks"] = packets["ticks"]
            else:
                table = packets
        ticks: npt.NDArray[np.int64] = table["ticks"]
        hidden: npt.NDArray[np.bool_] = table["hidden"] | (ticks < 0)
        if hidden.all() or video.time_base is None:
            raise IndexError("no frame is shown")
        return FrameIndex(
            ticks=ticks,
            decoded=table["decoded"],
            keys=table["keys"],
            hidden=hidden,
            positions=table["positions"],
            end=max(int(np.max(ticks[~hidden])), last_tick + last_duration),
            time_base=video.time_base,
            width=width,
            height=height,
        )


FRAME_ROW_DTYPE = np.dtype(
    [("ticks", "i8"), ("decoded", "i8"), ("keys", "?"), ("hidden", "?"), ("positions", "i8")]
)


def _read_table(video: av.VideoStream) -> npt.NDArray[np.void]:
    """Read rows of FRAME_ROW_DTYPE from the tables of the file. Ticks are decoding timestamps."""
    rows = (
        (each.timestamp, each.timestamp, each.is_keyframe, each.is_discard, each.pos)
        for each in video.index_entries
    )
    return np.fromiter(rows, FRAME_ROW_DTYPE)


def _read_packets(
    container: av.container.InputContainer, video: av.VideoStream
) -> npt.NDArray[np.void]:
    """Read rows of FRAME_ROW_DTYPE from the packets, which works without tables, too."""
    rows = (
        (packet.pts, packet.dts, packet.is_keyframe, packet.is_discard, packet.pos or 0)
        for packet in container.demux(video)
        if packet.size and packet.pts is not None and packet.dts is not None
    )
    return np.fromiter(rows, FRAME_ROW_DTYPE)


def _read_end(
    container: av.container.InputContainer, video: av.VideoStream
) -> tuple[int, int, bool]:
    """Return the last frame's tick and duration, and whether decoding and display order are equal.

    The order is checked only at the first frame and in the last GOP.
    """
    packets = [next(container.demux(video))]
    container.seek((video.start_time or 0) + (video.duration or 0), stream=video)
    packets += [packet for packet in container.demux(video) if packet.size]
    in_order = all(packet.pts == packet.dts for packet in packets)
    tick, duration = max((packet.pts or 0, packet.duration or 0) for packet in packets)
    return tick, duration, in_order
