"""Renames and deletes the files of a video, and replaces its receipt."""

from __future__ import annotations

import logging
from pathlib import Path

from camrec import file_system
from camrec.library import filenames
from camrec.library.evicted import EvictedVideos
from camrec.library.placement import numbered_stems, place_video, try_place_video
from camrec.library.video import VideoFile
from camrec.library.video_cache import VideoCache
from camrec.library.video_images import VideoImages
from camrec.receipt import Receipt

log = logging.getLogger(__name__)


class VideoFiles:
    """The files of the videos in `folder`. One thread at a time changes them.

    Its methods raise OSError, `FileInUseError` on Windows.
    """

    def __init__(
        self,
        folder: Path,
        videos: VideoCache,
        evicted: EvictedVideos,
        images: VideoImages,
        max_name_chars: int,
    ) -> None:
        self._folder = folder
        self._videos = videos
        self._evicted = evicted
        self._images = images
        self._max_name_chars = max_name_chars

    def delete(self, video: VideoFile) -> None:
        """Delete a video with its receipt and its images; of an evicted one, the receipt."""
        evicted = video.evicted_at is not None
        file_system.remove(video.path.with_suffix(".json") if evicted else video.path)
        self._remove_extras(video.path)

    def evict(self, video: VideoFile, evicted_at: str) -> None:
        """Delete a video. If it has events or details, its receipt stays, with `evicted_at`.

        The receipt says so before the file is deleted, so that a crash loses neither.
        """
        receipt = video.receipt
        stays = receipt is not None and bool(receipt.events or receipt.details)
        if receipt is not None and stays:
            self.replace_receipt(video, receipt.model_copy(update={"evicted_at": evicted_at}))
        file_system.remove(video.path)
        self._remove_extras(video.path, receipt_stays=stays)

    def rename(self, found: VideoFile, name: str) -> str:
        """Change the name of a video in its receipt and its file name. Returns the new one."""
        if found.receipt is None:
            stem = filenames.safe_filename(name, self._max_name_chars)
            return place_video(self._folder, found.path, None, stem)
        old_receipt_file = found.path.with_suffix(".json")
        receipt_file = self._write_receipt(found, found.receipt.model_copy(update={"name": name}))
        stem = filenames.video_stem(name, found.started_at, self._max_name_chars)
        for numbered in numbered_stems(stem):
            if f"{numbered}{filenames.VIDEO_FILE_SUFFIX}" == found.filename:
                file_system.replace(receipt_file, old_receipt_file)
                return found.filename
            if renamed := try_place_video(self._folder, found.path, receipt_file, numbered):
                self._remove_extras(found.path)
                return renamed
        raise AssertionError("the numbers never end")

    def replace_receipt(self, video: VideoFile, receipt: Receipt) -> None:
        """Replace the receipt of a video, atomically; return once the disk has the new one."""
        receipt_file = self._write_receipt(video, receipt)
        file_system.replace(receipt_file, video.path.with_suffix(".json"))
        self._videos.forget(video.filename)
        self._evicted.forget(video.filename)
        file_system.fsync_path(self._folder)

    def _write_receipt(self, video: VideoFile, receipt: Receipt) -> Path:
        """Write a new receipt to a hidden file in the folder, and wait until the disk stores it."""
        receipt_file = self._folder / f".{video.path.with_suffix('.json').name}"
        receipt.write(receipt_file)
        file_system.fsync_path(receipt_file)
        return receipt_file

    def _remove_extras(self, path: Path, *, receipt_stays: bool = False) -> None:
        """Delete the receipt and the images of a video that is no longer at `path`.

        What cannot be deleted is only logged: without its video it is not listed.
        """
        try:
            if not receipt_stays:
                file_system.remove(path.with_suffix(".json"), missing_ok=True)
            self._images.delete(path)
        except OSError as error:
            log.warning("what belonged to %s cannot be deleted: %s", path.name, error)
