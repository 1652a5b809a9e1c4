"""Finds positions in a video: a frame number, seconds or a time."""

from __future__ import annotations

import math
from datetime import datetime, timezone
from numbers import Integral, Real
from typing import TypeGuard

import numpy as np
import numpy.typing as npt

from camrec.clock import NS_PER_SECOND
from camrec.errors import InputError, NotFoundError
from camrec.frames.frame_index import FrameIndex
from camrec.frames.utc_map import VideoUtc

Position = int | float | np.datetime64 | datetime


def find_frame(at: Position, index: FrameIndex, utc: VideoUtc) -> int:
    """Return the number of the frame that is shown at a position.

    Parameters
    ----------
    at
        See `camrec.Video.frame`.
    index
        The frames of the video.
    utc
        When each of its moments was.

    Raises
    ------
    InputError
        ``bad_place``: `at` is not a position.
    NotFoundError
        ``no_frame``: `at` is outside of the video.
    """
    count = index.shown.size
    if _is_whole_number(at):
        number = int(at) + count if at < 0 else int(at)
    else:
        offset, offsets, end = _locate(at, index, utc)
        # If the first frame is not at time 0, it is nevertheless shown from the start.
        number = max(0, int(np.searchsorted(offsets, offset, "right")) - 1)
        number = number if 0 <= offset < end else count
    if not 0 <= number < count:
        length = f"{index.duration_ns / NS_PER_SECOND:.3f}"
        raise NotFoundError("no_frame", at=str(at), count=count, length=length)
    return number


def find_frame_range(
    start: Position | None, stop: Position | None, step: int, index: FrameIndex, utc: VideoUtc
) -> range:
    """Return the numbers of the frames from `start` up to but not including `stop`, as slices do.

    Parameters
    ----------
    start, stop, step
        See `camrec.Video.frames`.
    index
        The frames of the video.
    utc
        When each of its moments was.

    Raises
    ------
    InputError
        ``bad_place``: `start` or `stop` is not a position. ``bad_step``: `step` is not a whole
        number of at least 1.
    """
    if not _is_whole_number(step) or step < 1:
        raise InputError("bad_step")

    def bound(at: Position | None) -> int | None:
        if at is None or _is_whole_number(at):
            return at
        offset, offsets, _ = _locate(at, index, utc)
        return int(np.searchsorted(offsets, offset, "left"))

    return range(index.shown.size)[bound(start) : bound(stop) : step]


def _is_whole_number(at: object) -> TypeGuard[int]:
    """Return whether `at` is an integer, including numpy's integers."""
    return isinstance(at, Integral) and not isinstance(at, bool)


def _locate(at: object, index: FrameIndex, utc: VideoUtc) -> tuple[int, npt.NDArray[np.int64], int]:
    """Return `at`, each frame and the end of the video, all in nanoseconds from its start.

    For a time these are nanoseconds of UTC, otherwise of the video.
    """
    offset = _to_offset_ns(at, utc.started_at)
    if isinstance(at, Real):
        return offset, index.offsets, index.duration_ns
    (end,) = utc.elapsed(np.array([index.duration_ns]))
    return offset, utc.elapsed(index.offsets), int(end)


def to_utc_ns(at: object) -> int | None:
    """Return a time in UTC nanoseconds, or None if `at` is no time.

    Parameters
    ----------
    at
        A `numpy.datetime64`, a `pandas.Timestamp`, or a `datetime.datetime` (UTC if it has no time
        zone).
    """
    if isinstance(at, np.datetime64) and not np.isnat(at):
        return int(at.astype("datetime64[ns]").astype("i8"))
    if hasattr(at, "to_datetime64"):  # pandas.Timestamp has nanoseconds
        return to_utc_ns(at.to_datetime64())
    if isinstance(at, datetime):
        zoned = at if at.tzinfo else at.replace(tzinfo=timezone.utc)
        plain = zoned.astimezone(timezone.utc).replace(tzinfo=None)
        return to_utc_ns(np.datetime64(plain))
    return None


def find_time(at: Position, index: FrameIndex, utc: VideoUtc) -> int:
    """Return when a position in a video was: UTC nanoseconds.

    Parameters
    ----------
    at
        See `camrec.Video.frame`. Seconds and times may lie between two frames, or outside of the
        video.
    index
        The frames of the video.
    utc
        When each of its moments was.

    Raises
    ------
    InputError
        ``bad_place``: `at` is not a position.
    NotFoundError
        ``no_frame``: there is no frame of this number.
    """
    if (time := to_utc_ns(at)) is not None:
        return time
    offset = _to_offset_ns(at, utc.started_at)
    if _is_whole_number(at):
        offset = int(index.offsets[find_frame(at, index, utc)])
    (elapsed,) = utc.elapsed(np.array([offset]))
    return utc.started_at + int(elapsed)


def _to_offset_ns(at: object, started_at: int) -> int:
    """Return the nanoseconds from the start of the video to `at`."""
    if (time := to_utc_ns(at)) is not None:
        return time - started_at
    if isinstance(at, Real) and not isinstance(at, bool):
        seconds = float(at)
        if math.isfinite(seconds):
            return round(seconds * NS_PER_SECOND)
    raise InputError("bad_place")
