"""Installs what the tests need with the system's package manager, if that is allowed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def apt(*packages: str, program: str = "", present: Callable[[], bool] | None = None) -> str:
    """Make sure that something is installed, by Debian's package manager if we are root.

    Parameters
    ----------
    packages
        What contains it.
    program
        It is installed when this is on PATH.
    present
        Or when this is true.

    Returns the program's path, if one was named. If it cannot be installed, the test is skipped
    with the reason; with ``CI=true`` it fails instead.
    """
    found = _look(program, present)
    if found is None and shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        # Several test processes may install something at once; dpkg runs one at a time.
        with FileLock(Path(tempfile.gettempdir()) / "camrec-tests-apt.lock"):
            if _look(program, present) is None:
                _install(packages)
        found = _look(program, present)
    if found is None:
        reason = f"needs {' '.join(packages)}: install them, or run as root on Debian or Ubuntu"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    return found


_present: set[Callable[[], bool]] = set()  # what has been found once is not looked for again


def _look(program: str, present: Callable[[], bool] | None) -> str | None:
    if present is not None:
        if present not in _present and present():
            _present.add(present)
        return program if present in _present else None
    return shutil.which(program)


def _install(packages: tuple[str, ...]) -> None:
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "timeout": 600}
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "-o", "DPkg::Lock::Timeout=300", "install", "-y"]
    install += ["--no-install-recommends", *packages]
    # An old list of packages names versions that are gone; often it is still good, so try it first.
    if subprocess.run(install, env=environment, **quiet).returncode != 0:
        subprocess.run(["apt-get", "update"], env=environment, **quiet)
        subprocess.run(install, env=environment, **quiet)
