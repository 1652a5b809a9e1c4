"""The end of a Windows session, which Windows reports to a window."""

from __future__ import annotations

import ctypes
import sys

import pytest

if sys.platform != "win32":
    pytest.skip("Windows' own messages", allow_module_level=True)

from camrec.process.session_end_window import (
    WM_ENDSESSION,
    WM_QUERYENDSESSION,
    SessionEndWindow,
)

# A window for messages only: Wine without a screen has no others. Windows tells such a window
# nothing, so camrec's own has no parent.
HWND_MESSAGE = -3


@pytest.fixture
def window():
    reported: list[str] = []
    opened = SessionEndWindow(reported.append, "camrec is saving", HWND_MESSAGE)
    opened.open()
    assert opened.handle
    opened.reported = reported
    yield opened
    opened.close()


def send(window: SessionEndWindow, message: int, value: int) -> int:
    """As Windows does at log-off. The test ends no session: this is a stand-in."""
    return ctypes.WinDLL("user32").SendMessageW(
        ctypes.c_void_p(window.handle), message, ctypes.c_size_t(value), ctypes.c_ssize_t(0)
    )


def test_log_off_starts_the_orderly_end(window):
    assert send(window, WM_QUERYENDSESSION, 0) == 1
    assert window.reported == []
    send(window, WM_ENDSESSION, 1)
    assert window.reported == ["WM_ENDSESSION"]


def test_a_session_that_goes_on_ends_nothing(window):
    assert send(window, WM_QUERYENDSESSION, 0) == 1
    send(window, WM_ENDSESSION, 0)
    assert window.reported == []
