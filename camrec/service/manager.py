"""What a system's manager of services has to say: which files and which commands it needs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from camrec.service.launch import Launch


@dataclass(frozen=True)
class Command:
    """A command of the system.

    may_fail : whether its failure means only that there is nothing to do.
    """

    argv: tuple[str, ...]
    may_fail: bool = False


Commands = tuple[Command, ...]


@dataclass(frozen=True)
class Definition:
    """The file that describes the service to the system.

    is_kept : whether the system reads it at each log-in; otherwise it only reads it once.
    """

    path: Path
    content: bytes
    is_kept: bool


class ServiceManager(Protocol):
    """How one operating system starts a program at log-in.

    It runs nothing and writes nothing, so that it can be tested on any system; `Installer` does.

    tool : the program that must be there.
    stop : commands that end the service if it runs.
    start : commands that make a written definition known, and start the service.
    remove : commands that make the service unknown, before its definition is deleted.
    forget : commands after its definition was deleted.
    query : a command that succeeds if the service is installed.
    """

    tool: str
    stop: Commands
    start: Commands
    remove: Commands
    forget: Commands
    query: Command
    definition_path: Path

    def definition(self, launch: Launch) -> Definition:
        """The file that describes `launch`. Raises InputError (``service_path``)."""
