"""Finished videos and their frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from camrec.annotations import Event, EventValue
from camrec.api.backend import Backend, VideoHandle
from camrec.api.events import to_dataframe, to_fields
from camrec.api.process_state import local_backend
from camrec.errors import NotFoundError
from camrec.frames import Position, VideoFrames, to_dask_array
from camrec.library import PlacedEvent, frame_index_path, read_events
from camrec.receipt import Gap, Receipt

if TYPE_CHECKING:
    import dask.array
    import pandas

    from camrec.dashboard import VideoView


class Video:
    """A finished video, its receipt and its frames.

    Any thread may use it. It can be sent to another process (pickled) that can read its file.
    """

    def __init__(self, handle: VideoHandle, backend: Backend | None = None) -> None:
        self._handle = handle
        self._backend = backend

    @property
    def path(self) -> Path:
        """The file; a `upath.UPath` if it is on another storage.

        The file of a `Connection` is downloaded first, into the user's cache folder.
        """
        return self._handle.path

    @property
    def receipt(self) -> Receipt | None:
        """What is known about the video; None if camrec did not record it."""
        return self._handle.receipt

    @property
    def started_at(self) -> np.datetime64:
        """The time of its start: UTC, datetime64[ns].

        It comes from the receipt, which also says how exact it is (``utc_uncertainty``, seconds).
        Without a receipt it is the ``creation_time`` in the file. If that is missing too, it is the
        time of the file's last change minus the duration, which is a guess.
        """
        return np.datetime64(self._handle.started_at, "ns")

    @property
    def duration(self) -> float:
        """Seconds from the first frame to the end of the last one."""
        return self._handle.duration

    @property
    def gaps(self) -> Sequence[Gap]:
        """The times without frames, each with a ``start`` and a ``duration`` in seconds.

        ``start`` counts from the start of the video. Without a receipt the sequence is empty.
        """
        receipt = self._handle.receipt
        return receipt.gaps if receipt else ()

    def times(self) -> npt.NDArray[np.datetime64]:
        """Return when each frame was taken.

        It is `started_at` plus the timestamp of the frame in the file. That is the camera's own
        timestamp, exact to a tick of 1/90000 s, unless the receipt says that the times were
        corrected (`retimed`) or dated by the camera's clock (`utc_map`). Frame 0 is the first frame
        that is shown: frames from before Record was pressed, which an edit list hides, do not
        count.

        Returns
        -------
        (n,) datetime64[ns], UTC, increasing.

        Raises
        ------
        NotFoundError
            ``no_video``, ``video_evicted``, ``no_pictures``: the file does not exist, was deleted
            by retention, or cannot be read.
        """
        return self._frame_access.times()

    def frame(self, at: Position) -> tuple[np.datetime64, npt.NDArray[np.uint8]]:
        """Return one frame, exact to the frame.

        The file stays open, so the next frames are decoded without a new seek.

        Parameters
        ----------
        at
            An integer is the number of the frame; a negative one counts from the end. A float is
            seconds from the start. A `numpy.datetime64` or a `datetime.datetime` is a time (UTC if
            it has no time zone). A time between two frames selects the earlier frame, which a
            player shows at that time.

        Returns
        -------
        time
            UTC, datetime64[ns].
        array
            (H, W, 3) uint8, RGB.

        Raises
        ------
        InputError
            ``bad_place``: `at` has another type, or is NaN, infinite or NaT.
        NotFoundError
            ``no_frame``: `at` is outside of the video. ``no_video``, ``video_evicted``,
            ``no_pictures``: the file does not exist, was deleted by retention, or cannot be read.
        """
        return self._frame_access.frame(at)

    def frames(
        self,
        start: Position | None = None,
        stop: Position | None = None,
        step: int = 1,
    ) -> Iterator[tuple[np.datetime64, npt.NDArray[np.uint8]]]:
        """Iterate over frames in order. Only one is in memory at a time.

        Parameters
        ----------
        start, stop
            As for `frame`, but the frame at `stop` is excluded. Seconds and times select the
            frames that begin at `start` or later, and before `stop`. As in a slice, both may be
            outside of the video.
        step
            1 for every frame, 2 for every second frame, and so on.

        Returns
        -------
        An iterator of (time, array): UTC as datetime64[ns], and (H, W, 3) uint8, RGB.

        Raises
        ------
        InputError
            ``bad_place``, ``bad_step``: an argument is not valid.
        NotFoundError
            ``no_video``, ``video_evicted``, ``no_pictures``: the file does not exist, was deleted
            by retention, or cannot be read.
        """
        return self._frame_access.frames(start, stop, step)

    @property
    def details(self) -> dict[str, str]:
        """The details of its recording, such as subject and condition; empty without a receipt."""
        receipt = self._handle.receipt
        return dict(receipt.details) if receipt else {}

    def events(self) -> pandas.DataFrame:
        """Make a table of what happened during the video. Needs ``camrec[data]``.

        One row per event, the earliest first. The index is when it happened or began, UTC. Columns:
        ``second``, from the start of the video; ``frame``, the number of the frame that is shown
        then; ``in_gap``, true if there is no frame of that moment, so that ``frame`` is the last
        one before; ``length``, seconds; ``text``; ``value``, a number, a string or None;
        ``source``, who marked it; ``id``.

        Raises
        ------
        ServiceError
            ``package_missing``: pandas is not installed.
        """
        return to_dataframe(self._read_events())

    def mark(
        self,
        at: Position,
        text: str = "",
        *,
        length: float | None = None,
        value: EventValue | None = None,
    ) -> Event:
        """Mark an event in the video. Its receipt contains it when this returns.

        Parameters
        ----------
        at
            As for `frame`: a frame number, seconds from the start, or a time.
        text, length, value
            As for `camrec.mark`.

        Raises
        ------
        InputError
            ``event_before_start``, ``event_after_end``: `at` is outside of the video;
            ``bad_place``; and as `camrec.mark`.
        NotFoundError
            ``no_frame``, ``no_video``.
        StateError
            ``no_receipt_for_events``: camrec did not record the video. ``video_elsewhere``: it is
            not in the videos folder. ``events_full``.
        ServiceError
            ``folder_unwritable``: the disk cannot be written. The event is not stored.
        """
        moment = self._frame_access.time_of(at)
        fields = to_fields(text, length, value)
        backend = self._backend or local_backend()
        return backend.mark_video(self._handle, fields, moment)

    def around(
        self, text: str, before: float, after: float
    ) -> Iterator[tuple[Event, Iterator[tuple[np.datetime64, npt.NDArray[np.uint8]]]]]:
        """Iterate over the events with a text, each with the frames around it.

        Parameters
        ----------
        text
            The whole text of the events.
        before, after
            Seconds before the event begins, and after it ends.

        Returns
        -------
        An iterator of (event, frames). The frames are an iterator of (time, array): UTC as
        datetime64[ns], and (H, W, 3) uint8, RGB.

        Raises
        ------
        NotFoundError
            ``no_video``, ``video_evicted``, ``no_pictures``: the file does not exist, was deleted
            by retention, or cannot be read.
        """
        for each in self._read_events():
            if each.event.text == text:
                start = max(0.0, each.second - before)
                stop = each.second + (each.event.length or 0.0) + after
                yield each.event, self.frames(start, stop)

    def to_dask(self) -> dask.array.Array:
        """Make a lazy array of all frames, for any Dask cluster that can read the file.

        Each chunk is one GOP: a key frame and the frames up to the next one. Chunks are decoded
        independently, and no frame is decoded twice. Needs ``camrec[data]``.

        Returns
        -------
        (n, H, W, 3) uint8, RGB.

        Raises
        ------
        ServiceError
            ``package_missing``: Dask is not installed.
        NotFoundError
            ``no_video``, ``video_evicted``, ``no_pictures``: the file does not exist, was deleted
            by retention, or cannot be read.
        """
        return to_dask_array(self._frame_access)

    def view(self, width: int | None = None) -> VideoView:
        """Return a player for a cell or any Panel page. The video may be on any storage.

        Parameters
        ----------
        width
            Pixels; by default as wide as its container, at most 640.
        """
        from camrec.dashboard import VideoView

        backend = self._backend or local_backend()
        base_url, has_thumbnail = backend.playback_url(self._handle)
        return VideoView(self._handle, base_url, width, backend.language, poster=has_thumbnail)

    def close(self) -> None:
        """Close the file; it is opened again when a frame is read."""
        if not self._is_evicted:
            self._frame_access.close()

    def _read_events(self) -> list[PlacedEvent]:
        """Read the events again, because they may have changed."""
        if self._backend is not None:
            return self._backend.events(self._handle)
        return read_events(self._handle.path)

    @property
    def _is_evicted(self) -> bool:
        receipt = self._handle.receipt
        return receipt is not None and receipt.evicted_at is not None

    @cached_property
    def _frame_access(self) -> VideoFrames:
        path = self._handle.path
        receipt = self._handle.receipt
        if self._is_evicted:
            raise NotFoundError("video_evicted", filename=self._handle.filename)
        utc_map = () if receipt is None else receipt.utc_map
        return VideoFrames(path, self._handle.started_at, frame_index_path(path), utc_map)

    def __reduce__(self) -> tuple[type[Video], tuple[VideoHandle]]:
        """Pickle the video without its backend: another process opens the file itself."""
        return Video, (self._handle,)

    def __repr__(self) -> str:
        """Return the file name and the duration."""
        return f"<Video {self._handle.filename!r} {self.duration:.2f} s>"
