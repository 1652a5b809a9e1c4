"""The one place where the operating system is asked for."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from typing import Any, Protocol

from camrec.process.posix import Posix
from camrec.process.windows import Windows


class Platform(Protocol):
    """How this system starts a child, ends it, and lets it end with us."""

    def command(self, argv: Sequence[str], ends_with_us: bool) -> list[str]: ...
    def options(self) -> dict[str, Any]: ...
    def adopt(self, process: subprocess.Popen[bytes]) -> None: ...
    def interrupt(self, process: subprocess.Popen[bytes]) -> None: ...
    def terminate(self, process: subprocess.Popen[bytes]) -> None: ...
    def kill(self, process: subprocess.Popen[bytes]) -> None: ...


HERE: Platform = Windows() if sys.platform == "win32" else Posix()
