"""Waits for a file that another program has open.

Only Windows has such files: a program that opens a file decides whether others may rename or delete
it meanwhile, and most programs do not permit it. A virus scanner, the indexer and Explorer's
preview open each new file for a moment.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TypeVar

from camrec.clock import monotonic_s

# Microsoft's "System Error Codes". ACCESS_DENIED is also a missing permission.
ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION = 5, 32, 33
IN_USE_CODES = frozenset({ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION})
PERHAPS_IN_USE_CODES = IN_USE_CODES | {ERROR_ACCESS_DENIED}

IN_USE_PATIENCE_S = 2.0
FIRST_PAUSE_S, MAX_PAUSE_S = 0.01, 0.2

ResultT = TypeVar("ResultT")


class FileInUseError(PermissionError):
    """A file cannot be renamed, replaced or deleted, because another program has it open."""

    @classmethod
    def of(cls, error: OSError, file: Path | None = None) -> FileInUseError:
        """Return `error` as this class. file : the file that is open, if `error` names another."""
        name = error.filename if file is None else str(file)
        code = getattr(error, "winerror", None)
        return cls(error.errno, error.strerror, name, code)

    @property
    def file(self) -> Path:
        """The file that is open."""
        return Path(self.filename or "")


def is_in_use(error: OSError) -> bool:
    """Whether a call failed because another program has the file open. Only Windows says so."""
    return isinstance(error, FileInUseError) or getattr(error, "winerror", None) in IN_USE_CODES


def retry_while_in_use(
    call: Callable[[], ResultT],
    patience_s: float = IN_USE_PATIENCE_S,
    *,
    codes: Collection[int] = PERHAPS_IN_USE_CODES,
    pause: Callable[[float], object] = time.sleep,
    now: Callable[[], float] = monotonic_s,
) -> ResultT:
    """Return what `call` returns. Repeat it for `patience_s` seconds while a file is in use.

    On Linux and macOS no file is ever in use, and each error is raised at once.

    Parameters
    ----------
    codes
        The Windows error codes after which `call` is repeated.
    pause, now
        Wait for a number of seconds, and return the time in seconds.

    Raises
    ------
    FileInUseError
        The file is still in use after `patience_s`.
    OSError
        What else `call` raises.
    """
    deadline = now() + patience_s
    pause_s = FIRST_PAUSE_S
    while True:
        try:
            return call()
        except PermissionError as error:
            code = getattr(error, "winerror", None)  # Linux and macOS do not have this attribute
            if code not in codes and not isinstance(error, FileInUseError):
                raise
            if now() >= deadline:
                if isinstance(error, FileInUseError) or not is_in_use(error):
                    raise
                raise FileInUseError.of(error) from error
        pause(pause_s)
        pause_s = min(2 * pause_s, MAX_PAUSE_S)
