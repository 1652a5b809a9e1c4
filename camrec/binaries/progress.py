"""What is told while a program is on its way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class ProgressEvent:
    """One thing that goes on: a download, a build, or waiting for another camrec that does it.

    done, total : bytes of a download (`total` 0: not known); 0 and 0 for the others.
    """

    title: str
    kind: Literal["download", "build", "wait"]
    done: int = 0
    total: int = 0


ProgressCallback = Callable[[ProgressEvent], None]
