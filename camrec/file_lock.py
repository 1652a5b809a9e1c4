"""A lock on a file that goes with the process that holds it, also on shares that have none."""

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

# What file systems answer that have no locks: shares over SMB and NFS, some of FUSE.
LOCK_UNSUPPORTED_ERRNOS = frozenset(
    {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}
)


class ProcessLock:
    """Of all processes that ask for the lock at `path` one has it.

    Where its file system cannot lock, a file of this machine stands in for it: then a camrec on
    another machine is not kept out.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = create_kernel_lock(path)

    def acquire(self, timeout: float = 0) -> None:
        """Wait for it for so many seconds.

        Raises
        ------
        filelock.Timeout
            Another process has it.
        OSError
            The file cannot be made, or the disk fails.
        """
        try:
            self._lock.acquire(timeout=0)
            return
        except (Timeout, NotImplementedError, OSError) as error:
            # filelock takes whatever is wrong for a lock of somebody else's, or for its own.
            reason = _find_lock_problem(self._path)
            if reason is None and not isinstance(error, Timeout):
                raise
        if reason is not None:
            log.warning(
                "%s cannot be locked (%s): only this machine's other processes are kept out",
                self._path.parent,
                reason,
            )
            self._lock = create_kernel_lock(_fallback_path(self._path))
        self._lock.acquire(timeout=timeout)

    def release(self) -> None:
        self._lock.release()


def _find_lock_problem(path: Path) -> str | None:
    """What the file system says where it has no locks; None where it has. Raises OSError."""
    if sys.platform == "win32":
        return None
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
    name = hashlib.sha256(os.fsencode(path.absolute())).hexdigest()[:32]
    owner = os.getuid() if sys.platform != "win32" else ""
    return Path(tempfile.gettempdir()) / f"camrec-{owner}-{name}.lock"
