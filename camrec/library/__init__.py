"""The videos folder as it is on the disk: names, facts, thumbnails, deletion."""

from camrec.library.disk_space import Room
from camrec.library.external import elsewhere
from camrec.library.filenames import safe as safe_filename
from camrec.library.folder_watch import FolderWatch
from camrec.library.library import PARTS, Library
from camrec.library.retention import Keeping
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
