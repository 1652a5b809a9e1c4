"""Ends a command quietly when the program that reads its output has ended (``| more``)."""

from __future__ import annotations

import errno
import os
import stat
import sys

CLOSED_PIPE_EXIT_CODE = 1  # as typer's


def is_closed_pipe(error: OSError, platform: str = sys.platform) -> bool:
    """Whether a write failed because nobody reads stdout or stderr any more.

    Windows' C library reports EINVAL instead of EPIPE. EINVAL has other causes too, so it counts
    only if an output is a pipe and the error is about no file.
    """
    if isinstance(error, BrokenPipeError):
        return True
    is_invalid = error.errno == errno.EINVAL and error.filename is None
    return platform == "win32" and is_invalid and any(map(_is_pipe, (1, 2)))


def discard_output() -> None:
    """Send what is still to be written to nowhere; Python would fail at it when it exits."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        if _is_pipe(descriptor):
            os.dup2(nowhere, descriptor)
    os.close(nowhere)


def _is_pipe(descriptor: int) -> bool:
    try:
        return stat.S_ISFIFO(os.fstat(descriptor).st_mode)
    except OSError:
        return False
