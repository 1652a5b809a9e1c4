"""Makes files and folders durable on the disk, so that they survive a power cut."""

from __future__ import annotations

import errno
import logging
import os
from pathlib import Path

from camrec.file_system.platforms import CURRENT_PLATFORM
from camrec.file_system.shared_open import open_growing

log = logging.getLogger(__name__)

# What SMB, VirtualBox, WSL and FUSE return if they do not support fsync. A failing disk returns
# other errors.
FSYNC_UNSUPPORTED_ERRNOS = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})

_logged: set[int] = set()  # the devices for which the warning was logged


def make_dirs(folder: Path, mode: int = 0o777) -> None:
    """Create a folder and its parents, and wait until they are on the disk.

    mode : the permissions of the new folders. Raises OSError if a folder cannot be created.
    """
    for each in make_folder(folder, mode):
        try:
            fsync_path(each.parent)
        except OSError as error:  # some folders can be written to, but not read
            log.warning("the folder %s may not survive a power cut: %s", each, error.strerror)


def make_folder(folder: Path, mode: int = 0o777) -> list[Path]:
    """Create a folder and its parents, and return those that did not exist.

    New folders whose names start with a dot are hidden, on Windows too. Raises OSError.
    """
    created = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(mode=mode, parents=True, exist_ok=True)
    for each in created:
        if each.name.startswith("."):
            CURRENT_PLATFORM.set_hidden(each)
    return created


def fsync_path(path: Path) -> None:
    """Wait until a file, or the list of names in a folder, is on the disk. Raises OSError."""
    if not path.is_dir():
        with open_growing(path) as file:
            fsync_handle(file.fileno())
    elif CURRENT_PLATFORM.can_open_folders:
        handle = os.open(path, os.O_RDONLY)
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
