"""The videos folder as it is on the disk: names, facts, thumbnails, deletion."""

from camrec.library.disk_space import DiskSpace
from camrec.library.external import list_external_videos
from camrec.library.filenames import safe_filename as safe_filename
from camrec.library.folder_watch import FolderWatch
from camrec.library.library import SEGMENTS_FOLDER_NAME, VideoLibrary
from camrec.library.retention import RetentionPolicy
from camrec.library.video import VideoFile, frame_index_path

__all__ = [
    "SEGMENTS_FOLDER_NAME",
    "FolderWatch",
    "RetentionPolicy",
    "VideoLibrary",
    "DiskSpace",
    "VideoFile",
    "list_external_videos",
    "frame_index_path",
    "safe_filename",
]
