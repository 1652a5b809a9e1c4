"""Children on Linux and macOS."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PARENT_DEATH_SCRIPT = Path(__file__).with_name("parent_death.py")


class PosixPlatform:
    """A session of its own for each child, signals to its whole group.

    On Linux a leash ends it with the thread that started it. macOS has no such thing: there a
    child that outlives us is ended by `orphans.end_orphans` at the next start.
    """

    def __init__(self, *, leashes: bool = sys.platform == "linux") -> None:
        self._uses_parent_death = leashes

    def wrap_command(self, argv: Sequence[str], ends_with_us: bool) -> list[str]:
        """What is really started for `argv`."""
        if not (ends_with_us and self._uses_parent_death and sys.executable):
            return list(argv)
        return [sys.executable, "-I", "-S", str(PARENT_DEATH_SCRIPT), str(os.getpid()), *argv]

    def popen_options(self) -> dict[str, Any]:
        """For Popen: Ctrl+C in our terminal does not reach the child."""
        return {"start_new_session": True}

    def tie_to_parent(self, process: subprocess.Popen[bytes]) -> None:
        """The leash has done it already."""

    def interrupt(self, process: subprocess.Popen[bytes]) -> None:
        self._send_signal(process, signal.SIGINT)

    def terminate(self, process: subprocess.Popen[bytes]) -> None:
        self._send_signal(process, signal.SIGTERM)

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        self._send_signal(process, signal.SIGKILL)

    def _send_signal(self, process: subprocess.Popen[bytes], number: signal.Signals) -> None:
        if process.poll() is not None:
            return
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            pass
        except PermissionError:
            # macOS says so of a group whose members have all ended.
            process.send_signal(number)
