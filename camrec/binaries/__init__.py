"""MediaMTX, go2rtc and FFmpeg: where they are, and how they come to be there."""

from camrec.binaries.check import Binary, BinaryOrigin
from camrec.binaries.locate import find_program
from camrec.binaries.manifest import GITHUB, PROGRAMS, ReleaseSite
from camrec.binaries.progress import ProgressCallback, ProgressEvent

__all__ = [
    "GITHUB",
    "PROGRAMS",
    "Binary",
    "BinaryOrigin",
    "ProgressCallback",
    "ReleaseSite",
    "ProgressEvent",
    "find_program",
]
