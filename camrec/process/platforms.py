"""Selects how this operating system starts and stops child processes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from typing import Protocol

from camrec.process.popen_options import PopenOptions
from camrec.process.posix import PosixPlatform
from camrec.process.windows import WindowsPlatform


class Platform(Protocol):
    """How an operating system starts a child, stops it, and ties its life to camrec's."""

    def wrap_command(self, argv: Sequence[str], ends_with_us: bool) -> list[str]:
        """Return the command that is really started for `argv`."""

    def popen_options(self) -> PopenOptions:
        """Return the options that `subprocess.Popen` needs here."""

    def tie_to_parent(self, process: subprocess.Popen[bytes]) -> None:
        """Make the running child end when camrec ends."""

    def interrupt(self, process: subprocess.Popen[bytes]) -> bool:
        """Ask the child to end, as Ctrl+C does; returns whether that was possible."""

    def terminate(self, process: subprocess.Popen[bytes]) -> None:
        """Ask the child to end, more firmly."""

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """End the child without asking it."""


CURRENT_PLATFORM: Platform = WindowsPlatform() if sys.platform == "win32" else PosixPlatform()
