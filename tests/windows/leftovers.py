"""Ends what a group of tests left running under Wine.

Wine's processes are no descendants of the one that started them. But each has the environment with
which the first one was started, and Linux shows it.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

GROUP_VARIABLE = "CAMREC_TEST_GROUP"
# Wine's own, which all groups use; the first group has started them.
WINE_SERVICES = frozenset({"wineserver", "wineserver64", "services.exe", "winedevice.exe"})
WINE_SERVICES |= {"plugplay.exe", "svchost.exe", "rpcss.exe", "explorer.exe", "conhost.exe"}
WINE_SERVICES |= {"start.exe", "wineboot.exe"}


def end_group(group: str) -> list[str]:
    """Kill the processes whose `GROUP_VARIABLE` is `group`; returns their names."""
    found = list(_find_group(group))
    for pid, _ in found:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return [f"{name} ({pid})" for pid, name in found]


def _find_group(group: str) -> Iterator[tuple[int, str]]:
    wanted = f"{GROUP_VARIABLE}={group}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if wanted not in (folder / "environ").read_bytes().split(b"\0"):
                continue
            arguments = (folder / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
        except OSError:  # it has ended, or belongs to somebody else
            continue
        name = _program(arguments)
        if name and name not in WINE_SERVICES:
            yield int(folder.name), name


def _program(arguments: list[str]) -> str:
    """The name of a Windows program, or of the Linux program if it is none; empty: it has ended."""
    names = [each.replace("\\", "/").rpartition("/")[2] for each in arguments]
    programs = (each for each in names[:2] if each.lower().endswith(".exe"))
    return next(programs, names[0])
