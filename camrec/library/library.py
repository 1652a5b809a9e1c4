"""The videos folder. The files in it are the only record of which videos exist."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import filelock

from camrec import file_system
from camrec.callbacks import Callbacks
from camrec.camera_address import validate_name
from camrec.clock import Clock, format_iso, iso_to_utc_ns
from camrec.errors import (
    CamrecError,
    NotFoundError,
    ServiceError,
    StateError,
    describe_os_error,
)
from camrec.library import filenames
from camrec.library.disk_space import FILE_RATE_FACTORS, DiskSpace
from camrec.library.evicted import EvictedVideos
from camrec.library.placement import place_video
from camrec.library.recent_reads import RecentReads
from camrec.library.retention import RetentionPolicy, select_deletable
from camrec.library.saved_events import SavedEvents
from camrec.library.video import VideoFile
from camrec.library.video_cache import VideoCache
from camrec.library.video_files import VideoFiles
from camrec.library.video_images import VideoImages
from camrec.receipt import Receipt

log = logging.getLogger(__name__)

LOCK_FILENAME, SEGMENTS_FOLDER_NAME = ".lock", ".parts"
# How long a new video may be open in another program, such as a virus scanner that reads all of it.
SAVE_PATIENCE_S = 30.0


class VideoLibrary:
    """The finished videos directly in `folder`, with their receipts next to them.

    All other files and folders that camrec makes there have names that start with a dot. `open`
    must be called before saving, locking, renaming and deleting videos, but not before reading.
    These four change a file and its receipt in one step, under one lock, so they are here together.

    Parameters
    ----------
    min_free_bytes
        Bytes of the disk that recordings leave free.
    retention
        Which videos are deleted when the library opens and after each video that is saved.
    file_rate_factors
        See `DiskSpace`.

    Attributes
    ----------
    changed : emits the file name of a video after it was saved, locked, unlocked or deleted, and
        the old file name after it was renamed.
    disk_space : how much of the disk recordings may use.
    images : thumbnails, previews and frame times.
    events : what happened in the videos, as their receipts say.
    reads : which videos somebody reads. They are not deleted automatically.
    """

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        *,
        min_free_bytes: int = 0,
        retention: RetentionPolicy | None = None,
        file_rate_factors: Mapping[str, float] = FILE_RATE_FACTORS,
    ) -> None:
        self.folder = Path(folder)
        self.disk_space = DiskSpace(self.folder, min_free_bytes, file_rate_factors)
        self.changed: Callbacks[[str]] = Callbacks()
        self._videos = VideoCache(self.folder)
        self._evicted = EvictedVideos(self.folder)
        self.images = VideoImages(self.folder, self.get)
        self.events = SavedEvents(self)
        self.reads = RecentReads(clock)
        self._clock = clock
        self.retention = retention or RetentionPolicy()
        self._lock = file_system.ProcessLock(self.folder / LOCK_FILENAME)
        self._write_lock = threading.Lock()
        self._max_name_chars = filenames.max_name_chars(self.folder)
        self._files = VideoFiles(
            self.folder, self._videos, self._evicted, self.images, self._max_name_chars
        )

    def open(self) -> None:
        """Create the folder if it is missing, and lock it for this camrec.

        Raises
        ------
        StateError (``folder_taken``), InputError (``folder_too_long``, on Windows), ServiceError
        (``folder_unwritable``)
        """
        filenames.check_folder_length(self.folder)
        try:
            file_system.make_dirs(self.folder / SEGMENTS_FOLDER_NAME)
            self._lock.acquire()
        except filelock.Timeout:
            raise StateError("folder_taken", folder=str(self.folder)) from None
        except OSError as error:
            raise self._unwritable_error(error) from None
        for folder in (self.folder, *self.images.folders):
            file_system.remove_leftovers(folder)
        self._apply_retention()

    def close(self) -> None:
        """Unlock the folder."""
        self._lock.release()

    def videos(self) -> list[VideoFile]:
        """Return all videos, the newest first."""
        return self._videos.videos()

    def evicted(self) -> list[VideoFile]:
        """Return the videos that were deleted automatically and left a receipt, newest first."""
        return self._evicted.videos()

    def get(self, filename: str) -> VideoFile:
        """Return a video.

        Raises
        ------
        InputError (``bad_filename``), NotFoundError (``no_video``; ``video_evicted``: it was
        deleted automatically, and left its receipt)
        """
        try:
            return self._videos.get(filename)
        except NotFoundError:
            if self._evicted.find(filename) is None:
                raise
            raise NotFoundError("video_evicted", filename=filename) from None

    def get_with_evicted(self, filename: str) -> VideoFile:
        """Return a video, or an evicted one. Raises InputError, NotFoundError (``no_video``)."""
        return self._evicted.find(filename) or self._videos.get(filename)

    def segments_folder(self, recording_id: str) -> Path:
        """Return the folder for the segments of one recording. The recording creates it."""
        return self.folder / SEGMENTS_FOLDER_NAME / recording_id

    def save(self, file: Path, receipt: Receipt, named_at: int | None = None) -> str:
        """Move a complete file and its receipt into the library, and return its name there.

        The name contains the time `named_at`, UTC nanoseconds; None: when the video starts.

        After that, it deletes the videos that the retention policy does not keep. If the file
        cannot be moved, it raises OSError, and the file is still in its old place. On Windows,
        `FileInUseError` is raised if another program has it open for `SAVE_PATIENCE_S`.
        """
        file_system.fsync_path(file)
        receipt_file = file.with_suffix(".receipt")
        receipt.write(receipt_file)
        file_system.fsync_path(receipt_file)
        if named_at is None:
            named_at = iso_to_utc_ns(receipt.started_at)
        stem = filenames.video_stem(receipt.name, named_at, self._max_name_chars)

        def place() -> str:
            with self._write_lock:
                return place_video(self.folder, file, receipt_file, stem)

        filename = file_system.retry_while_in_use(place, SAVE_PATIENCE_S)
        file_system.fsync_path(self.folder)
        self.changed.emit(filename)
        self._apply_retention()
        return filename

    def delete(self, filename: str) -> None:
        """Delete a video permanently, with its receipt, its thumbnail and its frame index.

        Of an evicted video the receipt is deleted.

        Raises
        ------
        InputError, NotFoundError, StateError (``file_in_use``, on Windows), ServiceError
        (``folder_unwritable``)
        """
        with self._write_lock:  # `lock` must not write a receipt again meanwhile
            found = self.get_with_evicted(filename)
            try:
                self._files.delete(found)
            except OSError as error:
                raise self._unwritable_error(error) from None
        log.info("video deleted: %s", filename)
        self.changed.emit(filename)

    def deletable(self) -> list[VideoFile]:
        """Return the videos that may be deleted automatically, the oldest first."""
        return select_deletable(self.videos(), self.reads.filenames())

    def evict(self, filename: str) -> bool:
        """Delete a video automatically. If it has events or details, its receipt stays.

        Returns whether it was deleted: one that is locked or that somebody reads is not.

        Raises
        ------
        As `delete`
        """
        evicted_at = format_iso(self._clock.utc_ns())
        with self._write_lock:
            found = self.get(filename)
            if found.locked or filename in self.reads.filenames():  # meanwhile
                return False
            try:
                self._files.evict(found, evicted_at)
            except OSError as error:
                raise self._unwritable_error(error) from None
        self.changed.emit(filename)
        return True

    def lock(self, filename: str, locked: bool = True) -> VideoFile:
        """Protect a video from automatic deletion, or end the protection if `locked` is False.

        Raises
        ------
        InputError, NotFoundError, StateError (``no_receipt``; ``file_in_use``, on Windows),
        ServiceError (``folder_unwritable``)
        """

        def edit(receipt: Receipt) -> Receipt:
            if receipt.evicted_at is not None:
                raise NotFoundError("video_evicted", filename=filename)
            return receipt.model_copy(update={"locked": locked})

        found = self.edit_receipt(filename, edit)
        log.info("video %s: %s", "locked" if locked else "unlocked", filename)
        return found

    def edit_receipt(self, filename: str, edit: Callable[[Receipt], Receipt]) -> VideoFile:
        """Replace the receipt of a video, or of an evicted one, atomically.

        It returns once the disk has the new one.

        Parameters
        ----------
        edit
            Returns the new receipt for the present one. No other edit comes in between.

        Raises
        ------
        InputError, NotFoundError, StateError (``no_receipt``; ``file_in_use``, on Windows),
        ServiceError (``folder_unwritable``), and what `edit` raises
        """
        with self._write_lock:
            found = self.get_with_evicted(filename)
            if found.receipt is None:
                raise StateError("no_receipt", filename=filename)
            edited = edit(found.receipt)
            try:
                self._files.replace_receipt(found, edited)
            except OSError as error:
                raise self._unwritable_error(error) from None
        self.changed.emit(filename)
        return self.get_with_evicted(filename)

    def rename(self, filename: str, name: str) -> str:
        """Change the name of a video in its receipt and its file name. Returns the new file name.

        If this is interrupted, the video is complete and has one of the two names.

        Raises
        ------
        InputError (``bad_filename``, ``bad_name``), NotFoundError, StateError (``file_in_use``, on
        Windows), ServiceError (``folder_unwritable``)
        """
        name = validate_name(name) or ""
        with self._write_lock:
            found = self.get(filename)
            try:
                renamed = self._files.rename(found, name)
                file_system.fsync_path(self.folder)
            except OSError as error:
                raise self._unwritable_error(error) from None
        log.info("video %s is now %s", filename, renamed)
        self.changed.emit(filename)
        return renamed

    def _apply_retention(self) -> None:
        """Delete the videos that exceed the size limit or are too old. A failure is only logged."""
        if not self.retention.is_limited:
            return
        now, being_read = self._clock.utc_ns(), self.reads.filenames()
        for each in self.retention.select_for_deletion(self.videos(), now, being_read):
            log.info("%s is deleted by the retention policy (%d bytes)", each.filename, each.size)
            try:
                self.evict(each.filename)
            except CamrecError as error:
                log.warning("%s could not be deleted: %s", each.filename, error)

    def _unwritable_error(self, error: OSError) -> CamrecError:
        if isinstance(error, file_system.FileInUseError):
            return StateError("file_in_use", file=error.file.name)
        return ServiceError(
            "folder_unwritable", folder=str(self.folder), reason=describe_os_error(error)
        )
