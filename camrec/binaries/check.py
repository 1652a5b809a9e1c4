"""Checks that a program runs and has a usable version."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from camrec.binaries.manifest import Program
from camrec.console_window import window_flags
from camrec.errors import describe_os_error
from camrec.i18n import Phrase

BinaryOrigin = Literal["configured", "path", "folder", "cache", "bundled", "release", "go"]
# Long, because a virus scanner may check a new program before it runs.
VERSION_TIMEOUT_S = 20.0


class UnusableBinary(Exception):
    """A program at one place cannot be used, or one way to obtain it failed.

    Parameters
    ----------
    code
        The reason, as a key of ``binaries.json``.
    facts
        The values that fill in its text.
    """

    def __init__(self, code: str, /, **facts: object) -> None:
        super().__init__(code)
        self.reason = Phrase(f"binaries.{code}", **facts)

    def __str__(self) -> str:
        return str(self.reason)


@dataclass(frozen=True)
class Binary:
    """A program that runs: its name, path and version, and where it was found."""

    name: str
    path: Path
    version: str
    origin: BinaryOrigin


def check_binary(
    program: Program, path: Path, origin: BinaryOrigin, *, any_version: bool = False
) -> Binary:
    """Run the program at `path` and check its version.

    Parameters
    ----------
    any_version
        Whether an old version is accepted, too.

    Raises
    ------
    UnusableBinary
        The file does not exist, does not run here, is another program, or is too old.
    """
    try:
        completed = subprocess.run(
            [path, program.version_flag],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=VERSION_TIMEOUT_S,
            creationflags=window_flags(),
        )
    except FileNotFoundError:
        raise UnusableBinary("missing") from None
    except PermissionError:
        raise UnusableBinary("not_executable") from None
    except subprocess.TimeoutExpired:
        raise UnusableBinary("no_answer") from None
    except OSError as error:
        raise UnusableBinary("does_not_run", reason=describe_os_error(error)) from None
    text = completed.stdout.decode(errors="replace")
    found = re.match(program.version_pattern, text)
    if completed.returncode != 0 or found is None:
        raise UnusableBinary("no_version", code=completed.returncode)
    version = found[1]
    if not any_version and _is_older(version, program.minimum_version):
        oldest = ".".join(map(str, program.minimum_version))
        raise UnusableBinary("too_old", version=version, oldest=oldest)
    if program.required_output is not None and program.required_output[0] not in text:
        raise UnusableBinary(program.required_output[1])
    return Binary(program.name, path, version, origin)


def _is_older(version: str, oldest: tuple[int, ...]) -> bool:
    """Return whether `version` is older. A version that is not a number counts as new."""
    digits = re.match(r"\d+(\.\d+)*", version)
    return digits is not None and tuple(map(int, digits[0].split("."))) < oldest
