"""How much of the disk may still be written to."""

from __future__ import annotations

import shutil
from pathlib import Path

from camrec.errors import DiskError

# What a second of the file weighs against a second of what the camera sends. H.264 is copied; each
# JPEG of MJPEG is a whole picture, while H.264 of the same holds about an eighth; what H.265 saves
# is lost where it is encoded anew. How much an encoder makes of a picture is not known before, so
# these decide only whether it is worth beginning: the floor guards the rest.
WEIGHT = {"h264": 1.0, "mjpeg": 1 / 8, "h265": 2.0}


class Room:
    """The file system that `folder` lies on, of which `floor` bytes stay free."""

    def __init__(self, folder: Path, floor: int) -> None:
        self.floor = floor
        self._folder = folder.absolute()

    @property
    def free(self) -> int:
        """Bytes that are free, the floor included."""
        there = next(each for each in (self._folder, *self._folder.parents) if each.exists())
        return shutil.disk_usage(there).free

    @property
    def low(self) -> bool:
        """Whether the floor is reached: nothing more is to be recorded."""
        return self.free <= self.floor

    def fits(self, size: int) -> bool:
        """Whether a file that is written anew finds room: for this the floor is kept."""
        return size < self.free

    def admit(self, codec: str, bit_rate: float, duration: float) -> None:
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
        expected = int(bit_rate / 8 * duration * WEIGHT.get(codec, 1.0))
        free = self.free
        if expected >= free - self.floor:
            raise DiskError(
                "disk_full",
                needed=_megabytes(expected),
                free=_megabytes(free),
                floor=_megabytes(self.floor),
            )


def _megabytes(size: int) -> int:
    return round(size / 1e6)
