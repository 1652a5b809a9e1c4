"""Opens files so that they can be renamed and deleted meanwhile, which Windows must be asked for.

A browser that plays a video keeps it open until it is closed, because a paused player reads no
further. Renaming and deleting that video must work all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import BinaryIO

from camrec.file_system.platforms import CURRENT_PLATFORM


def open_shared(path: Path) -> BinaryIO:
    """Open a file for reading. Raises OSError."""
    return open(path, "rb", opener=CURRENT_PLATFORM.shared_opener)


def open_growing(path: Path) -> FileIO:
    """Open a file that another program writes, so that it can be synced. Raises OSError.

    Windows requires the right to write for that.
    """
    return open(path, "r+b", buffering=0, opener=CURRENT_PLATFORM.shared_opener)


def read_bytes(path: Path) -> bytes:
    """Return the content of a file. Raises OSError."""
    with open_shared(path) as file:
        return file.read()


def read_text(path: Path) -> str:
    """Return the content of a UTF-8 file. Raises OSError, UnicodeDecodeError."""
    with open(path, encoding="utf-8", opener=CURRENT_PLATFORM.shared_opener) as file:
        return file.read()


@contextmanager
def shared_source(path: Path) -> Iterator[str | FileIO]:
    """Yield what `av.open` needs to read a local file: its path, or an open file on Windows.

    FFmpeg opens a path itself. On Windows it then lets nobody rename or delete the file.

    Raises OSError.
    """
    if CURRENT_PLATFORM.shared_opener is None:
        yield str(path)
        return
    with open(path, "rb", buffering=0, opener=CURRENT_PLATFORM.shared_opener) as file:
        yield file
