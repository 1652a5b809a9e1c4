"""Whether only the user who runs the tests can open a file."""

from __future__ import annotations

import re
import stat
import sys
from pathlib import Path


def is_private(path: Path) -> bool:
    """By its mode, or by its access control list on Windows.

    Wine keeps a mode in place of a list. It adds the system to what it derives from that, and does
    not remember that nothing is inherited.
    """
    if sys.platform != "win32":
        return stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
    import ctypes

    from camrec.file_system.windows_file_api import WindowsFileApi

    permissions = WindowsFileApi().permissions(str(path))
    users = re.findall(r"\(A;;FA;;;(S-[\d-]+)\)", permissions)
    if hasattr(ctypes.WinDLL("ntdll"), "wine_get_version"):
        return permissions == f"D:(A;;FA;;;SY)(A;;FA;;;{users[0]})"
    return permissions == f"D:P(A;;FA;;;{users[0]})"
