"""What camrec asks Windows itself: the exact time of day, and the language of its menus.

The functions that call Windows exist on every system, but can be called on Windows only. What they
compute from Windows' answers is separate, so that it can be tested everywhere.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ctypes

FILETIME_EPOCH = 116_444_736_000_000_000  # 1970-01-01 in units of 100 ns since 1601-01-01
PRIMARY_LANGUAGE_MASK = 0x3FF  # of a LANGID; the other bits are the country
LANGUAGE_BY_PRIMARY_ID = {0x09: "en", 0x0C: "fr"}


def filetime_to_utc_ns(filetime: int) -> int:
    """Convert a FILETIME (units of 100 ns since 1601-01-01 UTC) to ns since 1970-01-01 UTC."""
    return (filetime - FILETIME_EPOCH) * 100


def language_of_langid(langid: int) -> str:
    """Return "fr" for a LANGID of French in any country, "en" for English, "" for others."""
    return LANGUAGE_BY_PRIMARY_ID.get(langid & PRIMARY_LANGUAGE_MASK, "")


def precise_utc_ns() -> int:
    """Return nanoseconds since 1970-01-01 UTC, exact to less than a microsecond.

    `GetSystemTimePreciseAsFileTime` exists since Windows 8. Before 3.13, Python's `time.time_ns`
    uses a function that steps with the system's timer, by up to 15.6 ms.
    """
    import ctypes  # only here, so that the command line starts quickly

    filetime = ctypes.c_uint64()
    _kernel32().GetSystemTimePreciseAsFileTime(ctypes.byref(filetime))
    return filetime_to_utc_ns(filetime.value)


def ui_language() -> str:
    """Return the language of Windows' menus for this user: "fr", "en", or "" for others."""
    return language_of_langid(_kernel32().GetUserDefaultUILanguage() & 0xFFFF)


def _kernel32() -> ctypes.CDLL:
    if sys.platform != "win32":
        raise RuntimeError("this can only be asked of Windows")
    import ctypes

    return ctypes.windll.kernel32
