"""How we are asked to end: by signals, or by the end of the interpreter."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
from collections.abc import Callable
from typing import Any

from camrec.compat import call_before_threads_end

# Ctrl+C, the end of the machine, a terminal that is closed (POSIX, Windows).
STOP_SIGNAL_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


def handle_signals(asked: Callable[[str], object]) -> dict[signal.Signals, Any]:
    """Call `asked` with the name of each such signal that comes; gives the handlers before.

    A closed terminal that ``nohup`` wants us to outlive stays ignored.
    """

    def hear(number: int, _: object) -> None:
        name = signal.Signals(number).name
        if name == "SIGHUP":
            _redirect_terminal_to_null()
        asked(name)

    found = [signal.Signals[name] for name in STOP_SIGNAL_NAMES if hasattr(signal, name)]
    return {
        each: signal.signal(each, hear)
        for each in found
        if each.name != "SIGHUP" or signal.getsignal(each) is not signal.SIG_IGN
    }


def at_exit(end: Callable[[], object]) -> None:
    """Call `end` when the interpreter ends, while threads can still be begun.

    What `atexit` calls comes later: no executor takes anything any more then. This is the hook that
    the executors themselves use.
    """
    call_before_threads_end(end)


def _redirect_terminal_to_null() -> None:
    """What is said from now on goes nowhere, instead of failing."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for each in (0, 1, 2):
        with contextlib.suppress(OSError):
            if stat.S_ISCHR(os.fstat(each).st_mode):
                os.dup2(nowhere, each)
    os.close(nowhere)
