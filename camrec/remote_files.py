"""Files wherever they lie: on this machine, or on any storage that fsspec knows."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote

import av

from camrec.errors import ServiceError

STORAGE_READ_BYTES = 1 << 18  # bytes that are asked of a storage at once


def resolve_path(address: Path | str) -> Path:
    """An absolute path, or for an address such as ``s3://bucket/videos`` what stands for one.

    Raises
    ------
    ServiceError
        ``package_missing``: another storage needs ``camrec[data]``.
    """
    if "://" not in str(address):
        return Path(address).absolute()
    try:
        from upath import UPath

        found = UPath(address)
    except ImportError as error:  # also the client of a single storage, such as s3fs
        raise ServiceError("package_missing", package=error.name or str(error)) from None
    return Path(found.path) if found.protocol in ("file", "local") else found


def is_local(path: Path) -> bool:
    """Whether it is a file of this machine's own file system."""
    return not hasattr(path, "protocol")


def display_name(path: Path) -> str:
    """A file's name as it reads: without the escapes that an address of HTTP has."""
    return unquote(path.name) if getattr(path, "protocol", "") in ("http", "https") else path.name


def read_stamp(path: Path) -> tuple[int, int]:
    """Its size in bytes and when it was last changed, nanoseconds; 0 where that is not told.

    Raises OSError.
    """
    return _stamp_from_stat(path.stat())


def open_with_stamp(path: Path) -> tuple[BinaryIO, tuple[int, int]]:
    """To be read, and its stamp. Raises OSError."""
    if not is_local(path):
        told = read_stamp(path)
        return _open_remote(path), told
    file = path.open("rb")
    return file, _stamp_from_stat(os.fstat(file.fileno()))


def _stamp_from_stat(told: Any) -> tuple[int, int]:
    changed = getattr(told, "st_mtime_ns", None)
    return told.st_size, int((told.st_mtime or 0) * 10**9) if changed is None else changed


@contextmanager
def open_video(path: Path) -> Iterator[av.container.InputContainer]:
    """The file, opened by FFmpeg's demuxer.

    Raises OSError (av.error.FFmpegError) when it is not a video.
    """
    if is_local(path):
        with av.open(str(path)) as container:
            yield container
        return
    with _open_remote(path) as file, av.open(file, buffer_size=STORAGE_READ_BYTES) as container:
        yield container


def _open_remote(path: Path) -> Any:
    if path.protocol == "memory":
        # All who open such a file share one position in it.
        return io.BytesIO(path.read_bytes())
    return path.open("rb")
