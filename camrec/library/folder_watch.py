"""Notices videos that another program put into, changed in or took out of the folder."""

from __future__ import annotations

import os
from pathlib import Path

SETTLED_CHECKS = 5  # checks in a row without a change, after which a copy is taken for finished

FileStamp = tuple[str, int, int]


class FolderWatch:
    """Answers whether the folder has changed since the last check; cheap while nothing happens.

    A file that is put in or taken out changes the folder's own time. A file that is still being
    copied changes only itself, so after a change the files are compared too, until they settle.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._folder_time = self._read_folder_time()
        self._files: frozenset[FileStamp] = frozenset()
        self._quiet_checks = SETTLED_CHECKS

    def changed(self) -> bool:
        """Whether something has changed since the last call."""
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
    """Name, size and time of a file; None for what is gone meanwhile, or no file."""
    try:
        if entry.name.startswith(".") or not entry.is_file(follow_symlinks=False):
            return None
        seen = entry.stat(follow_symlinks=False)
    except OSError:
        return None
    return entry.name, seen.st_size, seen.st_mtime_ns
