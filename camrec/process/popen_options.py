"""The options of `subprocess.Popen` that differ between operating systems."""

from __future__ import annotations

from typing import TypedDict


class PopenOptions(TypedDict, total=False):
    """Keyword arguments for `subprocess.Popen`.

    start_new_session : POSIX: the child gets a session and a process group of its own.
    creationflags : Windows: flags of CreateProcess.
    """

    start_new_session: bool
    creationflags: int
