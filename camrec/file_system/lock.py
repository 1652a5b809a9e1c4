"""A file lock that ends with its process. It also works on shares that have no locks."""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import sys
import tempfile
from pathlib import Path

from filelock import Timeout

from camrec.compat import create_kernel_lock

if sys.platform != "win32":
    import fcntl

log = logging.getLogger(__name__)

# What file systems without locks return: some shares over SMB and NFS, some FUSE.
LOCK_UNSUPPORTED_ERRNOS = frozenset(
    {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}
)


class ProcessLock:
    """A lock on the file at `path`, which only one process can hold at a time.

    If the file system has no locks, a file in this machine's temporary folder is locked instead.
    That does not keep out a camrec on another machine.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = create_kernel_lock(path)

    def acquire(self, timeout: float = 0) -> None:
        """Take the lock, and wait up to `timeout` seconds for it.

        Raises
        ------
        filelock.Timeout
            Another process holds the lock.
        OSError
            The file cannot be created, or the disk fails.
        """
        try:
            self._lock.acquire(timeout=0)
            return
        except (Timeout, NotImplementedError, OSError) as error:
            # filelock reports many errors as a lock that another process holds.
            reason = _find_lock_problem(self._path)
            if reason is None and not isinstance(error, Timeout):
                raise
        if reason is not None:
            log.warning(
                "%s cannot be locked (%s): only other processes of this machine are kept out",
                self._path.parent,
                reason,
            )
            self._lock = create_kernel_lock(_fallback_path(self._path))
        self._lock.acquire(timeout=timeout)

    def release(self) -> None:
        """Release the lock, if it was taken."""
        self._lock.release()


def _find_lock_problem(path: Path) -> str | None:
    """Why the file system cannot lock; None if it can, as on Windows. Raises OSError."""
    if sys.platform != "win32":
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES):
                return None
            if error.errno in LOCK_UNSUPPORTED_ERRNOS:
                return error.strerror
            raise
        finally:
            os.close(handle)
    return None


def _fallback_path(path: Path) -> Path:
    """The file of this machine that is locked in place of `path`."""
    name = hashlib.sha256(os.fsencode(path.absolute())).hexdigest()[:32]
    owner = ""
    if sys.platform != "win32":
        owner = str(os.getuid())
    return Path(tempfile.gettempdir()) / f"camrec-{owner}-{name}.lock"
