"""Selects how this operating system handles files."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from camrec.file_system.posix import PosixFiles

Opener = Callable[[str, int], int]


class FilePlatform(Protocol):
    """How an operating system opens, renames, deletes and protects files."""

    @property
    def max_path_chars(self) -> int | None:
        """How long a path may be, in UTF-16 units; None if names alone are limited."""

    @property
    def can_open_folders(self) -> bool:
        """Whether a folder can be opened and synced; else the file system has a journal."""

    @property
    def shared_opener(self) -> Opener | None:
        """An opener for `open` that lets others rename and delete the file; None: it always is."""

    def create_private(self, path: str, flags: int) -> int:
        """Create a file that only this user can read. It is an opener for `open`."""

    def copy_permissions(self, source: Path, target: Path) -> None:
        """Give `target` the permissions of `source`. Raises OSError."""

    def rename_no_overwrite(self, source: Path, target: Path) -> None:
        """Rename a file. Raises FileExistsError if `target` exists."""

    def replace(self, source: Path, target: Path) -> None:
        """Rename a file, over `target` if that exists. Raises OSError."""

    def remove(self, path: Path) -> None:
        """Delete a file; its name is free afterwards. Raises OSError."""

    def set_hidden(self, folder: Path) -> None:
        """Hide a folder whose name starts with a dot."""

    def is_forbidden_name(self, name: str) -> bool:
        """Whether no file or folder can have this name."""


if sys.platform == "win32":
    from camrec.file_system import windows_file_api
    from camrec.file_system.windows import WindowsFiles

    CURRENT_PLATFORM: FilePlatform = WindowsFiles(windows_file_api.WindowsFileApi())
else:
    CURRENT_PLATFORM: FilePlatform = PosixFiles()
