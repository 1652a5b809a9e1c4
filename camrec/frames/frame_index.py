"""Where each picture of a video lies: read from the file's own tables, nothing is decoded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np

from camrec import remote_files
from camrec.clock import NS_PER_SECOND

MAX_SEEK_KEY_FRAMES = (
    4  # key pictures that are tried: a renewal bit by bit takes less than two of them
)


class SeekTarget(NamedTuple):
    """A picture's tick, that of the key picture to decode from, and where to seek for that."""

    tick: int
    start: int
    seek_tick: int


@dataclass(frozen=True, eq=False)
class FrameIndex:
    """Where each picture lies.

    ticks : (m,) int64, when each coded picture is shown, in `time_base`; in the order of decoding.
    decoded : (m,) int64, when it is decoded.
    keys : (m,) bool, whether decoding can begin there.
    hidden : (m,) bool, whether an edit list hides it, as the lead before the button.
    positions : (m,) int64, bytes from the start of the file.
    end : the tick at which the last picture ends.
    width, height : pixels.
    """

    ticks: np.ndarray
    decoded: np.ndarray
    keys: np.ndarray
    hidden: np.ndarray
    positions: np.ndarray
    end: int
    time_base: Fraction
    width: int
    height: int

    @cached_property
    def shown(self) -> np.ndarray:
        """(n,) int64, the ticks of the pictures that are shown, in order."""
        return np.unique(self.ticks[~self.hidden])

    @cached_property
    def offsets(self) -> np.ndarray:
        """(n,) int64, the same as nanoseconds from the start."""
        return self._to_nanoseconds(self.shown)

    @property
    def duration_ns(self) -> int:
        """Nanoseconds from the start to the end of the last picture."""
        return int(self._to_nanoseconds(np.array([self.end]))[0])

    @cached_property
    def key_frame_ticks(self) -> np.ndarray:
        """(n,) int64, for each shown picture the tick of the key picture to decode from."""
        return self._sorted_key_ticks[self._gop_numbers]

    def seek_target(self, number: int) -> SeekTarget:
        """How to come to a shown picture."""
        return next(self.seek_targets(number))

    def seek_targets(self, number: int) -> Iterator[SeekTarget]:
        """The same, and ways that begin farther back, for a picture that is not right yet when it
        is decoded from the nearest key picture.
        """
        tick, group = int(self.shown[number]), int(self._gop_numbers[number])
        for each in range(group, max(group - MAX_SEEK_KEY_FRAMES, -1), -1):
            # Told the key's own time, FFmpeg goes to the group before where some are reordered.
            yield SeekTarget(tick, int(self._sorted_key_ticks[each]), int(self._gop_ends[each]) - 1)

    @cached_property
    def _gop_numbers(self) -> np.ndarray:
        return (np.searchsorted(self._sorted_key_ticks, self.shown, "right") - 1).clip(0)

    @cached_property
    def _sorted_key_ticks(self) -> np.ndarray:
        return np.sort(self.ticks[self.keys]) if self.keys.any() else self.ticks[:1]

    @cached_property
    def _gop_ends(self) -> np.ndarray:
        """When the key picture after each is decoded."""
        begins = np.sort(self.decoded[self.keys]) if self.keys.any() else self.decoded[:1]
        return np.append(begins[1:], max(self.end, int(self.decoded[-1]) + 1))

    def _to_nanoseconds(self, ticks: np.ndarray) -> np.ndarray:
        scale = self.time_base * NS_PER_SECOND
        whole, rest = np.divmod(ticks, scale.denominator)
        # In two steps: ticks times the numerator may not fit into 64 bits.
        part = (rest * scale.numerator + scale.denominator // 2) // scale.denominator
        return whole * scale.numerator + part


def read_index(path: Path) -> FrameIndex:
    """The index of a video.

    A file whose pictures are coded in the order in which they are shown is not read beyond its
    tables; else its packets are, since only they tell both orders.

    Raises OSError (av.error.FFmpegError) or IndexError when there is no video in it.
    """
    with remote_files.open_video(path) as container:
        video = container.streams.video[0]
        context = video.codec_context
        size = context.width, context.height
        table = _read_table(video)
        last, span, in_order = _read_end(container, video)
        if context.has_b_frames or not in_order or len(table) != video.frames:
            container.seek(int(table["decoded"].min(initial=0)), stream=video)
            packets = _read_packets(container, video)
            table = _read_table(video)  # that of a fragmented file is whole only now
            if len(table) == len(packets):
                table["ticks"] = packets["ticks"]
            else:
                table = packets
        ticks = table["ticks"]
        hidden = table["hidden"] | (ticks < 0)
        if hidden.all():
            raise IndexError("there is no picture")
        end = max(int(ticks[~hidden].max()), last + span)
        rest = table["keys"], hidden, table["positions"], end, video.time_base, *size
        return FrameIndex(ticks, table["decoded"], *rest)


FRAME_ROW_DTYPE = np.dtype(
    [("ticks", "i8"), ("decoded", "i8"), ("keys", "?"), ("hidden", "?"), ("positions", "i8")]
)


def _read_table(video: av.VideoStream) -> np.ndarray:
    """What the file's tables say; the ticks are those of decoding."""
    rows = (
        (each.timestamp, each.timestamp, each.is_keyframe, each.is_discard, each.pos)
        for each in video.index_entries
    )
    return np.fromiter(rows, FRAME_ROW_DTYPE)


def _read_packets(container: av.container.InputContainer, video: av.VideoStream) -> np.ndarray:
    """What the packets say; of a file without tables also which are keys."""
    rows = (
        (packet.pts, packet.dts, packet.is_keyframe, packet.is_discard, packet.pos or 0)
        for packet in container.demux(video)
        if packet.size and packet.pts is not None and packet.dts is not None
    )
    return np.fromiter(rows, FRAME_ROW_DTYPE)


def _read_end(
    container: av.container.InputContainer, video: av.VideoStream
) -> tuple[int, int, bool]:
    """The tick and the length of the last picture, and whether all are decoded as they are shown,
    as far as the first one and the last group tell.
    """
    packets = [next(container.demux(video))]
    container.seek((video.start_time or 0) + (video.duration or 0), stream=video)
    packets += [packet for packet in container.demux(video) if packet.size]
    in_order = all(packet.pts == packet.dts for packet in packets)
    tick, span = max((packet.pts or 0, packet.duration or 0) for packet in packets)
    return tick, span, in_order
