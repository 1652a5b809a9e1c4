"""File locks of filelock, whose versions differ."""

from __future__ import annotations

from inspect import signature
from pathlib import Path

from filelock import FileLock


def create_kernel_lock(path: Path) -> FileLock:
    """Create a lock at `path` that any thread may release, and that never becomes a marker file.

    Library: filelock, the option ``fallback_to_soft``. Older versions have neither the option nor
    the fallback.
    Reason: a marker file would remain when the process is killed, and lock the folder forever.
    If it is gone: make sure that FileLock still fails if the file system has no locks.
    """
    if "fallback_to_soft" in signature(FileLock.__init__).parameters:
        return FileLock(path, thread_local=False, fallback_to_soft=False)
    return FileLock(path, thread_local=False)
