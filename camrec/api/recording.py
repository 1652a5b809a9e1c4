"""Recordings that run."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from typing import Any

from camrec import schema
from camrec.api import progress
from camrec.api.backend import Backend
from camrec.api.video import Video
from camrec.errors import CamrecError

PATIENCE = 0.5  # seconds that a thread waits for one that is awaited before it looks again


class Recording:
    """One timed act of writing a camera down. As a cell's value it shows how far it is.

    ``await recording`` gives the video, as `wait` does, and holds no loop up.
    """

    def __init__(self, backend: Backend, found: Any) -> None:
        self._backend = backend
        self._found = found

    @property
    def recording_id(self) -> str:
        """What REST knows it by."""
        return self._found.recording_id

    @property
    def state(self) -> str:
        """ "scheduled", "writing", "waiting", "finalising", "saved" or "failed"."""
        return self._told.state

    @property
    def elapsed(self) -> float:
        """Seconds since it began."""
        return self._told.elapsed

    @property
    def progress(self) -> float:
        """0 to 1."""
        return progress.share(self._told)

    @property
    def _told(self) -> schema.Recording:
        return self._backend.recording(self._found)

    def wait(self, timeout: float | None = None) -> Video:
        """Block until the video is saved.

        Raises
        ------
        TimeoutError
            `timeout` seconds passed first.
        CamrecError
            It could not be saved; the error says where its parts are.
        """
        if not self._backend.wait(self._found, timeout):
            raise TimeoutError(f"still {self.state} after {timeout} s")
        return self._video()

    def stop(self) -> Video:
        """End it early and save.

        Raises
        ------
        CamrecError
        """
        self._backend.stop_recording(self._found)
        return self.wait()

    def __await__(self) -> Generator[Any, None, Video]:
        return self._saved().__await__()

    async def _saved(self) -> Video:
        while not await asyncio.to_thread(self._backend.wait, self._found, PATIENCE):
            pass
        return await asyncio.to_thread(self._video)

    def _video(self) -> Video:
        return Video(self._backend.video(self._told.filename), self._backend)

    def __repr__(self) -> str:
        told = self._told
        return f"<Recording {told.state} {told.elapsed:.1f} s of {told.duration} s>"

    # In a cell.

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        try:
            told = self._told
        except CamrecError as error:
            return progress.failure(error.text(self._backend.language))
        return progress.bundle(told, self._backend.language) | {"text/plain": repr(self)}

    def _ipython_display_(self) -> None:
        progress.follow(self._repr_mimebundle_, lambda: self._backend.wait(self._found, 0))
