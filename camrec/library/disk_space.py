"""How much of the disk may still be written to, and how long a recording it holds.

The estimate is made here and nowhere else: who shows it, offers a length or admits one asks here.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from camrec.errors import DiskError

# What a second of the file weighs against a second of what the camera sends. H.264 is copied; each
# JPEG of MJPEG is a whole picture, while H.264 of the same holds about an eighth; what H.265 saves
# is lost where it is encoded anew. How much an encoder makes of a picture is not known before, so
# these decide only whether it is worth beginning: the floor guards the rest.
FILE_RATE_FACTORS = {"h264": 1.0, "mjpeg": 1 / 8, "h265": 2.0}
# What is offered leaves some of the room: until the button is pressed a camera may send more, and
# others may write to the disk.
OFFERED_SPACE_RATIO = 0.9


class DiskSpace:
    """The file system that `folder` lies on, of which `min_free_bytes` bytes stay free.

    weights : by codec, what a second of the file weighs against a second of the camera's.
    """

    def __init__(
        self, folder: Path, floor: int, weights: Mapping[str, float] = FILE_RATE_FACTORS
    ) -> None:
        self.min_free_bytes = floor
        self._weights = weights
        self._folder = folder.absolute()

    @property
    def free_bytes(self) -> int:
        """Bytes that are free, the floor included."""
        there = next(each for each in (self._folder, *self._folder.parents) if each.exists())
        return shutil.disk_usage(there).free

    @property
    def low(self) -> bool:
        """Whether the floor is reached: nothing more is to be recorded."""
        return self.free_bytes <= self.min_free_bytes

    @property
    def available_bytes(self) -> int:
        """Bytes that recordings may take."""
        return max(0, self.free_bytes - self.min_free_bytes)

    def file_rate(self, codec: str, bit_rate: float) -> float:
        """Bits a second of a recording's file, of what the camera sends."""
        return bit_rate * self._weights.get(codec, 1.0)

    def max_seconds(self, file_rate: float, longest: int) -> int:
        """The longest recording to be offered, up to `longest` seconds: one that is admitted."""
        if file_rate <= 0:
            return longest if self.available_bytes else 0
        return min(longest, int(OFFERED_SPACE_RATIO * self.available_bytes * 8 / file_rate))

    def fits(self, size: int) -> bool:
        """Whether a file that is written anew finds room: for this the floor is kept."""
        return size < self.free_bytes

    def require_space(self, codec: str, bit_rate: float, duration: float) -> None:
        """Ask before a recording of `duration` seconds begins.

        Parameters
        ----------
        codec, bit_rate
            What the camera sends, in bits a second.

        Raises
        ------
        DiskError
            ``disk_full``, with the size that is expected, what is free and the floor, in MB.
        """
        expected = int(self.file_rate(codec, bit_rate) / 8 * duration)
        free = self.free_bytes
        if expected >= free - self.min_free_bytes:
            raise DiskError(
                "disk_full",
                needed=_to_megabytes(expected),
                free=_to_megabytes(free),
                floor=_to_megabytes(self.min_free_bytes),
            )


def _to_megabytes(size: int) -> int:
    return round(size / 1e6)
