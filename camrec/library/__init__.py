"""The videos folder as it is on the disk: names, facts, thumbnails, deletion."""

from camrec.library.keeping import Keeping
from camrec.library.library import PARTS, Library
from camrec.library.room import Room
from camrec.library.video import Video

__all__ = ["PARTS", "Keeping", "Library", "Room", "Video"]
