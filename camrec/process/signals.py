"""Reacts to what ends camrec: signals and the end of the interpreter."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
from collections.abc import Callable
from types import FrameType

from camrec.compat import call_before_threads_end

SignalHandler = Callable[[int, FrameType | None], object] | int | None

# Ctrl+C, shutdown of the machine, a closed terminal (POSIX, Windows).
STOP_SIGNAL_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


def handle_signals(on_signal: Callable[[str], object]) -> dict[signal.Signals, SignalHandler]:
    """Call `on_signal` with the name of each stop signal that arrives.

    SIGHUP stays ignored if it was ignored before, as ``nohup`` does.

    Returns
    -------
    The previous handler of each signal, with which the caller can restore it.
    """

    def handle(number: int, _: object) -> None:
        name = signal.Signals(number).name
        if name == "SIGHUP":
            _redirect_terminal_to_null()
        on_signal(name)

    found = [signal.Signals[name] for name in STOP_SIGNAL_NAMES if hasattr(signal, name)]
    return {
        each: signal.signal(each, handle)
        for each in found
        if each.name != "SIGHUP" or signal.getsignal(each) is not signal.SIG_IGN
    }


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
