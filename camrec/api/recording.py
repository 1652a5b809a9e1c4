"""Recordings of a camera."""

from __future__ import annotations

import asyncio
from collections.abc import Container, Generator

from camrec import schema
from camrec.api import progress
from camrec.api.backend import Backend, RecordingHandle
from camrec.api.video import Video
from camrec.errors import CamrecError

# An awaited recording is waited for in a thread. After a cancellation it ends within this time.
WAIT_POLL_INTERVAL_S = 0.5


class Recording:
    """One timed act of recording a camera. A notebook cell shows its progress.

    ``await recording`` returns the video, as `wait` does, without blocking the event loop.
    """

    def __init__(self, backend: Backend, handle: RecordingHandle) -> None:
        self._backend = backend
        self._handle = handle

    @property
    def recording_id(self) -> str:
        """The id that the REST API uses."""
        return self._handle.recording_id

    @property
    def state(self) -> str:
        """ "scheduled", "writing", "waiting", "finalising", "saved" or "failed"."""
        return self._handle.info().state

    @property
    def elapsed(self) -> float:
        """Seconds since it started."""
        return self._handle.info().elapsed

    @property
    def progress(self) -> float:
        """How much of it is done, 0 to 1."""
        return progress.fraction_done(self._handle.info())

    def wait(self, timeout: float | None = None) -> Video:
        """Wait until the recording is saved, and return its video.

        Parameters
        ----------
        timeout
            Seconds; without a limit by default.

        Raises
        ------
        TimeoutError
            The recording is not saved within `timeout` seconds. It continues.
        CamrecError
            It could not be saved; the error says where its segments are.
        """
        if not self._handle.wait(timeout):
            raise TimeoutError(f"still {self.state} after {timeout} s")
        return self._video()

    def stop(self) -> Video:
        """End the recording early, wait until it is saved, and return its video.

        Raises
        ------
        CamrecError
            It could not be saved; the error says where its segments are.
        """
        self._handle.stop()
        return self.wait()

    def __await__(self) -> Generator[object, None, Video]:
        """Return the video when the recording is saved, without blocking the event loop."""
        return self._wait_async().__await__()

    async def _wait_async(self) -> Video:
        while not await asyncio.to_thread(self._handle.wait, WAIT_POLL_INTERVAL_S):
            pass
        return await asyncio.to_thread(self._video)

    def _video(self) -> Video:
        return Video(self._handle.video(), self._backend)

    def __repr__(self) -> str:
        """Return the state and the progress."""
        info = self._handle.info()
        return f"<Recording {info.state} {info.elapsed:.1f} s of {info.duration} s>"

    # In a notebook cell.

    def _repr_mimebundle_(
        self, include: Container[str] | None = None, exclude: Container[str] | None = None
    ) -> dict[str, str]:
        try:
            info: schema.RecordingReply = self._handle.info()
        except CamrecError as error:
            return progress.render_error(error.text(self._backend.language))
        return progress.render_recording(info, self._backend.language) | {"text/plain": repr(self)}

    def _ipython_display_(self) -> None:
        progress.keep_display_updated(self._repr_mimebundle_, lambda: self._handle.wait(0))
