"""The videos folder: what lies in it is the only truth."""

from __future__ import annotations

import itertools
import logging
import os
import stat
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import av
import filelock

from camrec import durable_files
from camrec.callbacks import Callbacks
from camrec.camera_address import validate_name
from camrec.clock import Clock, iso_to_utc_ns
from camrec.errors import CamrecError, NotFoundError, ServiceError, StateError, describe_os_error
from camrec.file_lock import ProcessLock
from camrec.library import filenames, preview, thumbnail, video
from camrec.library.disk_space import FILE_RATE_FACTORS, DiskSpace
from camrec.library.retention import RetentionPolicy
from camrec.library.video import VideoFile
from camrec.receipt import Receipt

log = logging.getLogger(__name__)

LOCK_FILENAME, SEGMENTS_FOLDER_NAME, THUMBNAILS_FOLDER_NAME = ".lock", ".parts", ".thumbnails"
FileFingerprint = tuple[int, int, int]


class VideoLibrary:
    """Finished videos right in `folder`; all else in folders whose names begin with a dot.

    It can be looked at without being opened; whoever writes opens it first.

    Parameters
    ----------
    floor
        Bytes of the disk that recordings leave free.
    keeping
        Which videos are deleted when it is opened and after each that is saved.
    weights
        As `DiskSpace` takes them.

    Attributes
    ----------
    changed : emits the name of a file after it was saved, locked, unlocked, renamed or deleted.
    room : how much of the disk may still be written to.
    """

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        *,
        floor: int = 0,
        keeping: RetentionPolicy | None = None,
        weights: Mapping[str, float] = FILE_RATE_FACTORS,
    ) -> None:
        self.folder = Path(folder)
        self.room = DiskSpace(self.folder, floor, weights)
        self.changed: Callbacks[[str]] = Callbacks()
        self._clock = clock
        self._retention = keeping or RetentionPolicy()
        self._lock = ProcessLock(self.folder / LOCK_FILENAME)
        self._cache: dict[str, tuple[FileFingerprint, VideoFile]] = {}
        self._write_lock = threading.Lock()
        self._thumbnail_lock = threading.Lock()
        self._previews = preview.FramePreviews()

    def open(self) -> None:
        """Make the folder where it is missing, and keep it for this camrec.

        Raises
        ------
        StateError (``folder_taken``), ServiceError (``folder_unwritable``)
        """
        try:
            durable_files.make_dirs(self.folder / SEGMENTS_FOLDER_NAME)
            self._lock.acquire()
        except filelock.Timeout:
            raise StateError("folder_taken", folder=str(self.folder)) from None
        except OSError as error:
            raise self._unwritable_error(error) from None
        self._apply_retention()

    def close(self) -> None:
        self._lock.release()

    def videos(self) -> list[VideoFile]:
        """What is there, newest first."""
        found = {
            filename: self._load_video(filename, seen) for filename, seen in self._scan_files()
        }
        for gone in self._cache.keys() - found.keys():
            self._cache.pop(gone, None)
        return sorted(found.values(), key=lambda each: (each.started_at, each.filename))[::-1]

    def get(self, filename: str) -> VideoFile:
        """Raises InputError (``bad_filename``), NotFoundError (``no_video``)."""
        try:
            seen = os.lstat(self.folder / filenames.check_filename(filename))
        except OSError:
            seen = None
        if seen is None or not stat.S_ISREG(seen.st_mode):
            raise NotFoundError("no_video", filename=filename)
        return self._load_video(filename, seen)

    def delete(self, filename: str) -> None:
        """Remove a video with its receipt and thumbnail, for good.

        Raises
        ------
        InputError, NotFoundError, ServiceError (``folder_unwritable``)
        """
        path = self.get(filename).path
        try:
            path.unlink()
            path.with_suffix(".json").unlink(missing_ok=True)
            self._delete_derived_files(path)
        except OSError as error:
            raise self._unwritable_error(error) from None
        log.info("video deleted: %s", filename)
        self.changed.emit(filename)

    def lock(self, filename: str, locked: bool = True) -> VideoFile:
        """Protect a video from being deleted for its age or for room; or no longer.

        Raises
        ------
        InputError, NotFoundError, StateError (``no_receipt``), ServiceError (``folder_unwritable``)
        """
        with self._write_lock:
            found = self.get(filename)
            if found.receipt is None:
                raise StateError("no_receipt", filename=filename)
            beside = found.path.with_suffix(".json")
            note = self.folder / f".{beside.name}"
            try:
                found.receipt.model_copy(update={"locked": locked}).write(note)
                durable_files.fsync_path(note)
                os.replace(note, beside)
                durable_files.fsync_path(self.folder)
            except OSError as error:
                raise self._unwritable_error(error) from None
        log.info("video %s: %s", "locked" if locked else "unlocked", filename)
        self.changed.emit(filename)
        return self.get(filename)

    def rename(self, filename: str, name: str) -> str:
        """Call a video otherwise: in its receipt, and its files; gives the file's name.

        Whatever happens on the way, the video stays whole under one of the two names.

        Raises
        ------
        InputError (``bad_filename``, ``bad_name``), NotFoundError, ServiceError
        (``folder_unwritable``)
        """
        name = validate_name(name) or ""
        with self._write_lock:
            found = self.get(filename)
            try:
                renamed = self._rename_files(found, name)
                durable_files.fsync_path(self.folder)
            except OSError as error:
                raise self._unwritable_error(error) from None
        log.info("video %s is now %s", filename, renamed)
        self.changed.emit(filename)
        return renamed

    def _rename_files(self, found: VideoFile, name: str) -> str:
        beside = found.path.with_suffix(".json")
        if found.receipt is None:
            stems = _candidate_stems(filenames.safe_filename(name))
            return next(
                filter(None, (self._move_into_library(found.path, None, each) for each in stems))
            )
        note = self.folder / f".{beside.name}"
        found.receipt.model_copy(update={"name": name}).write(note)
        durable_files.fsync_path(note)
        for stem in _candidate_stems(filenames.video_stem(name, found.started_at)):
            if f"{stem}{filenames.VIDEO_FILE_SUFFIX}" == found.filename:
                os.replace(note, beside)
                return found.filename
            if placed := self._move_into_library(found.path, note, stem):
                break
        beside.unlink(missing_ok=True)
        self._delete_derived_files(found.path)
        return placed

    def thumbnail(self, filename: str) -> Path:
        """Its thumbnail, a JPEG; made when it is first asked for.

        Raises
        ------
        InputError, NotFoundError (``no_video``; ``no_thumbnail`` when no picture can be decoded)
        """
        path = self.get(filename).path
        target = self._thumbnail_path(filename)
        with self._thumbnail_lock:
            made_for = path.stat().st_mtime_ns
            if not target.exists() or target.stat().st_mtime_ns != made_for:
                try:
                    thumbnail.make_thumbnail(path, target)
                    os.utime(target, ns=(made_for, made_for))
                except (OSError, ValueError, av.error.FFmpegError) as error:
                    log.warning("no thumbnail of %s: %s", filename, error)
                    raise NotFoundError("no_thumbnail", filename=filename) from None
        return target

    def preview(self, filename: str, at: float) -> bytes:
        """A small JPEG of the moment `at`, in seconds from the video's start.

        Raises
        ------
        InputError, NotFoundError (``no_video``; ``no_thumbnail`` when no picture can be decoded)
        """
        path = self.get(filename).path
        try:
            return self._previews.jpeg(path, at)
        except (OSError, ValueError, IndexError) as error:
            log.warning("no preview of %s: %s", filename, error)
            raise NotFoundError("no_thumbnail", filename=filename) from None

    def times(self, filename: str) -> list[float]:
        """Seconds from the video's start of each picture that is shown, sorted.

        Raises
        ------
        InputError, NotFoundError (``no_video``; ``no_thumbnail`` when the file is no video)
        """
        path = self.get(filename).path
        try:
            return preview.read_frame_times(path)
        except (OSError, ValueError, IndexError) as error:
            log.warning("no times of %s: %s", filename, error)
            raise NotFoundError("no_thumbnail", filename=filename) from None

    def save(self, file: Path, receipt: Receipt) -> str:
        """Take a whole file in under a name of its own, its receipt beside it; gives the name.

        Afterwards those that are kept no longer are deleted. Raises OSError; then the file is
        still where it was.
        """
        durable_files.fsync_path(file)
        note = file.with_suffix(".receipt")
        receipt.write(note)
        durable_files.fsync_path(note)
        stem = filenames.video_stem(receipt.name, iso_to_utc_ns(receipt.started_at))
        with self._write_lock:
            filename = next(
                filter(
                    None,
                    (self._move_into_library(file, note, each) for each in _candidate_stems(stem)),
                )
            )
        durable_files.fsync_path(self.folder)
        self.changed.emit(filename)
        self._apply_retention()
        return filename

    def parts(self, recording_id: str) -> Path:
        """The folder for the parts of one recording."""
        folder = self.folder / SEGMENTS_FOLDER_NAME / recording_id
        durable_files.make_dirs(folder)
        return folder

    def free_bytes(self) -> int:
        return self.room.free_bytes

    def _apply_retention(self) -> None:
        """Delete what is kept no longer; a failure costs nothing else."""
        if not self._retention.is_limited:
            return
        for each in self._retention.select_for_deletion(self.videos(), self._clock.utc_ns()):
            log.info("%s is kept no longer (%d bytes)", each.filename, each.size)
            try:
                self.delete(each.filename)
            except CamrecError as error:
                log.warning("%s could not be deleted: %s", each.filename, error)

    def _scan_files(self) -> Iterator[tuple[str, os.stat_result]]:
        try:
            with os.scandir(self.folder) as entries:
                for entry in entries:
                    if filenames.is_video_filename(entry.name) and entry.is_file(
                        follow_symlinks=False
                    ):
                        yield entry.name, entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            return

    def _load_video(self, filename: str, seen: os.stat_result) -> VideoFile:
        """From memory where neither the file nor its receipt has changed."""
        path = self.folder / filename
        try:
            noted = path.with_suffix(".json").stat().st_mtime_ns
        except OSError:
            noted = 0
        stamp = (seen.st_mtime_ns, seen.st_size, noted)
        known = self._cache.get(filename)
        if known is None or known[0] != stamp:
            known = stamp, video.read_video(path, seen.st_size, seen.st_mtime_ns)
            self._cache[filename] = known
        return known[1]

    def _move_into_library(self, file: Path, note: Path | None, stem: str) -> str | None:
        """Under this name, or None where it is taken; the receipt first: alone it is no video."""
        target = self.folder / f"{stem}{filenames.VIDEO_FILE_SUFFIX}"
        beside = target.with_suffix(".json")
        if target.exists():
            return None
        if note is None:
            return self._move_if_free(file, target)
        if self._move_if_free(note, beside) is None:
            return None
        if self._move_if_free(file, target) is None:
            durable_files.rename_no_overwrite(beside, note)
            return None
        return target.name

    @staticmethod
    def _move_if_free(source: Path, target: Path) -> str | None:
        try:
            durable_files.rename_no_overwrite(source, target)
        except FileExistsError:
            return None
        return target.name

    def _thumbnail_path(self, filename: str) -> Path:
        return self.folder / THUMBNAILS_FOLDER_NAME / f"{filename}.jpg"

    def _delete_derived_files(self, path: Path) -> None:
        """Remove what was made from a video that is gone."""
        self._thumbnail_path(path.name).unlink(missing_ok=True)
        video.frame_index_path(path).unlink(missing_ok=True)

    def _unwritable_error(self, error: OSError) -> ServiceError:
        return ServiceError(
            "folder_unwritable", folder=str(self.folder), reason=describe_os_error(error)
        )


def _candidate_stems(stem: str) -> Iterator[str]:
    return (filenames.numbered_stem(stem, number) for number in itertools.count(1))
