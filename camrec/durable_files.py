"""What makes files and folders on the disk certain, so that a power cut does not take them."""

from __future__ import annotations

import errno
import logging
import os
from pathlib import Path
from typing import TextIO

log = logging.getLogger(__name__)

# SMB, VirtualBox, WSL and FUSE for what they cannot wait for; never what a failing disk answers.
FSYNC_UNSUPPORTED_ERRNOS = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})

_logged: set[int] = set()  # devices


def make_dirs(folder: Path, mode: int = 0o777) -> None:
    """Have a folder, and wait until the disk knows it and those that it lies in.

    mode : where it was not there. Raises OSError when it cannot be made.
    """
    fresh = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(mode=mode, parents=True, exist_ok=True)
    for each in fresh:
        try:
            fsync_path(each.parent)
        except OSError as error:  # not every folder that may be written to may be read
            log.warning("%s is not certain on the disk: %s", each, error.strerror)


def fsync_path(path: Path) -> None:
    """Wait until the disk has a file, or the names in a folder."""
    if path.is_dir() and os.name == "nt":
        return  # Windows cannot open a folder for this; NTFS keeps its names in a journal.
    flags = os.O_RDONLY if path.is_dir() else os.O_RDWR
    handle = os.open(path, flags)
    try:
        fsync_handle(handle)
    finally:
        os.close(handle)


def fsync_handle(handle: int) -> None:
    """Wait until the disk has what an open file or folder holds.

    A share may not know of this, mostly for folders: that is logged once, and costs nothing but
    what a power cut may take. What a disk cannot write raises OSError all the same.
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
                "the file system of the videos does not keep them certain (%s): "
                "a power cut may take the newest ones",
                error.strerror,
            )


def open_private(path: Path) -> TextIO:
    """A new file in UTF-8 that only its owner reads, in place of one that was there.

    Raises OSError.
    """
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return open(handle, "w", encoding="utf-8")


def rename_no_overwrite(source: Path, target: Path) -> None:
    """Rename without ever overwriting. Raises FileExistsError."""
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
