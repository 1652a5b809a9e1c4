"""MediaMTX, go2rtc and FFmpeg: where they are, and how they come to be there."""

from camrec.binaries.check import Binary, Origin
from camrec.binaries.locate import find
from camrec.binaries.manifest import GITHUB, PROGRAMS, Site
from camrec.binaries.progress import Progress, Step

__all__ = ["GITHUB", "PROGRAMS", "Binary", "Origin", "Progress", "Site", "Step", "find"]
