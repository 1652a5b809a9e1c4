"""Files with a token or a password, which only the user who runs camrec can read."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from camrec.file_system.changes import remove, replace
from camrec.file_system.durable import fsync_handle, fsync_path
from camrec.file_system.platforms import CURRENT_PLATFORM


def open_private(path: Path) -> TextIO:
    """Create a UTF-8 text file that only its owner can read. It replaces an existing file.

    The file is private from the first moment on: by its mode, or by an access control list on
    Windows. A disk that has neither is used nevertheless.

    Raises OSError.
    """
    remove(path, missing_ok=True)
    return open(path, "x", encoding="utf-8", opener=CURRENT_PLATFORM.create_private)


def write_private(path: Path, text: str) -> None:
    """Replace the content of such a file, and wait until the disk has it.

    After a crash the file has the old content or the new one. Raises OSError.
    """
    fresh = path.with_suffix(".new")
    with open_private(fresh) as file:
        file.write(text)
        file.flush()
        fsync_handle(file.fileno())
    replace(fresh, path)
    fsync_path(path.parent)


def copy_permissions(source: Path, target: Path) -> None:
    """Give `target` the permissions of `source`. Raises OSError."""
    CURRENT_PLATFORM.copy_permissions(source, target)
