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

WAIT_POLL_INTERVAL_S = (
    0.5  # seconds that a thread waits for one that is awaited before it looks again
)


class Recording:
    """One timed act of writing a camera down. As a cell's value it shows how far it is.

    ``await recording`` gives the video, as `wait` does, and holds no loop up.
    """

    def __init__(self, backend: Backend, found: Any) -> None:
        self._backend = backend
        self._handle = found

    @property
    def recording_id(self) -> str:
        """What REST knows it by."""
        return self._handle.recording_id

    @property
    def state(self) -> str:
        """ "scheduled", "writing", "waiting", "finalising", "saved" or "failed"."""
        return self._info.state

    @property
    def elapsed(self) -> float:
        """Seconds since it began."""
        return self._info.elapsed

    @property
    def progress(self) -> float:
        """0 to 1."""
        return progress.fraction_done(self._info)

    @property
    def _info(self) -> schema.RecordingReply:
        return self._backend.recording(self._handle)

    def wait(self, timeout: float | None = None) -> Video:
        """Block until the video is saved.

        Raises
        ------
        TimeoutError
            `timeout` seconds passed first.
        CamrecError
            It could not be saved; the error says where its parts are.
        """
        if not self._backend.wait(self._handle, timeout):
            raise TimeoutError(f"still {self.state} after {timeout} s")
        return self._get_video()

    def stop(self) -> Video:
        """End it early and save.

        Raises
        ------
        CamrecError
        """
        self._backend.stop_recording(self._handle)
        return self.wait()

    def __await__(self) -> Generator[Any, None, Video]:
        return self._wait_async().__await__()

    async def _wait_async(self) -> Video:
        while not await asyncio.to_thread(self._backend.wait, self._handle, WAIT_POLL_INTERVAL_S):
            pass
        return await asyncio.to_thread(self._get_video)

    def _get_video(self) -> Video:
        return Video(self._backend.video(self._info.filename), self._backend)

    def __repr__(self) -> str:
        told = self._info
        return f"<Recording {told.state} {told.elapsed:.1f} s of {told.duration} s>"

    # In a cell.

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        try:
            told = self._info
        except CamrecError as error:
            return progress.render_error(error.text(self._backend.language))
        return progress.render_recording(told, self._backend.language) | {"text/plain": repr(self)}

    def _ipython_display_(self) -> None:
        progress.keep_display_updated(
            self._repr_mimebundle_, lambda: self._backend.wait(self._handle, 0)
        )
