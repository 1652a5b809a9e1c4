"""Looks at the command lines of all processes of this computer."""

from __future__ import annotations

from collections.abc import Iterator

import psutil


def iterate_command_lines() -> Iterator[tuple[psutil.Process, list[str]]]:
    """Yield each process with its program and arguments, except those that cannot be looked at.

    psutil raises a plain OSError for some of Windows' own processes ("Memory Compression"), and for
    one that ends at this moment.
    """
    for process in psutil.process_iter():
        try:
            arguments = process.cmdline()
        except (psutil.Error, OSError):
            continue
        yield process, arguments
