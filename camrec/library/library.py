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
from camrec.callbacks import Signal
from camrec.camera_address import valid_name
from camrec.clock import Clock
from camrec.errors import CamrecError, NotFoundError, ServiceError, StateError, reason_of
from camrec.file_lock import ProcessLock
from camrec.library import filenames, preview, thumbnail, video
from camrec.library.disk_space import WEIGHT, Room
from camrec.library.retention import Keeping
from camrec.library.video import Video
from camrec.receipt import Receipt

log = logging.getLogger(__name__)

LOCK, PARTS, THUMBNAILS = ".lock", ".parts", ".thumbnails"
Stamp = tuple[int, int, int]


class Library:
    """Finished videos right in `folder`; all else in folders whose names begin with a dot.

    It can be looked at without being opened; whoever writes opens it first.

    Parameters
    ----------
    floor
        Bytes of the disk that recordings leave free.
    keeping
        Which videos are deleted when it is opened and after each that is saved.
    weights
        As `Room` takes them.

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
        keeping: Keeping | None = None,
        weights: Mapping[str, float] = WEIGHT,
    ) -> None:
        self.folder = Path(folder)
        self.room = Room(self.folder, floor, weights)
        self.changed = Signal()
        self._clock = clock
        self._keeping = keeping or Keeping()
        self._lock = ProcessLock(self.folder / LOCK)
        self._known: dict[str, tuple[Stamp, Video]] = {}
        self._saving = threading.Lock()
        self._drawing = threading.Lock()
        self._previews = preview.Previews()

    def open(self) -> None:
        """Make the folder where it is missing, and keep it for this camrec.

        Raises
        ------
        StateError (``folder_taken``), ServiceError (``folder_unwritable``)
        """
        try:
            durable_files.make(self.folder / PARTS)
            self._lock.acquire()
        except filelock.Timeout:
            raise StateError("folder_taken", folder=str(self.folder)) from None
        except OSError as error:
            raise self._unwritable(error) from None
        self._tidy()

    def close(self) -> None:
        self._lock.release()

    def videos(self) -> list[Video]:
        """What is there, newest first."""
        found = {filename: self._video(filename, seen) for filename, seen in self._files()}
        for gone in self._known.keys() - found.keys():
            self._known.pop(gone, None)
        return sorted(found.values(), key=lambda each: (each.started_at, each.filename))[::-1]

    def get(self, filename: str) -> Video:
        """Raises InputError (``bad_filename``), NotFoundError (``no_video``)."""
        try:
            seen = os.lstat(self.folder / filenames.checked(filename))
        except OSError:
            seen = None
        if seen is None or not stat.S_ISREG(seen.st_mode):
            raise NotFoundError("no_video", filename=filename)
        return self._video(filename, seen)

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
            self._forget(path)
        except OSError as error:
            raise self._unwritable(error) from None
        log.info("video deleted: %s", filename)
        self.changed.emit(filename)

    def lock(self, filename: str, locked: bool = True) -> Video:
        """Protect a video from being deleted for its age or for room; or no longer.

        Raises
        ------
        InputError, NotFoundError, StateError (``no_receipt``), ServiceError (``folder_unwritable``)
        """
        with self._saving:
            found = self.get(filename)
            if found.receipt is None:
                raise StateError("no_receipt", filename=filename)
            beside = found.path.with_suffix(".json")
            note = self.folder / f".{beside.name}"
            try:
                found.receipt.model_copy(update={"locked": locked}).write(note)
                durable_files.sync(note)
                os.replace(note, beside)
                durable_files.sync(self.folder)
            except OSError as error:
                raise self._unwritable(error) from None
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
        name = valid_name(name) or ""
        with self._saving:
            found = self.get(filename)
            try:
                renamed = self._renamed(found, name)
                durable_files.sync(self.folder)
            except OSError as error:
                raise self._unwritable(error) from None
        log.info("video %s is now %s", filename, renamed)
        self.changed.emit(filename)
        return renamed

    def _renamed(self, found: Video, name: str) -> str:
        beside = found.path.with_suffix(".json")
        if found.receipt is None:
            stems = _stems(filenames.safe(name))
            return next(filter(None, (self._place(found.path, None, each) for each in stems)))
        note = self.folder / f".{beside.name}"
        found.receipt.model_copy(update={"name": name}).write(note)
        durable_files.sync(note)
        for stem in _stems(filenames.stem(name, found.started_at)):
            if f"{stem}{filenames.SUFFIX}" == found.filename:
                os.replace(note, beside)
                return found.filename
            if placed := self._place(found.path, note, stem):
                break
        beside.unlink(missing_ok=True)
        self._forget(found.path)
        return placed

    def thumbnail(self, filename: str) -> Path:
        """Its thumbnail, a JPEG; made when it is first asked for.

        Raises
        ------
        InputError, NotFoundError (``no_video``; ``no_thumbnail`` when no picture can be decoded)
        """
        path = self.get(filename).path
        target = self._thumbnail(filename)
        with self._drawing:
            made_for = path.stat().st_mtime_ns
            if not target.exists() or target.stat().st_mtime_ns != made_for:
                try:
                    thumbnail.make(path, target)
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
            return preview.times(path)
        except (OSError, ValueError, IndexError) as error:
            log.warning("no times of %s: %s", filename, error)
            raise NotFoundError("no_thumbnail", filename=filename) from None

    def save(self, file: Path, receipt: Receipt) -> str:
        """Take a whole file in under a name of its own, its receipt beside it; gives the name.

        Afterwards those that are kept no longer are deleted. Raises OSError; then the file is
        still where it was.
        """
        durable_files.sync(file)
        note = file.with_suffix(".receipt")
        receipt.write(note)
        durable_files.sync(note)
        stem = filenames.stem(receipt.name, video.nanoseconds(receipt.started_at))
        with self._saving:
            filename = next(filter(None, (self._place(file, note, each) for each in _stems(stem))))
        durable_files.sync(self.folder)
        self.changed.emit(filename)
        self._tidy()
        return filename

    def parts(self, recording_id: str) -> Path:
        """The folder for the parts of one recording."""
        folder = self.folder / PARTS / recording_id
        durable_files.make(folder)
        return folder

    def free_bytes(self) -> int:
        return self.room.free

    def _tidy(self) -> None:
        """Delete what is kept no longer; a failure costs nothing else."""
        if not self._keeping.limited:
            return
        for each in self._keeping.surplus(self.videos(), self._clock.utc_ns()):
            log.info("%s is kept no longer (%d bytes)", each.filename, each.size)
            try:
                self.delete(each.filename)
            except CamrecError as error:
                log.warning("%s could not be deleted: %s", each.filename, error)

    def _files(self) -> Iterator[tuple[str, os.stat_result]]:
        try:
            with os.scandir(self.folder) as entries:
                for entry in entries:
                    if filenames.plain(entry.name) and entry.is_file(follow_symlinks=False):
                        yield entry.name, entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            return

    def _video(self, filename: str, seen: os.stat_result) -> Video:
        """From memory where neither the file nor its receipt has changed."""
        path = self.folder / filename
        try:
            noted = path.with_suffix(".json").stat().st_mtime_ns
        except OSError:
            noted = 0
        stamp = (seen.st_mtime_ns, seen.st_size, noted)
        known = self._known.get(filename)
        if known is None or known[0] != stamp:
            known = stamp, video.read(path, seen.st_size, seen.st_mtime_ns)
            self._known[filename] = known
        return known[1]

    def _place(self, file: Path, note: Path | None, stem: str) -> str | None:
        """Under this name, or None where it is taken; the receipt first: alone it is no video."""
        target = self.folder / f"{stem}{filenames.SUFFIX}"
        beside = target.with_suffix(".json")
        if target.exists():
            return None
        if note is None:
            return self._moved(file, target)
        if self._moved(note, beside) is None:
            return None
        if self._moved(file, target) is None:
            durable_files.rename(beside, note)
            return None
        return target.name

    @staticmethod
    def _moved(source: Path, target: Path) -> str | None:
        try:
            durable_files.rename(source, target)
        except FileExistsError:
            return None
        return target.name

    def _thumbnail(self, filename: str) -> Path:
        return self.folder / THUMBNAILS / f"{filename}.jpg"

    def _forget(self, path: Path) -> None:
        """Remove what was made from a video that is gone."""
        self._thumbnail(path.name).unlink(missing_ok=True)
        video.index_of(path).unlink(missing_ok=True)

    def _unwritable(self, error: OSError) -> ServiceError:
        return ServiceError("folder_unwritable", folder=str(self.folder), reason=reason_of(error))


def _stems(stem: str) -> Iterator[str]:
    return (filenames.numbered(stem, number) for number in itertools.count(1))
