"""Starts and stops child processes on Linux and macOS."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from camrec.process.popen_options import PopenOptions

PARENT_DEATH_SCRIPT = Path(__file__).with_name("parent_death.py")


class PosixPlatform:
    """Each child gets its own session, and signals go to its whole process group.

    On Linux a child ends with the thread that started it (PR_SET_PDEATHSIG, see
    `parent_death.py`). macOS has no such mechanism: there `orphans.end_orphans` ends a child that
    outlived camrec at the next start.

    Parameters
    ----------
    uses_parent_death
        Whether the system has PR_SET_PDEATHSIG.
    """

    def __init__(self, *, uses_parent_death: bool = sys.platform == "linux") -> None:
        self._uses_parent_death = uses_parent_death

    def wrap_command(self, argv: Sequence[str], ends_with_us: bool) -> list[str]:
        """Return the command that is really started for `argv`."""
        if not (ends_with_us and self._uses_parent_death and sys.executable):
            return list(argv)
        return [sys.executable, "-I", "-S", str(PARENT_DEATH_SCRIPT), str(os.getpid()), *argv]

    def popen_options(self) -> PopenOptions:
        """Return the options for Popen: Ctrl+C in camrec's terminal does not reach the child."""
        return {"start_new_session": True}

    def tie_to_parent(self, process: subprocess.Popen[bytes]) -> None:
        """Do nothing: the wrapped command has done it already."""

    def interrupt(self, process: subprocess.Popen[bytes]) -> bool:
        """Send SIGINT to the child's process group; always possible."""
        self._send_signal(process, signal.SIGINT)
        return True

    def terminate(self, process: subprocess.Popen[bytes]) -> None:
        """Send SIGTERM to the child's process group."""
        self._send_signal(process, signal.SIGTERM)

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """Send SIGKILL to the child's process group."""
        if sys.platform != "win32":  # mypy knows by this that there is the signal
            self._send_signal(process, signal.SIGKILL)

    def _send_signal(self, process: subprocess.Popen[bytes], number: signal.Signals) -> None:
        if sys.platform == "win32" or process.poll() is not None:
            return
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            pass
        except PermissionError:
            # macOS reports this for a group whose members have all ended.
            process.send_signal(number)
