"""Builds MediaMTX and go2rtc for the system that GOOS names, as camrec builds them.

``GOOS=windows python tests/windows/programs.py FOLDER`` leaves FOLDER/mediamtx.exe and go2rtc.exe.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from camrec.binaries.build import build_program
from camrec.binaries.manifest import PROGRAMS


def main() -> None:
    folder = Path(sys.argv[1])
    for program in PROGRAMS.values():
        if program.release is not None:
            with tempfile.TemporaryDirectory(dir=folder) as work:
                built = Path(work) / program.name
                build_program(program, program.release, built, print)
                built.replace(folder / f"{program.name}.exe")


main()
