"""Locks of filelock, whose versions differ."""

from __future__ import annotations

from inspect import signature
from pathlib import Path

from filelock import FileLock


def create_kernel_lock(path: Path) -> FileLock:
    """A lock at `path` that any thread may release, and that never leaves a marker file instead.

    Library: filelock, the option ``fallback_to_soft``, which newer versions have; the older ones
    have no fallback.
    Reason: a marker file would remain when the process is killed, and lock the folder for ever.
    If it is gone: make sure that FileLock still fails where the file system has no locks.
    """
    if "fallback_to_soft" in signature(FileLock.__init__).parameters:
        return FileLock(path, thread_local=False, fallback_to_soft=False)
    return FileLock(path, thread_local=False)
