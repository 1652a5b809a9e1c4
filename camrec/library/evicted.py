"""Finds the receipts that videos leave when they are deleted automatically."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from camrec import remote_files
from camrec.library import filenames
from camrec.library.video import VideoFile, video_from_receipt
from camrec.receipt import Receipt

RECEIPT_FILE_SUFFIX = ".json"

# Modification time (ns), number and size (bytes) of a receipt.
ReceiptFingerprint = tuple[int, int, int]


class EvictedVideos:
    """The evicted videos of `folder`: their receipts are there with `evicted_at`, their files not.

    A receipt is read again only after it has changed. The same receipt next to its video, which
    somebody has copied back, is that of a video like any other.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, tuple[ReceiptFingerprint, VideoFile | None]] = {}

    def videos(self) -> list[VideoFile]:
        """Return all of them, the newest first."""
        try:
            names = _receipts_without_video(os.listdir(self._folder))
        except OSError:
            names = []
        for name in self._known.keys() - set(names):
            self._known.pop(name, None)
        return _newest_first(self._load(name) for name in names)

    def find(self, filename: str) -> VideoFile | None:
        """Return the evicted video with this file name; None if there is none."""
        if not filenames.is_video_filename(filename) or (self._folder / filename).exists():
            return None
        found = self._load(Path(filename).with_suffix(RECEIPT_FILE_SUFFIX).name)
        return found if found is not None and found.filename == filename else None

    def forget(self, filename: str) -> None:
        """Read a receipt again when it is needed, because it was replaced."""
        self._known.pop(Path(filename).with_suffix(RECEIPT_FILE_SUFFIX).name, None)

    def _load(self, name: str) -> VideoFile | None:
        path = self._folder / name
        try:
            status = os.lstat(path)
            fingerprint = (status.st_mtime_ns, status.st_ino, status.st_size)
            known = self._known.get(name)
            if known is None or known[0] != fingerprint:
                self._known[name] = known = fingerprint, _read_evicted(path)
        except OSError:
            return None
        return known[1]


def list_external_evicted(folder: Path) -> list[VideoFile]:
    """Return the evicted videos of a folder on any storage, the newest first."""
    files = {remote_files.display_name(each): each for each in folder.iterdir()}
    found = []
    for name in _receipts_without_video(files):
        try:
            found.append(_read_evicted(files[name]))
        except OSError:
            continue
    return _newest_first(found)


def _receipts_without_video(names: Iterable[str]) -> list[str]:
    """The names of the files that may be receipts of videos that are not there."""
    receipts, videos = [], set()
    for name in names:
        stem, suffix = os.path.splitext(name)
        if suffix == RECEIPT_FILE_SUFFIX:
            receipts.append((stem, name))
        elif filenames.is_video_filename(name):
            videos.add(stem)
    suffix = filenames.VIDEO_FILE_SUFFIX
    return [
        name
        for stem, name in receipts
        if stem not in videos and filenames.is_video_filename(f"{stem}{suffix}")
    ]


def _read_evicted(path: Path) -> VideoFile | None:
    """None if it is no receipt, or not that of an evicted video. Raises OSError."""
    try:
        receipt = Receipt.read(path)
    except ValueError:
        return None
    if receipt.evicted_at is None:
        return None
    return video_from_receipt(path.with_suffix(filenames.VIDEO_FILE_SUFFIX), receipt)


def _newest_first(videos: Iterable[VideoFile | None]) -> list[VideoFile]:
    found = [each for each in videos if each is not None]
    return sorted(found, key=lambda each: (each.started_at, each.filename))[::-1]
