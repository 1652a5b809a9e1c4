"""Finds MediaMTX, go2rtc and FFmpeg on this machine, and downloads or builds them if missing."""

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
    "ProgressEvent",
    "ReleaseSite",
    "find_program",
]
