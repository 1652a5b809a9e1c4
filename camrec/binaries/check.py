"""A program that was found and really runs."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from camrec.binaries.manifest import Program
from camrec.errors import describe_os_error
from camrec.i18n import Phrase

BinaryOrigin = Literal["configured", "path", "folder", "cache", "bundled", "release", "go"]
# A virus scanner may look at a new program first.
VERSION_TIMEOUT_S = 20.0


class UnusableBinary(Exception):
    """One way to a program led nowhere: why, as a code of ``binaries.json`` with its facts."""

    def __init__(self, code: str, /, **facts: Any) -> None:
        super().__init__(code)
        self.reason = Phrase(f"binaries.{code}", **facts)

    def __str__(self) -> str:
        return str(self.reason)


@dataclass(frozen=True)
class Binary:
    name: str
    path: Path
    version: str
    origin: BinaryOrigin


def check_binary(
    program: Program, path: Path, origin: BinaryOrigin, *, any_version: bool = False
) -> Binary:
    """Run the program at `path` to ask its version.

    Raises
    ------
    Unusable
        It is not there, does not run here, is something else, or is too old.
    """
    try:
        answer = subprocess.run(
            [path, program.version_flag],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=VERSION_TIMEOUT_S,
        )
    except FileNotFoundError:
        raise UnusableBinary("missing") from None
    except PermissionError:
        raise UnusableBinary("not_executable") from None
    except subprocess.TimeoutExpired:
        raise UnusableBinary("no_answer") from None
    except OSError as error:
        raise UnusableBinary("does_not_run", reason=describe_os_error(error)) from None
    text = answer.stdout.decode(errors="replace")
    says = re.match(program.version_pattern, text)
    if answer.returncode != 0 or says is None:
        raise UnusableBinary("no_version", code=answer.returncode)
    version = says[1]
    if not any_version and _is_older(version, program.minimum_version):
        oldest = ".".join(map(str, program.minimum_version))
        raise UnusableBinary("too_old", version=version, oldest=oldest)
    if program.required_output is not None and program.required_output[0] not in text:
        raise UnusableBinary(program.required_output[1])
    return Binary(program.name, path, version, origin)


def _is_older(version: str, oldest: tuple[int, ...]) -> bool:
    """Whether it is certainly older: a version that is no number is taken as new."""
    digits = re.match(r"\d+(\.\d+)*", version)
    return digits is not None and tuple(map(int, digits[0].split("."))) < oldest
