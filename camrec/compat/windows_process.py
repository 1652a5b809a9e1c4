"""A child process on Windows."""

from __future__ import annotations

import subprocess


def process_handle(process: subprocess.Popen[bytes]) -> int:
    """Return the handle of a running child process, for calls of kernel32.

    Library: CPython on Windows, ``subprocess.Popen._handle``, 3.3 to 3.14.
    Reason: a process is put into a Job Object by its handle, and Popen publishes only its pid.
    If it is gone: open a handle by pid (``OpenProcess`` with PROCESS_SET_QUOTA and
    PROCESS_TERMINATE). If the pid was reused, that is the handle of another process.
    """
    return int(process._handle)  # type: ignore[attr-defined]  # only on Windows, and private
