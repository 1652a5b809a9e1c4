"""The videos folder as it is on the disk: names, facts, thumbnails, deletion."""

from camrec.library.elsewhere import elsewhere
from camrec.library.folder_watch import FolderWatch
from camrec.library.keeping import Keeping
from camrec.library.library import PARTS, Library
from camrec.library.names import safe as safe_filename
from camrec.library.room import Room
from camrec.library.video import Video, index_of

__all__ = [
    "PARTS",
    "FolderWatch",
    "Keeping",
    "Library",
    "Room",
    "Video",
    "elsewhere",
    "index_of",
    "safe_filename",
]
