"""Finished videos."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from camrec import frames, library
from camrec.api.local import local_backend
from camrec.receipt import Gap, Receipt

if TYPE_CHECKING:
    import dask.array

    from camrec.api.backend import Backend
    from camrec.dashboard import VideoView


class Video:
    """A finished video, its receipt and its frames.

    Any thread may use it, and it can be sent to another process (pickled) that reaches its file.
    """

    def __init__(self, found: library.VideoFile, backend: Backend | None = None) -> None:
        self._found = found
        self._backend = backend

    @property
    def path(self) -> Path:
        """Of the file; where it lies on another storage, a `upath.UPath`."""
        return self._found.path

    @property
    def receipt(self) -> Receipt | None:
        """What is known of it; None where camrec did not make it."""
        return self._found.receipt

    @property
    def started_at(self) -> np.datetime64:
        """When its time 0 was: UTC, datetime64[ns].

        From its receipt, which also says how far it may be wrong (``utc_uncertainty``, seconds).
        Without a receipt it is the file's own ``creation_time``, else its last change less its
        length, which is a guess.
        """
        return np.datetime64(self._found.started_at, "ns")

    @property
    def duration(self) -> float:
        """Seconds, from its first frame to the end of its last."""
        return self._found.duration

    @property
    def gaps(self) -> Sequence[Gap]:
        """Times without frames: ``start`` from the start of the video, ``duration``; seconds."""
        return self._found.receipt.gaps if self._found.receipt else ()

    def times(self) -> np.ndarray:
        """When each frame that it shows was taken.

        `started_at` and the time that the frame has in the file, which is the camera's own to a
        tick of 1/90000 s. Frames that an edit list hides (the lead before the button) are not
        counted: frame 0 is the first that is shown.

        Returns
        -------
        (n,) datetime64[ns], UTC, increasing.

        Raises
        ------
        NotFoundError
            ``no_video``, ``no_pictures``: the file is not there, or cannot be read.
        """
        return self._frame_access.times()

    def frame(self, at: frames.Position) -> tuple[np.datetime64, np.ndarray]:
        """One frame, exact to the frame.

        The file stays open: a frame after the one before is decoded on from there.

        Parameters
        ----------
        at
            A whole number is the frame's number, from the end where it is negative; a float is
            seconds from the start; a `numpy.datetime64` or a `datetime.datetime` is a time (UTC
            where it has no zone). Between two frames it is the one that is shown then.

        Returns
        -------
        time
            UTC, datetime64[ns].
        array
            (H, W, 3) uint8, RGB.

        Raises
        ------
        InputError
            ``bad_place``: `at` is none of these.
        NotFoundError
            ``no_frame``: the video does not reach there; ``no_video``, ``no_pictures``.
        """
        return self._frame_access.frame(at)

    def frames(
        self,
        start: frames.Position | None = None,
        stop: frames.Position | None = None,
        step: int = 1,
    ) -> Iterator[tuple[np.datetime64, np.ndarray]]:
        """Its frames in order, one at a time, so that a long video fits into memory.

        Parameters
        ----------
        start, stop
            As for `frame`; `stop` is excluded. Seconds and times take the frames from `start`
            on and before `stop`. What lies outside of the video is cut off, as in a slice.
        step
            Every how many frames, 1 or more.

        Returns
        -------
        An iterator of (time, array): UTC as datetime64[ns], and (H, W, 3) uint8, RGB.

        Raises
        ------
        InputError
            ``bad_place``, ``bad_step``.
        NotFoundError
            ``no_video``, ``no_pictures``.
        """
        return self._frame_access.frames(start, stop, step)

    def to_dask(self) -> dask.array.Array:
        """All its frames as a lazy array, for any Dask cluster that reaches the file.

        Each chunk is one group, from a key frame to the next, and is decoded by itself, so that
        nothing is decoded twice. Needs ``camrec[data]``.

        Returns
        -------
        (n, H, W, 3) uint8, RGB.

        Raises
        ------
        ServiceError
            ``package_missing``.
        NotFoundError
            ``no_video``, ``no_pictures``.
        """
        from camrec.frames import dask_array

        return dask_array.to_dask_array(self._frame_access)

    def view(self, width: int | None = None) -> VideoView:
        """A player, for a cell or any Panel page; of a video in any folder, or on any storage.

        Parameters
        ----------
        width
            In pixels; as wide as there is room by default.
        """
        from camrec.dashboard import VideoView

        backend = self._backend or local_backend()
        base_url, poster = backend.playback_url(self._found)
        return VideoView(self._found, base_url, width, backend.language, poster=poster)

    def close(self) -> None:
        """Let the file go; it is opened again when a frame is asked for."""
        self._frame_access.close()

    @cached_property
    def _frame_access(self) -> frames.VideoFrames:
        path = self._found.path
        return frames.VideoFrames(path, self._found.started_at, library.frame_index_path(path))

    def __getstate__(self) -> dict[str, Any]:
        return {"_found": self._found, "_backend": None}

    def __repr__(self) -> str:
        return f"<Video {self._found.filename!r} {self.duration:.2f} s>"
