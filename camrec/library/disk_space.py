"""Estimates how much of the disk recordings may use, and how long a recording may be.

The estimate is computed only here. All code that shows it, offers a duration or admits a recording
uses `DiskSpace`.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from camrec.errors import DiskError
from camrec.recording_limits import MAX_DURATION_S

# Bytes of the file for each byte of the camera's video. H.264 is copied. Each JPEG of MJPEG is a
# whole image, and H.264 of the same scene takes about an eighth of its size. H.265 that is encoded
# as H.264 takes about twice its size. The size of encoded video is not known in advance, so these
# factors only decide whether a recording may start. A running recording ends when only
# `min_free_bytes` are left.
FILE_RATE_FACTORS: Mapping[str, float] = {"h264": 1.0, "mjpeg": 1 / 8, "h265": 2.0}
COPIED_H265_FILE_RATE_FACTORS: Mapping[str, float] = {**FILE_RATE_FACTORS, "h265": 1.0}
# An offered duration uses only this share of the space, because the camera may send more before
# Record is pressed, and other programs may write to the disk.
OFFERED_SPACE_RATIO = 0.9


class StreamRate(NamedTuple):
    """What a camera sends: the codec of its video, and bits per second with audio (0: unknown)."""

    codec: str
    bit_rate: float


@dataclass(frozen=True)
class DiskEstimate:
    """How much disk space there is, and how much recordings of some cameras take together.

    free_bytes : free bytes of the disk.
    available_bytes : bytes that recordings may use, so that `min_free_bytes` stay free.
    file_bit_rate : bits per second of all files together; 0: not known.
    max_seconds : the longest duration that is offered for recording all these cameras at once.
        A recording of this duration is also admitted.
    """

    free_bytes: int
    available_bytes: int
    file_bit_rate: float
    max_seconds: int


class DiskSpace:
    """The file system of `folder`, on which `min_free_bytes` bytes stay free.

    Parameters
    ----------
    folder
        It need not exist yet.
    file_rate_factors
        By codec: bytes of the file for each byte that the camera sends.
    """

    def __init__(
        self,
        folder: Path,
        min_free_bytes: int,
        file_rate_factors: Mapping[str, float] = FILE_RATE_FACTORS,
    ) -> None:
        self.min_free_bytes = min_free_bytes
        self._file_rate_factors = file_rate_factors
        self._folder = folder.absolute()

    @property
    def free_bytes(self) -> int:
        """Free bytes of the disk, including `min_free_bytes`."""
        existing = next(each for each in (self._folder, *self._folder.parents) if each.exists())
        return shutil.disk_usage(existing).free

    @property
    def total_bytes(self) -> int:
        """The size of the disk."""
        existing = next(each for each in (self._folder, *self._folder.parents) if each.exists())
        return shutil.disk_usage(existing).total

    @property
    def low(self) -> bool:
        """Whether at most `min_free_bytes` are left, so that recordings must end."""
        return self.free_bytes <= self.min_free_bytes

    @property
    def available_bytes(self) -> int:
        """Bytes that recordings may use."""
        return max(0, self.free_bytes - self.min_free_bytes)

    def file_bit_rate(self, streams: Iterable[StreamRate]) -> float:
        """Return how many bits per second recordings of all `streams` write together."""
        return sum(each.bit_rate * self._file_rate_factors.get(each.codec, 1.0) for each in streams)

    def estimate(self, streams: Iterable[StreamRate], deletable_bytes: int = 0) -> DiskEstimate:
        """Estimate the current disk space for recordings of all `streams` at once.

        deletable_bytes : what old videos take that are deleted when the disk is full.
        """
        free = self.free_bytes
        usable_bytes = max(0, free - self.min_free_bytes)
        rate = self.file_bit_rate(streams)
        room = max(0, free - self.min_free_bytes + deletable_bytes)
        if rate > 0:
            max_seconds = min(MAX_DURATION_S, int(OFFERED_SPACE_RATIO * room * 8 / rate))
        else:
            max_seconds = MAX_DURATION_S if room else 0
        return DiskEstimate(free, usable_bytes, rate, max_seconds)

    def seconds_until_full(self, file_bit_rate: float, deletable_bytes: int = 0) -> float | None:
        """Return how long files can grow by `file_bit_rate` bits per second; None if it is 0.

        deletable_bytes : see `estimate`.
        """
        room = max(0, self.free_bytes - self.min_free_bytes + deletable_bytes)
        return 8 * room / file_bit_rate if file_bit_rate > 0 else None

    def fits(self, size: int) -> bool:
        """Return whether one more file of `size` bytes fits. It may also use `min_free_bytes`."""
        return size < self.free_bytes

    def require_space(self, stream: StreamRate, duration: float, deletable_bytes: int = 0) -> None:
        """Check that a recording of `duration` seconds fits.

        deletable_bytes : what old videos take that are deleted when the disk is full.

        Raises
        ------
        DiskError
            ``disk_full``, with the expected size, the free bytes and `min_free_bytes`, in MB.
        """
        expected = int(self.file_bit_rate([stream]) / 8 * duration)
        free = self.free_bytes
        if expected >= free - self.min_free_bytes + deletable_bytes:
            raise DiskError(
                "disk_full",
                needed=_to_megabytes(expected),
                free=_to_megabytes(free),
                floor=_to_megabytes(self.min_free_bytes),
            )


def _to_megabytes(size: int) -> int:
    return round(size / 1e6)
