"""The videos folder as it is on the disk: names, facts, thumbnails, deletion."""

from camrec.library.library import Library
from camrec.library.video import Video

__all__ = ["Library", "Video"]
