"""Finished videos."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from camrec import library
from camrec.face.home import home
from camrec.receipt import Gap, Receipt

if TYPE_CHECKING:
    from camrec.face.backend import Backend
    from camrec.views import VideoView


def videos(folder: Path | str | None = None) -> list[Video]:
    """The finished videos, newest first; of this process's own folder where none is given."""
    if folder is None:
        return [Video(each) for each in home().station.library.videos()]
    return [Video(each) for each in library.Library(Path(folder), home().station.clock).videos()]


class Video:
    """A finished video and its receipt."""

    def __init__(self, found: library.Video, backend: Backend | None = None) -> None:
        self._found = found
        self._backend = backend

    @property
    def path(self) -> Path:
        return self._found.path

    @property
    def receipt(self) -> Receipt | None:
        return self._found.receipt

    @property
    def started_at(self) -> np.datetime64:
        """UTC, datetime64[ns]."""
        return np.datetime64(self._found.started_at, "ns")

    @property
    def duration(self) -> float:
        """Seconds."""
        return self._found.duration

    @property
    def gaps(self) -> Sequence[Gap]:
        return self._found.receipt.gaps if self._found.receipt else ()

    def view(self, width: int | None = None) -> VideoView:
        """A player, for a cell or any Panel page."""
        from camrec.views import VideoView

        backend = self._backend or home()
        return VideoView(self._found, backend.page_url, width, backend.language)

    def __repr__(self) -> str:
        return f"<Video {self._found.filename!r} {self.duration:.2f} s>"
