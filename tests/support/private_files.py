"""Whether only the user who runs the tests can open a file."""

from __future__ import annotations

import re
import stat
import sys
from pathlib import Path


def is_private(path: Path) -> bool:
    """By its mode, or by its access control list on Windows: one entry, and nothing inherited."""
    if sys.platform != "win32":
        return stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
    from camrec.file_system.windows_api import WindowsApi

    permissions = WindowsApi().permissions(str(path))
    return re.fullmatch(r"D:P\w*\(A;;\w+;;;[\w-]+\)", permissions) is not None
