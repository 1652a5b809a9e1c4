"""``camrec serve --log``: a file in place of stderr, for a camrec without a terminal."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import threading
from pathlib import Path

from camrec.errors import ServiceError, describe_os_error

MAX_LOG_BYTES = 5_000_000  # a larger log is renamed to FILE.1, which replaces an older one


class LogFile(io.TextIOBase):
    """A text file that everything is appended to, of limited size. Safe to call from any thread.

    On Linux and macOS only its user may read it. Characters that UTF-8 does not have are escaped.

    Parameters
    ----------
    path
        The file. Its folder is created.
    max_bytes
        The size from which on it is renamed.

    Raises
    ------
    ServiceError
        ``log_unwritable``.
    """

    def __init__(self, path: Path, max_bytes: int = MAX_LOG_BYTES) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._open()
        except OSError as error:
            reason = describe_os_error(error)
            raise ServiceError("log_unwritable", file=str(path), reason=reason) from None

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        with self._lock:
            if self._file.tell() >= self._max_bytes:
                self._file.close()
                # On Windows a file that another program has open cannot be renamed.
                with contextlib.suppress(OSError):
                    os.replace(self._path, f"{self._path}.1")
                self._file = self._open()
            return self._file.write(text)

    def close(self) -> None:
        if "_file" in vars(self):  # not if it could not be opened
            with self._lock:
                self._file.close()
        super().close()

    def _open(self) -> io.TextIOWrapper:
        return open(
            self._path,
            "a",
            buffering=1,
            encoding="utf-8",
            errors="backslashreplace",
            opener=lambda path, flags: os.open(path, flags, 0o600),
        )


def redirect_stderr(path: Path) -> None:
    """Write the log, errors and tracebacks to a file from now on. Raises ServiceError.

    Stdout is left alone: `camrec serve` prints a link with its token there, which must not be in a
    log.
    """
    sys.stderr = LogFile(path.absolute())
