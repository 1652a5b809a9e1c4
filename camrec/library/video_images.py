"""Makes what the page needs of the videos: thumbnails, previews and the times of frames."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path

import av

from camrec import file_system
from camrec.errors import NotFoundError
from camrec.library import preview, thumbnail, video
from camrec.library.video import VideoFile

log = logging.getLogger(__name__)

THUMBNAILS_FOLDER_NAME = ".thumbnails"


class VideoImages:
    """Thumbnails, previews and frame times of the videos in `folder`.

    Parameters
    ----------
    get
        Returns the video with a file name. Raises InputError (``bad_filename``), NotFoundError
        (``no_video``).
    """

    def __init__(self, folder: Path, get: Callable[[str], VideoFile]) -> None:
        self._folder = folder
        self._get = get
        self._thumbnail_lock = threading.Lock()
        self._previews = preview.FramePreviews()

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders of the thumbnails and of the frame indexes, which may not exist."""
        names = (THUMBNAILS_FOLDER_NAME, video.INDEXES_FOLDER_NAME)
        return tuple(self._folder / name for name in names)

    def thumbnail(self, filename: str) -> Path:
        """Return the video's thumbnail, a JPEG file. The first call makes it.

        Raises
        ------
        InputError, NotFoundError (``no_video``; ``no_thumbnail`` if no frame can be decoded)
        """
        path = self._get(filename).path
        target = self._thumbnail_path(filename)
        with self._thumbnail_lock:
            try:
                video_mtime_ns = path.stat().st_mtime_ns
                if not target.exists() or target.stat().st_mtime_ns != video_mtime_ns:
                    thumbnail.make_thumbnail(path, target)
                    os.utime(target, ns=(video_mtime_ns, video_mtime_ns))
            except (OSError, ValueError, av.error.FFmpegError) as error:
                log.warning("no thumbnail of %s: %s", filename, error)
                raise NotFoundError("no_thumbnail", filename=filename) from None
        return target

    def preview(self, filename: str, at: float) -> bytes:
        """Return a small JPEG of the key frame at or before `at` seconds of the video.

        Raises
        ------
        InputError, NotFoundError (``no_video``; ``no_thumbnail`` if no frame can be decoded)
        """
        path = self._get(filename).path
        try:
            return self._previews.jpeg(path, at)
        except (OSError, ValueError, IndexError, av.error.FFmpegError) as error:
            log.warning("no preview of %s: %s", filename, error)
            raise NotFoundError("no_thumbnail", filename=filename) from None

    def frame_times(self, filename: str) -> list[float]:
        """Return the time of each shown frame in seconds from the start of the video, sorted.

        Raises
        ------
        InputError, NotFoundError (``no_video``; ``no_thumbnail`` if the file is not a video)
        """
        path = self._get(filename).path
        try:
            return preview.read_frame_times(path)
        except (OSError, ValueError, IndexError, av.error.FFmpegError) as error:
            log.warning("no frame times of %s: %s", filename, error)
            raise NotFoundError("no_thumbnail", filename=filename) from None

    def delete(self, path: Path) -> None:
        """Delete the thumbnail and the frame index of a video. Raises OSError."""
        file_system.remove(self._thumbnail_path(path.name), missing_ok=True)
        file_system.remove(video.frame_index_path(path), missing_ok=True)

    def _thumbnail_path(self, filename: str) -> Path:
        return self._folder / THUMBNAILS_FOLDER_NAME / f"{filename}.jpg"
