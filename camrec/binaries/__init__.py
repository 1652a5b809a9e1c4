"""MediaMTX, go2rtc and FFmpeg: where they are, and how they come to be there."""

from camrec.binaries.binary import Binary, Origin
from camrec.binaries.chain import find
from camrec.binaries.programs import GITHUB, PROGRAMS, Site
from camrec.binaries.step import Progress, Step

__all__ = ["GITHUB", "PROGRAMS", "Binary", "Origin", "Progress", "Site", "Step", "find"]
