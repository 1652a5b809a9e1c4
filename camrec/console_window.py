"""Keeps Windows from opening a console window for each child process."""

from __future__ import annotations

import ctypes
import sys

CREATE_NO_WINDOW = 0x08000000  # the standard library has this name on Windows only


def window_flags() -> int:
    """Return the `creationflags` with which a child opens no window: 0 unless they are needed.

    A console program whose parent has no console gets a new one, with a window (Microsoft,
    "Creation of a Console"). camrec has none under ``pythonw``, as a service or a scheduled task,
    and in some notebooks. With a console the child shares it: a break event reaches the child only
    then.
    """
    return 0 if has_console() else CREATE_NO_WINDOW


def has_console() -> bool:
    """Whether this process has a console. Always true on Linux and macOS, which have no windows."""
    if sys.platform != "win32":
        return True
    # The code page of the console; 0 if there is none.
    return bool(ctypes.WinDLL("kernel32").GetConsoleCP())
