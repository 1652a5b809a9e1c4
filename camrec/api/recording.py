"""Recordings of a camera."""

from __future__ import annotations

import asyncio
from collections.abc import Container, Generator
from datetime import datetime

import numpy as np

from camrec import schema
from camrec.annotations import Event, EventValue
from camrec.api import progress
from camrec.api.backend import Backend, RecordingHandle
from camrec.api.events import mark_recordings
from camrec.api.video import Video
from camrec.clock import NS_PER_SECOND, iso_to_utc_ns
from camrec.errors import CamrecError, NotFoundError, StateError

# An awaited recording is waited for in a thread. After a cancellation it ends within this time.
WAIT_POLL_INTERVAL_S = 0.5


class Recording:
    """One act of recording a camera, with an end or without. A notebook cell shows its progress.

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
        """Seconds since it started, up to its end; 0 before it starts."""
        return self._handle.info().elapsed

    @property
    def progress(self) -> float:
        """How much of it is done, 0 to 1; 0 while one without an end runs."""
        return progress.fraction_done(self._handle.info())

    def wait(self, timeout: float | None = None) -> Video:
        """Wait until the recording is saved, and return its video.

        If it was saved as several videos, this is the first one; `videos` returns all.

        Parameters
        ----------
        timeout
            Seconds; without a limit by default.

        Raises
        ------
        TimeoutError
            The recording is not saved within `timeout` seconds. It continues.
        NotFoundError
            ``no_video``: its video was deleted.
        CamrecError
            It could not be saved; the error says where its segments are. Or there is nothing to
            save, such as ``recording_empty``: no frame arrived.
        """
        if not self._handle.wait(timeout):
            raise TimeoutError(f"still {self.state} after {timeout} s")
        return self._video()

    def stop(self) -> Video:
        """End the recording early, wait until it is saved, and return its video.

        Raises
        ------
        StateError
            ``recording_cancelled``: it was scheduled, and does not start any more.
        CamrecError
            As `wait`.
        """
        self._handle.stop()
        return self.wait()

    def mark(
        self,
        text: str = "",
        *,
        at: np.datetime64 | datetime | None = None,
        length: float | None = None,
        value: EventValue | None = None,
    ) -> Event:
        """Mark an event: something that happens or happened during the recording.

        The event is on the disk when this returns, and is later in the receipt of the video.

        Parameters
        ----------
        text, length, value
            As for `camrec.mark`.
        at
            As for `camrec.mark`. It is required once the recording has ended.

        Raises
        ------
        InputError
            ``event_before_start``, ``event_after_end``: `at` is outside of the recording; and as
            `camrec.mark`.
        StateError
            ``not_recording``: the recording has not begun, has failed, or has ended and `at` is
            not given. ``no_video_then``: the video of that moment was deleted. ``events_full``.
        ServiceError
            ``folder_unwritable``: the disk cannot be written. The event is not stored.
        """
        [event] = mark_recordings(self._backend, text, at, length, value, [self.recording_id])
        return event

    def __await__(self) -> Generator[object, None, Video]:
        """Return the video when the recording is saved, without blocking the event loop."""
        return self._wait_async().__await__()

    async def _wait_async(self) -> Video:
        while not await asyncio.to_thread(self._handle.wait, WAIT_POLL_INTERVAL_S):
            pass
        return await asyncio.to_thread(self._video)

    def videos(self) -> list[Video]:
        """Return the videos that were saved so far, in order.

        A recording without an end is saved as one video after another.
        """
        return [Video(each, self._backend) for each in self._handle.videos()]

    def extend(self, seconds: float) -> None:
        """Let the recording end later. Return once the disk knows it.

        Beyond 24 hours it becomes a series of videos.

        Parameters
        ----------
        seconds
            After the end that it has now; negative: earlier.

        Raises
        ------
        InputError
            ``bad_end``: that is not later than now.
        StateError
            ``not_recording``: it has ended. ``no_end``: it runs until it is stopped.
        ServiceError
            ``folder_unwritable``: the disk cannot be written. The end has not changed.
        """
        ends_at = self._handle.info().ends_at
        if ends_at is None:
            raise StateError("no_end")
        self._handle.change_end(iso_to_utc_ns(ends_at) + round(seconds * NS_PER_SECOND))

    def _video(self) -> Video:
        videos = self.videos()
        if not videos:
            raise NotFoundError("no_video", filename="")
        return videos[0]

    def __repr__(self) -> str:
        """Return the state and the progress."""
        info = self._handle.info()
        of = "" if info.duration is None else f" of {info.duration} s"
        return f"<Recording {info.state} {info.elapsed:.1f} s{of}>"

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
