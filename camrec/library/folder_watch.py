"""Notices videos that another program added to, changed in or removed from the folder."""

from __future__ import annotations

import os
from pathlib import Path

SETTLED_CHECKS = 5  # checks in a row without a change after which a copy counts as finished

FileStamp = tuple[str, int, int]  # name, size in bytes, modification time in nanoseconds


class FolderWatch:
    """Checks whether the folder has changed since the last check.

    Adding or removing a file changes the folder's modification time, so a check is cheap while
    nothing happens. A file that is still being copied does not change that time. Therefore, after a
    change, the files are compared, too, until they have not changed for `SETTLED_CHECKS` checks.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._folder_time = self._read_folder_time()
        self._files: frozenset[FileStamp] = frozenset()
        self._quiet_checks = SETTLED_CHECKS

    def changed(self) -> bool:
        """Return whether something has changed since the last call."""
        folder_time = self._read_folder_time()
        touched = folder_time != self._folder_time
        self._folder_time = folder_time
        if not touched and self._quiet_checks >= SETTLED_CHECKS:
            return False
        files = self._read_files()
        grown = files != self._files
        self._files = files
        self._quiet_checks = 0 if touched or grown else self._quiet_checks + 1
        return touched or grown

    def _read_folder_time(self) -> int:
        try:
            return os.stat(self._folder).st_mtime_ns
        except OSError:
            return 0

    def _read_files(self) -> frozenset[FileStamp]:
        try:
            with os.scandir(self._folder) as entries:
                return frozenset(filter(None, map(_file_stamp, entries)))
        except OSError:
            return frozenset()


def _file_stamp(entry: os.DirEntry[str]) -> FileStamp | None:
    """Return the stamp of a file; None if it is hidden, is not a file, or has been removed."""
    try:
        if entry.name.startswith(".") or not entry.is_file(follow_symlinks=False):
            return None
        # Not `entry.stat`: on Windows the folder learns the size of a file when it is closed.
        status = os.lstat(entry.path)
    except OSError:
        return None
    return entry.name, status.st_size, status.st_mtime_ns
