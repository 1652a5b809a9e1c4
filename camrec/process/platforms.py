"""The one place where the operating system is asked for."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from typing import Any, Protocol

from camrec.process.posix import PosixPlatform
from camrec.process.windows import WindowsPlatform


class Platform(Protocol):
    """How this system starts a child, ends it, and lets it end with us."""

    def wrap_command(self, argv: Sequence[str], ends_with_us: bool) -> list[str]: ...
    def popen_options(self) -> dict[str, Any]: ...
    def tie_to_parent(self, process: subprocess.Popen[bytes]) -> None: ...
    def interrupt(self, process: subprocess.Popen[bytes]) -> None: ...
    def terminate(self, process: subprocess.Popen[bytes]) -> None: ...
    def kill(self, process: subprocess.Popen[bytes]) -> None: ...


CURRENT_PLATFORM: Platform = WindowsPlatform() if sys.platform == "win32" else PosixPlatform()
