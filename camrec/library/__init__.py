"""Manages the videos folder: videos, file names, images, retention and disk space."""

from camrec.library.disk_space import (
    COPIED_H265_FILE_RATE_FACTORS,
    FILE_RATE_FACTORS,
    DiskEstimate,
    DiskSpace,
    StreamRate,
)
from camrec.library.event_places import (
    PlacedEvent,
    VideoSpan,
    has_video_of,
    locate_events,
    moment_of_second,
    read_events,
    videos_of_event,
)
from camrec.library.event_track import write_event_track
from camrec.library.evicted import list_external_evicted
from camrec.library.eviction import (
    ROOM_S,
    EvictionForecast,
    bytes_to_free,
    delete_oldest,
)
from camrec.library.external import list_external_videos
from camrec.library.filenames import check_filename, check_folder_length, safe_filename
from camrec.library.folder_watch import FolderWatch
from camrec.library.library import SEGMENTS_FOLDER_NAME, VideoLibrary
from camrec.library.retention import RetentionPolicy, select_deletable
from camrec.library.saved_events import SavedEvents
from camrec.library.video import VideoFile, frame_index_path

__all__ = [
    "COPIED_H265_FILE_RATE_FACTORS",
    "FILE_RATE_FACTORS",
    "ROOM_S",
    "SEGMENTS_FOLDER_NAME",
    "DiskEstimate",
    "DiskSpace",
    "EvictionForecast",
    "FolderWatch",
    "PlacedEvent",
    "RetentionPolicy",
    "SavedEvents",
    "StreamRate",
    "VideoFile",
    "VideoLibrary",
    "VideoSpan",
    "bytes_to_free",
    "check_filename",
    "check_folder_length",
    "delete_oldest",
    "frame_index_path",
    "has_video_of",
    "list_external_evicted",
    "list_external_videos",
    "locate_events",
    "moment_of_second",
    "read_events",
    "safe_filename",
    "select_deletable",
    "videos_of_event",
    "write_event_track",
]
