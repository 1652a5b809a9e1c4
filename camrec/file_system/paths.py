"""Checks whether this system accepts a path, before something is recorded for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from camrec.file_system.names import utf16_length
from camrec.file_system.platforms import CURRENT_PLATFORM, FilePlatform


@dataclass(frozen=True)
class PathProblem:
    """Why a path cannot be used.

    kind : "name" (this system rejects one of the names in it) or "length".
    name : the name that is rejected; empty if the path is too long.
    """

    kind: Literal["name", "length"]
    name: str = ""


def find_path_problem(path: Path, platform: FilePlatform = CURRENT_PLATFORM) -> PathProblem | None:
    """Return why this system cannot have a file or folder at `path`; None if it can.

    Only Windows has a limit for whole paths and names that are rejected here. Linux and macOS
    report a wrong name themselves, when the file is created.
    """
    absolute = path if path.is_absolute() else path.absolute()
    for name in absolute.parts[1:]:
        if platform.is_forbidden_name(name):
            return PathProblem("name", name)
    remaining = remaining_path_chars(absolute, platform)
    return PathProblem("length") if remaining is not None and remaining < 0 else None


def remaining_path_chars(path: Path, platform: FilePlatform = CURRENT_PLATFORM) -> int | None:
    """Return by how many UTF-16 units `path` may become longer; None: the system has no limit."""
    if platform.max_path_chars is None:
        return None
    return platform.max_path_chars - utf16_length(str(path.absolute()))
