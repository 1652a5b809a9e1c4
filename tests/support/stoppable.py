"""Runs a Python module in which a test causes what the system would cause; only for Windows.

``python -m support.stoppable -m MODULE ARGUMENT...`` or ``-c CODE ARGUMENT...``. The test writes
the name of a signal or of a console event to a file.

This is a stand-in: Wine, under which the tests run, cannot send a break event to another process,
and cannot close a console window. The signal is raised in this process, and the console's handler
is called in a thread that Windows creates, as it does itself.
"""

from __future__ import annotations

import _thread
import ctypes
import os
import runpy
import signal
import sys
import threading
import time

from camrec.process import signals
from camrec.process.console_events import CONSOLE_END_EVENTS
from support.stopping import stop_file


def cause(name: str) -> None:
    if hasattr(signal, name):
        _thread.interrupt_main(signal.Signals[name])
        return
    (event,) = (number for number, each in CONSOLE_END_EVENTS.items() if each == name)
    handler = ctypes.cast(signals._console_events._routine, ctypes.c_void_p)
    ctypes.WinDLL("kernel32").CreateThread(None, 0, handler, ctypes.c_void_p(event), 0, None)


def listen() -> None:
    file = stop_file(os.getpid())
    while True:
        if file.exists() and (name := file.read_text()):
            file.unlink()
            cause(name)
        time.sleep(0.05)


def main() -> None:
    threading.Thread(target=listen, name="stoppable", daemon=True).start()
    kind, what = sys.argv[1:3]
    sys.argv = [what if kind == "-m" else "-c", *sys.argv[3:]]
    if kind == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        exec(what, {"__name__": "__main__"})


if __name__ == "__main__":
    main()
