"""Ends processes of the tests in the same way on every system."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
ON_WINDOWS = sys.platform == "win32"

# What ends camrec, and the reason that a receipt then has.
STOP_EVENTS = (
    {"SIGINT": "stopped", "SIGBREAK": "shutdown", "CTRL_CLOSE_EVENT": "shutdown"}
    if ON_WINDOWS
    else {"SIGINT": "stopped", "SIGTERM": "shutdown", "SIGHUP": "shutdown"}
)


def python_command(*arguments: str) -> list[str]:
    """The command of a Python process that `send_stop` can reach: ``-m MODULE``, ``-c CODE``."""
    stand_in = ["-m", "support.stoppable"] if ON_WINDOWS else []
    return [sys.executable, *stand_in, *arguments]


def python_environment(**changes: str) -> dict[str, str]:
    """The environment of such a process, in which it finds camrec and the tests."""
    path = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
    return {**os.environ, "PYTHONPATH": path, "PYTHONIOENCODING": "utf-8", **changes}


def stop_file(pid: int) -> Path:
    """The file in which `support.stoppable` finds what to cause in the process `pid`."""
    return Path(tempfile.gettempdir()) / f"camrec-test-stop-{pid}"


def send_stop(child: subprocess.Popen, name: str) -> None:
    """Send a signal, or cause an event of `STOP_EVENTS`."""
    if not ON_WINDOWS:
        child.send_signal(signal.Signals[name])
        return
    stop_file(child.pid).write_text(name)


def kill(pid: int) -> None:
    """End a process at once, as SIGKILL does; one that has ended is no error."""
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(pid).kill()


def freeze(pid: int) -> None:
    """Stop a process, as SIGSTOP does, until `thaw` or `kill`."""
    psutil.Process(pid).suspend()
