"""Hears on Windows that the process has to end: its console window is closed, for example."""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Callable

# What a handler of the console is called with (Microsoft, "HandlerRoutine"). Ctrl+C and Ctrl+Break,
# 0 and 1, are left to Python, which makes signals of them.
CONSOLE_END_EVENTS = {2: "CTRL_CLOSE_EVENT", 5: "CTRL_LOGOFF_EVENT", 6: "CTRL_SHUTDOWN_EVENT"}


def wait_forever() -> None:
    """Block this thread until the process ends."""
    threading.Event().wait()


class ConsoleEvents:
    """Calls a function when Windows is about to end this process.

    Windows calls `handle` in a thread of its own, and ends the process as soon as that returns. So
    it does not return: the process ends itself when its recordings are saved. Windows waits about
    5 s after the window was closed, then it ends the process (Microsoft, "HandlerRoutine"). What is
    not saved by then is saved at the next start.

    Parameters
    ----------
    wait
        Called after `on_end`; does not return before the process ends.

    Attributes
    ----------
    on_end : called with the event's name, in Windows' thread; None: Windows ends the process.
    """

    def __init__(self, wait: Callable[[], object] = wait_forever) -> None:
        self.on_end: Callable[[str], object] | None = None
        self._wait = wait
        self._routine: object = None

    def register(self) -> None:
        """Become the console's handler for as long as this process runs; only on Windows.

        It is never removed: that could wait for a handler that runs, and this one does not return.
        """
        if sys.platform != "win32":
            return
        if self._routine is None:
            # Windows keeps no reference to it.
            self._routine = ctypes.WINFUNCTYPE(ctypes.c_int, ctypes.c_uint32)(self.handle)
            ctypes.WinDLL("kernel32").SetConsoleCtrlHandler(self._routine, True)

    def handle(self, event: int) -> bool:
        """Called by Windows. Returns False for an event that others have to handle."""
        name = CONSOLE_END_EVENTS.get(event)
        return name is not None and self.report(name)

    def report(self, name: str) -> bool:
        """Call `on_end`, and wait until the process ends; False if there is no `on_end`."""
        on_end = self.on_end
        if on_end is None:
            return False
        on_end(name)
        self._wait()
        return True
