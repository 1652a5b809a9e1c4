"""Makes files and folders durable on the disk, so that they survive a power cut."""

from __future__ import annotations

import errno
import logging
import os
from pathlib import Path
from typing import TextIO

log = logging.getLogger(__name__)

# What SMB, VirtualBox, WSL and FUSE return if they do not support fsync. A failing disk returns
# other errors.
FSYNC_UNSUPPORTED_ERRNOS = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})

_logged: set[int] = set()  # the devices for which the warning was logged


def make_dirs(folder: Path, mode: int = 0o777) -> None:
    """Create a folder and its parents, and wait until they are on the disk.

    mode : the permissions of the new folders. Raises OSError if a folder cannot be created.
    """
    created = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(mode=mode, parents=True, exist_ok=True)
    for each in created:
        try:
            fsync_path(each.parent)
        except OSError as error:  # some folders can be written to, but not read
            log.warning("the folder %s may not survive a power cut: %s", each, error.strerror)


def fsync_path(path: Path) -> None:
    """Wait until a file, or the list of names in a folder, is on the disk."""
    if path.is_dir() and os.name == "nt":
        return  # Windows cannot open a folder; NTFS has a journal for the names.
    flags = os.O_RDONLY if path.is_dir() else os.O_RDWR
    handle = os.open(path, flags)
    try:
        fsync_handle(handle)
    finally:
        os.close(handle)


def fsync_handle(handle: int) -> None:
    """Wait until the content of an open file or folder is on the disk.

    Some shares do not support this, mostly for folders. That is logged once and is not an error:
    a power cut may then lose the newest data. A disk that cannot write raises OSError.
    """
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in FSYNC_UNSUPPORTED_ERRNOS:
            raise
        device = os.fstat(handle).st_dev
        if device not in _logged:
            _logged.add(device)
            log.warning(
                "the file system of the videos does not support fsync (%s): "
                "a power cut may lose the newest videos",
                error.strerror,
            )


def open_private(path: Path) -> TextIO:
    """Create a UTF-8 text file that only its owner can read. It replaces an existing file.

    Raises OSError.
    """
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return open(handle, "w", encoding="utf-8")


def rename_no_overwrite(source: Path, target: Path) -> None:
    """Rename a file, but never over an existing one. Raises FileExistsError."""
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if target.exists():
            raise FileExistsError(17, "File exists", str(target)) from None
        os.rename(source, target)
    else:
        source.unlink()
