"""Reads the videos of a folder. A video is read again only after it has changed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from camrec.errors import NotFoundError
from camrec.library import filenames, video
from camrec.library.video import VideoFile

# Modification time (ns) and size (bytes) of the video; modification time (ns), number and size of
# its receipt. Two receipts that are written in quick succession may have the same time.
FileFingerprint = tuple[int, int, int, int, int]


class VideoCache:
    """The videos that are directly in `folder`. Symbolic links are not followed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._videos: dict[str, tuple[FileFingerprint, VideoFile]] = {}

    def videos(self) -> list[VideoFile]:
        """Return all videos, the newest first."""
        found = {name: self._load(name, status) for name, status in self._scan()}
        for name in self._videos.keys() - found.keys():
            self._videos.pop(name, None)
        return sorted(found.values(), key=lambda each: (each.started_at, each.filename))[::-1]

    def get(self, filename: str) -> VideoFile:
        """Return a video. Raises InputError (``bad_filename``), NotFoundError (``no_video``)."""
        try:
            status = os.lstat(self._folder / filenames.check_filename(filename))
        except OSError:
            raise NotFoundError("no_video", filename=filename) from None
        if not stat.S_ISREG(status.st_mode):
            raise NotFoundError("no_video", filename=filename)
        return self._load(filename, status)

    def forget(self, filename: str) -> None:
        """Read a video again when it is needed, because its receipt was replaced."""
        self._videos.pop(filename, None)

    def _scan(self) -> Iterator[tuple[str, os.stat_result]]:
        try:
            with os.scandir(self._folder) as entries:
                for entry in entries:
                    if not filenames.is_video_filename(entry.name):
                        continue
                    try:
                        # Not `entry.stat`: on Windows that is from the list, and may be old.
                        status = os.lstat(entry.path)
                    except OSError:  # deleted since it was listed
                        continue
                    if stat.S_ISREG(status.st_mode):
                        yield entry.name, status
        except FileNotFoundError:
            return

    def _load(self, filename: str, status: os.stat_result) -> VideoFile:
        """Return a video, from memory if neither the file nor its receipt has changed."""
        path = self._folder / filename
        try:
            receipt = path.with_suffix(".json").stat()
            receipt_stamp = (receipt.st_mtime_ns, receipt.st_ino, receipt.st_size)
        except OSError:
            receipt_stamp = (0, 0, 0)
        fingerprint = (status.st_mtime_ns, status.st_size, *receipt_stamp)
        known = self._videos.get(filename)
        if known is None or known[0] != fingerprint:
            found = video.read_video(path, status.st_size, status.st_mtime_ns)
            if found.has_unread_receipt:  # it may be readable the next time
                return found
            self._videos[filename] = known = fingerprint, found
        return known[1]
