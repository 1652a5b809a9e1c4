"""Reacts to what ends camrec: signals, Windows' events, and the end of the interpreter."""

from __future__ import annotations

import _thread
import contextlib
import os
import signal
import stat
import sys
from collections.abc import Callable
from functools import cache
from types import FrameType

from camrec.compat import call_before_threads_end
from camrec.i18n import Phrase, system_language
from camrec.process.console_events import ConsoleEvents

SignalHandler = Callable[[int, FrameType | None], object] | int | None

# Ctrl+C, shutdown of the machine, a closed terminal (POSIX), Ctrl+Break (Windows).
STOP_SIGNAL_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")

_console_events = ConsoleEvents()


def handle_signals(on_signal: Callable[[str], object]) -> Callable[[], None]:
    """Call `on_signal` with the name of each stop signal that arrives.

    SIGHUP stays ignored if it was ignored before, as ``nohup`` does.

    On Windows also with ``CTRL_CLOSE_EVENT`` (the console window is closed), ``CTRL_LOGOFF_EVENT``,
    ``CTRL_SHUTDOWN_EVENT`` or ``WM_ENDSESSION``, in another thread. The process then has a few
    seconds to end by itself. What is not saved by then is saved at the next start.

    Returns
    -------
    A function that restores the previous handlers.
    """

    def handle(number: int, _: object) -> None:
        name = signal.Signals(number).name
        if name == "SIGHUP":
            _redirect_terminal_to_null()
        on_signal(name)

    found = [signal.Signals[name] for name in STOP_SIGNAL_NAMES if hasattr(signal, name)]
    before: dict[signal.Signals, SignalHandler] = {
        each: signal.signal(each, handle)
        for each in found
        if each.name != "SIGHUP" or signal.getsignal(each) is not signal.SIG_IGN
    }
    before_end = _console_events.on_end
    _console_events.on_end = on_signal
    _watch_windows()
    wake_loop_quietly()

    def unregister() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)
        _console_events.on_end = before_end

    return unregister


def wake_loop_quietly() -> None:
    """Let a signal print nothing if it cannot wake the event loop because that is waking up.

    On Windows, asyncio lets each signal write a byte to the loop's socket. A socket that takes no
    byte has others that the loop has not read yet (Python, "signal.set_wakeup_fd"). Python would
    print a traceback; under Wine that also happens while another thread writes to the socket.
    """
    socket = signal.set_wakeup_fd(-1)
    if socket != -1:
        signal.set_wakeup_fd(socket, warn_on_full_buffer=False)


def _watch_windows() -> None:
    """Windows: hear that the console window is closed, or that the user logs off."""
    _console_events.register()
    if sys.platform == "win32":
        _open_session_end_window()


@cache
def _open_session_end_window() -> None:
    """Open the window of this process. Calling this again does nothing."""
    if sys.platform == "win32":
        from camrec.process.session_end_window import SessionEndWindow

        reason = Phrase("reasons.saving").text(system_language())
        SessionEndWindow(_console_events.report, reason).open()


def save_when_ended(save: Callable[[], object]) -> None:
    """Let a script end in order when it is asked to, so that what `at_exit` registered is called.

    SIGTERM, SIGHUP and Ctrl+Break raise SystemExit in the main thread; Ctrl+C raises
    KeyboardInterrupt as before. When Windows ends the process, `save` is called in Windows' thread
    first, because the main thread may be in a call that does not return.

    Raises ValueError if this is not the main thread.
    """

    def end(number: int, _: FrameType | None) -> None:
        sys.exit(128 + number)

    def end_on_windows(_: str) -> None:
        save()
        _thread.interrupt_main(signal.SIGTERM)

    for name in STOP_SIGNAL_NAMES:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, end)
    _console_events.on_end = end_on_windows
    _watch_windows()


def at_exit(callback: Callable[[], object]) -> None:
    """Call `callback` when the interpreter ends, while threads can still be started.

    `atexit` runs later, when executors accept no more work. This is the hook that the executors
    themselves use.
    """
    call_before_threads_end(callback)


def _redirect_terminal_to_null() -> None:
    """Discard further output to the closed terminal, instead of failing."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for each in (0, 1, 2):
        with contextlib.suppress(OSError):
            if stat.S_ISCHR(os.fstat(each).st_mode):
                os.dup2(nowhere, each)
    os.close(nowhere)
