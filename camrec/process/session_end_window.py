"""Hears on Windows that the user logs off or shuts down, also without a console.

A program that has loaded ``user32.dll`` gets no console event for this (Microsoft,
"SetConsoleCtrlHandler"), and OpenCV loads it. Windows asks the windows of such a program instead.
So camrec has an invisible one.
"""

from __future__ import annotations

import ctypes
import logging
import sys
import threading
from collections.abc import Callable
from ctypes import wintypes

assert sys.platform == "win32"  # also tells mypy to check this module for Windows only

log = logging.getLogger(__name__)

WM_DESTROY, WM_CLOSE, WM_QUERYENDSESSION, WM_ENDSESSION = 0x0002, 0x0010, 0x0011, 0x0016
WINDOW_CLASS_NAME = "camrec session end"
WINDOW_START_TIMEOUT_S = 5.0

_WINDOW_PROCEDURE_ARGUMENTS = (wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM)
_WindowProcedure = ctypes.WINFUNCTYPE(ctypes.c_ssize_t, *_WINDOW_PROCEDURE_ARGUMENTS)


class _WindowClass(ctypes.Structure):
    """WNDCLASSW."""

    _fields_ = [
        ("style", wintypes.UINT),
        ("procedure", _WindowProcedure),
        ("class_bytes", ctypes.c_int),
        ("window_bytes", ctypes.c_int),
        ("instance", wintypes.HINSTANCE),
        ("icon", wintypes.HANDLE),
        ("cursor", wintypes.HANDLE),
        ("background", wintypes.HANDLE),
        ("menu_name", wintypes.LPCWSTR),
        ("class_name", wintypes.LPCWSTR),
    ]


class SessionEndWindow:
    """An invisible window, and the thread that receives its messages.

    Windows sends WM_QUERYENDSESSION, which is answered with yes, then WM_ENDSESSION. It may end the
    process as soon as that is handled, so the thread stays there: the process ends itself when its
    recordings are saved. After about 5 s Windows shows `block_reason`, and the user may end camrec
    at once (Microsoft, "ShutdownBlockReasonCreate").

    Parameters
    ----------
    on_end
        Called with the message's name, in the window's thread; does not return before the process
        ends.
    block_reason
        Says why the session cannot end yet.
    parent
        The handle of the parent; 0: none.

    Attributes
    ----------
    handle : of the window; 0 if the system gives no window, as to some services.
    """

    def __init__(self, on_end: Callable[[str], object], block_reason: str, parent: int = 0) -> None:
        self.handle = 0
        self._parent = parent
        self._on_end = on_end
        self._block_reason = block_reason
        self._user = ctypes.WinDLL("user32", use_last_error=True)
        self._user.DefWindowProcW.argtypes = _WINDOW_PROCEDURE_ARGUMENTS
        self._user.DefWindowProcW.restype = ctypes.c_ssize_t
        self._user.CreateWindowExW.restype = wintypes.HWND
        self._procedure = _WindowProcedure(self._handle_message)  # Windows keeps no reference
        self._created = threading.Event()
        self._thread = threading.Thread(target=self._run, name="session end", daemon=True)

    def open(self) -> None:
        """Create the window."""
        self._thread.start()
        self._created.wait(WINDOW_START_TIMEOUT_S)

    def close(self) -> None:
        """Destroy the window and end its thread."""
        if self.handle:
            self._user.PostMessageW(wintypes.HWND(self.handle), WM_CLOSE, 0, 0)
        self._thread.join()

    def _run(self) -> None:
        own_class = _WindowClass(procedure=self._procedure, class_name=WINDOW_CLASS_NAME)
        self._user.RegisterClassW(ctypes.byref(own_class))
        position, parent = (0, 0, 0, 0), wintypes.HWND(self._parent)
        self.handle = (
            self._user.CreateWindowExW(
                0, WINDOW_CLASS_NAME, None, 0, *position, parent, None, None, None
            )
            or 0
        )
        self._created.set()
        if not self.handle:
            log.debug("no window for the end of the session: error %d", ctypes.get_last_error())
        message = wintypes.MSG()
        while self.handle and self._user.GetMessageW(ctypes.byref(message), None, 0, 0) > 0:
            self._user.DispatchMessageW(ctypes.byref(message))
        self._user.UnregisterClassW(WINDOW_CLASS_NAME, None)

    def _handle_message(self, window: int, message: int, first: int, second: int) -> int:
        if message == WM_QUERYENDSESSION:
            self._user.ShutdownBlockReasonCreate(wintypes.HWND(window), self._block_reason)
            return 1
        if message == WM_ENDSESSION:
            if first:
                self._on_end("WM_ENDSESSION")
            else:  # the session does not end after all
                self._user.ShutdownBlockReasonDestroy(wintypes.HWND(window))
            return 0
        if message == WM_DESTROY:
            self._user.PostQuitMessage(0)
            return 0
        handled: int = self._user.DefWindowProcW(window, message, first, second)
        return handled
