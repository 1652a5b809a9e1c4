"""Files on Windows: others may keep them open, access control lists protect them."""

from __future__ import annotations

import logging
import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from camrec.file_system.in_use import IN_USE_CODES, FileInUseError, retry_while_in_use
from camrec.file_system.names import (
    LEFTOVER_SUFFIX,
    MAX_WINDOWS_PATH_CHARS,
    is_forbidden_on_windows,
)

log = logging.getLogger(__name__)


Retry = Callable[[Callable[[], object]], object]


class FileApi(Protocol):
    """What Windows offers beyond Python's standard library; see `WindowsFileApi`."""

    def open_sharing_all(self, path: str, flags: int) -> int:
        """Open a file; others may write, rename and delete it. Returns a descriptor."""

    def create_for_user(self, path: str, flags: int) -> int:
        """Create a file that only this user can open. Returns a descriptor."""

    def has_permissions(self, descriptor: int) -> bool:
        """Whether the file is on a disk that has access control lists."""

    def copy_permissions(self, source: str, target: str) -> None:
        """Copy the access control list."""

    def set_hidden(self, path: str) -> None:
        """Set the attribute "hidden"."""


class WindowsFiles:
    """How Windows handles files. See `platforms.FilePlatform`.

    Whatever is in use is tried again for a while, because a virus scanner, the indexer and
    Explorer's preview open each new file.

    Parameters
    ----------
    api
        The calls of Windows.
    retry
        `in_use.retry_while_in_use`, or a stand-in for it.
    """

    max_path_chars = MAX_WINDOWS_PATH_CHARS
    can_open_folders = False

    def __init__(self, api: FileApi, retry: Retry = retry_while_in_use) -> None:
        self._api = api
        self._retry = retry
        self._warned_of: set[str] = set()

    def shared_opener(self, path: str, flags: int) -> int:
        """Open a file; others may write, rename and delete it. It is an opener for `open`."""
        return retry_while_in_use(
            lambda: self._api.open_sharing_all(path, flags), codes=IN_USE_CODES
        )

    def create_private(self, path: str, flags: int) -> int:
        """Create a file that only this user can open, from the first moment on.

        On a disk without access control lists (FAT, some shares) it is like any other file, which
        is logged once for each folder.
        """
        try:
            descriptor = self._api.create_for_user(path, flags)
        except FileExistsError:
            raise
        except OSError as error:  # a share that accepts no owner or no list
            log.debug("%s is created without its own permissions: %s", path, error)
            descriptor = os.open(path, flags, 0o600)
            self._warn_of(path)
            return descriptor
        if not self._api.has_permissions(descriptor):
            self._warn_of(path)
        return descriptor

    def copy_permissions(self, source: Path, target: Path) -> None:
        """Copy the access control list. If the disk has none, that is logged."""
        try:
            self._api.copy_permissions(str(source), str(target))
        except OSError as error:
            log.warning("the permissions of %s cannot be copied: %s", source, error)

    def rename_no_overwrite(self, source: Path, target: Path) -> None:
        """Rename a file. Raises FileExistsError if `target` exists, and FileInUseError.

        Python calls MoveFileExW without MOVEFILE_REPLACE_EXISTING, which never overwrites, and so
        no moment has two names, as a hard link would have.
        """
        self._retry(lambda: os.rename(source, target))

    def replace(self, source: Path, target: Path) -> None:
        """Rename a file, over `target` if that exists. Raises FileInUseError, OSError."""
        try:
            self._retry(lambda: os.replace(source, target))
        except FileInUseError:
            raise
        except PermissionError as error:
            # An open target is reported as "access denied", like a read-only one.
            if target.exists() and target.stat().st_mode & stat.S_IWRITE:
                raise FileInUseError.of(error, target) from error
            raise

    def remove(self, path: Path) -> None:
        """Delete a file; its name is free afterwards. Raises FileInUseError, OSError.

        A deleted file keeps its name until its last reader closes it, except on NTFS since Windows
        10 version 1809. So the file is renamed first. A reader that did not share the file for
        deleting does not permit the rename either.
        """
        leftover = path.with_name(f".{secrets.token_hex(6)}{LEFTOVER_SUFFIX}")
        self._retry(lambda: os.rename(path, leftover))
        try:
            self._retry(leftover.unlink)
        except OSError as error:
            log.debug("%s was deleted, but %s remains: %s", path.name, leftover, error)

    def set_hidden(self, folder: Path) -> None:
        """Hide a folder. If the disk does not have the attribute, do nothing."""
        try:
            self._api.set_hidden(str(folder))
        except OSError as error:
            log.debug("%s cannot be hidden: %s", folder, error)

    def is_forbidden_name(self, name: str) -> bool:
        """Whether no file or folder can have this name."""
        return is_forbidden_on_windows(name)

    def _warn_of(self, path: str) -> None:
        folder = os.path.dirname(path)
        if folder not in self._warned_of:
            self._warned_of.add(folder)
            log.warning(
                "the disk of %s has no permissions: other users of it can read %s",
                folder or ".",
                os.path.basename(path),
            )
