"""Renames, replaces and deletes files, also while others read them."""

from __future__ import annotations

import contextlib
import logging
import shutil
from pathlib import Path

from camrec.file_system.in_use import retry_while_in_use
from camrec.file_system.names import LEFTOVER_SUFFIX
from camrec.file_system.platforms import CURRENT_PLATFORM

log = logging.getLogger(__name__)


def rename_no_overwrite(source: Path, target: Path) -> None:
    """Rename a file, but never over an existing one. Raises FileExistsError, OSError."""
    CURRENT_PLATFORM.rename_no_overwrite(source, target)


def replace(source: Path, target: Path) -> None:
    """Rename a file, over `target` if that exists. Raises OSError, `FileInUseError` on Windows."""
    CURRENT_PLATFORM.replace(source, target)


def remove(path: Path, *, missing_ok: bool = False) -> None:
    """Delete a file. Raises OSError, `FileInUseError` on Windows.

    missing_ok : whether a file that does not exist is no error.
    """
    try:
        CURRENT_PLATFORM.remove(path)
    except FileNotFoundError:
        if not missing_ok:
            raise


def remove_tree(folder: Path) -> None:
    """Delete a folder with everything in it. What cannot be deleted remains, and is logged."""
    try:
        retry_while_in_use(lambda: shutil.rmtree(folder))
    except FileNotFoundError:
        pass
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        log.warning("%s cannot be deleted: %s", folder, error)


def remove_leftovers(folder: Path) -> None:
    """Delete files that `remove` left in `folder` because somebody still read them."""
    for leftover in folder.glob(f".*{LEFTOVER_SUFFIX}"):
        with contextlib.suppress(OSError):
            leftover.unlink()
