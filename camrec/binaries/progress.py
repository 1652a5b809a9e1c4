"""The events that report progress while a program is downloaded or built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class ProgressEvent:
    """A download, a build, or waiting for another camrec that does either.

    title : the name of the program, for people.
    done, total : bytes of a download (`total` is 0 if unknown); both are 0 otherwise.
    """

    title: str
    kind: Literal["download", "build", "wait"]
    done: int = 0
    total: int = 0


ProgressCallback = Callable[[ProgressEvent], None]
