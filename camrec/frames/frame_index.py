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

SECOND = 10**9
WAYS = 4  # key pictures that are tried: a renewal bit by bit takes less than two of them


class Aim(NamedTuple):
    """A picture's tick, that of the key picture to decode from, and where to seek for that."""

    tick: int
    start: int
    seek: int


@dataclass(frozen=True, eq=False)
class Index:
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
        return self._nanoseconds(self.shown)

    @property
    def length(self) -> int:
        """Nanoseconds from the start to the end of the last picture."""
        return int(self._nanoseconds(np.array([self.end]))[0])

    @cached_property
    def starts(self) -> np.ndarray:
        """(n,) int64, for each shown picture the tick of the key picture to decode from."""
        return self._keys[self._groups]

    def aim(self, number: int) -> Aim:
        """How to come to a shown picture."""
        return next(self.aims(number))

    def aims(self, number: int) -> Iterator[Aim]:
        """The same, and ways that begin farther back, for a picture that is not right yet when it
        is decoded from the nearest key picture.
        """
        tick, group = int(self.shown[number]), int(self._groups[number])
        for each in range(group, max(group - WAYS, -1), -1):
            # Told the key's own time, FFmpeg goes to the group before where some are reordered.
            yield Aim(tick, int(self._keys[each]), int(self._ends[each]) - 1)

    @cached_property
    def _groups(self) -> np.ndarray:
        return (np.searchsorted(self._keys, self.shown, "right") - 1).clip(0)

    @cached_property
    def _keys(self) -> np.ndarray:
        return np.sort(self.ticks[self.keys]) if self.keys.any() else self.ticks[:1]

    @cached_property
    def _ends(self) -> np.ndarray:
        """When the key picture after each is decoded."""
        begins = np.sort(self.decoded[self.keys]) if self.keys.any() else self.decoded[:1]
        return np.append(begins[1:], max(self.end, int(self.decoded[-1]) + 1))

    def _nanoseconds(self, ticks: np.ndarray) -> np.ndarray:
        scale = self.time_base * SECOND
        whole, rest = np.divmod(ticks, scale.denominator)
        # In two steps: ticks times the numerator may not fit into 64 bits.
        part = (rest * scale.numerator + scale.denominator // 2) // scale.denominator
        return whole * scale.numerator + part


def read(path: Path) -> Index:
    """The index of a video.

    A file whose pictures are coded in the order in which they are shown is not read beyond its
    tables; else its packets are, since only they tell both orders.

    Raises OSError (av.error.FFmpegError) or IndexError when there is no video in it.
    """
    with remote_files.video(path) as container:
        video = container.streams.video[0]
        context = video.codec_context
        size = context.width, context.height
        table = _table(video)
        last, span, in_order = _end(container, video)
        if context.has_b_frames or not in_order or len(table) != video.frames:
            container.seek(int(table["decoded"].min(initial=0)), stream=video)
            packets = _packets(container, video)
            table = _table(video)  # that of a fragmented file is whole only now
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
        return Index(ticks, table["decoded"], *rest)


ROW = np.dtype(
    [("ticks", "i8"), ("decoded", "i8"), ("keys", "?"), ("hidden", "?"), ("positions", "i8")]
)


def _table(video: av.VideoStream) -> np.ndarray:
    """What the file's tables say; the ticks are those of decoding."""
    rows = (
        (each.timestamp, each.timestamp, each.is_keyframe, each.is_discard, each.pos)
        for each in video.index_entries
    )
    return np.fromiter(rows, ROW)


def _packets(container: av.container.InputContainer, video: av.VideoStream) -> np.ndarray:
    """What the packets say; of a file without tables also which are keys."""
    rows = (
        (packet.pts, packet.dts, packet.is_keyframe, packet.is_discard, packet.pos or 0)
        for packet in container.demux(video)
        if packet.size and packet.pts is not None and packet.dts is not None
    )
    return np.fromiter(rows, ROW)


def _end(container: av.container.InputContainer, video: av.VideoStream) -> tuple[int, int, bool]:
    """The tick and the length of the last picture, and whether all are decoded as they are shown,
    as far as the first one and the last group tell.
    """
    packets = [next(container.demux(video))]
    container.seek((video.start_time or 0) + (video.duration or 0), stream=video)
    packets += [packet for packet in container.demux(video) if packet.size]
    in_order = all(packet.pts == packet.dts for packet in packets)
    tick, span = max((packet.pts or 0, packet.duration or 0) for packet in packets)
    return tick, span, in_order
