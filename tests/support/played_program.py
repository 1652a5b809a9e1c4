"""A program that prints something and ends, for tests that need one under another one's name."""

from __future__ import annotations

import io
import os
import shlex
import sys
import zipfile
from importlib import resources


def played_program(*lines: str, code: int = 0) -> bytes:
    """The contents of a program of this system that prints `lines` and ends with `code`."""
    if os.name == "nt":
        return _windows_program(lines, code)
    prints = "".join(f"echo {shlex.quote(line)}\n" for line in lines)
    return f"#!/bin/sh\n{prints}exit {code}\n".encode()


def _windows_program(lines: tuple[str, ...], code: int) -> bytes:
    """distlib's launcher, which runs the Python archive at the end of its own file."""
    launcher = (resources.files("distlib") / "t64.exe").read_bytes()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        script = f"import sys\nprint({chr(10).join(lines)!r})\nsys.exit({code})\n"
        files.writestr("__main__.py", script)
    return launcher + f'#!"{sys.executable}"\r\n'.encode() + archive.getvalue()
