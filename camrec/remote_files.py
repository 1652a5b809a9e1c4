"""Opens files wherever they are stored: on this machine, or on a storage that fsspec supports."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import unquote

import av

from camrec import file_system
from camrec.errors import ServiceError

STORAGE_READ_BYTES = 1 << 18  # bytes of one request to a storage


def resolve_path(address: Path | str) -> Path:
    """Return an absolute path.

    An address such as ``s3://bucket/videos`` becomes a `upath.UPath`, which has the methods of a
    `Path`.

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
    except ImportError as error:  # also for the client of one storage, such as s3fs
        raise ServiceError("package_missing", package=error.name or str(error)) from None
    if found.protocol in ("file", "local"):
        return Path(found.path)
    # UPath has the same methods as Path, and is a subclass of it only for local files.
    return found  # type: ignore[return-value]


def is_local(path: Path) -> bool:
    """Whether the path is in the file system of this machine."""
    return not hasattr(path, "protocol")


def display_name(path: Path) -> str:
    """Return the name of a file for people: without the percent-encoding of an HTTP address."""
    return unquote(path.name) if _protocol(path) in ("http", "https") else path.name


def read_stamp(path: Path) -> tuple[int, int]:
    """Return the size in bytes and the time of the last change in UTC nanoseconds.

    The time is 0 if the storage does not report it.

    Raises
    ------
    OSError
        The file cannot be read.
    """
    return _stamp_from_stat(path.stat())


def open_with_stamp(path: Path) -> tuple[BinaryIO, tuple[int, int]]:
    """Open a file for reading, and return it with its `read_stamp`.

    Raises
    ------
    OSError
        The file cannot be opened.
    """
    if not is_local(path):
        stamp = read_stamp(path)
        return _open_remote(path), stamp
    file = file_system.open_shared(path)
    return file, _stamp_from_stat(os.fstat(file.fileno()))


def read_text(path: Path) -> str:
    """Return the content of a UTF-8 file. Raises OSError, UnicodeDecodeError."""
    return file_system.read_text(path) if is_local(path) else path.read_text("utf-8")


@contextmanager
def open_video(path: Path) -> Iterator[av.container.InputContainer]:
    """Open a video with FFmpeg's demuxer.

    Raises
    ------
    OSError
        The file cannot be read.
    av.error.FFmpegError
        FFmpeg cannot read the file, or it is not a video.
    """
    if is_local(path):
        with file_system.shared_source(path) as source, av.open(source) as container:
            yield container
        return
    with _open_remote(path) as file, av.open(file, buffer_size=STORAGE_READ_BYTES) as container:
        yield container


class _FileStatus(Protocol):
    """What `os.stat_result` and fsspec's results have in common."""

    @property
    def st_size(self) -> int: ...
    @property
    def st_mtime(self) -> float: ...


def _stamp_from_stat(status: _FileStatus) -> tuple[int, int]:
    changed_ns: int | None = getattr(status, "st_mtime_ns", None)
    if changed_ns is None:
        changed_ns = int((status.st_mtime or 0) * 10**9)
    return status.st_size, changed_ns


def _protocol(path: Path) -> str:
    """The fsspec protocol of a remote file, such as "s3"; empty for a local one."""
    return getattr(path, "protocol", "")


def _open_remote(path: Path) -> BinaryIO:
    if _protocol(path) == "memory":
        # fsspec gives every reader of such a file the same position in it.
        return io.BytesIO(path.read_bytes())
    return path.open("rb")
