"""Finds positions in a video: a frame number, seconds or a time."""

from __future__ import annotations

import math
from datetime import datetime, timezone
from numbers import Integral, Real
from typing import TypeGuard

import numpy as np

from camrec.clock import NS_PER_SECOND
from camrec.errors import InputError, NotFoundError
from camrec.frames.frame_index import FrameIndex

Position = int | float | np.datetime64 | datetime


def find_frame(at: Position, index: FrameIndex, started_at: int) -> int:
    """Return the number of the frame that is shown at a position.

    Parameters
    ----------
    at
        See `camrec.Video.frame`.
    index
        The frames of the video.
    started_at
        When the video starts: UTC nanoseconds.

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
    elif 0 <= (offset := _to_offset_ns(at, started_at)) < index.duration_ns:
        # If the first frame is not at time 0, it is nevertheless shown from the start.
        number = max(0, int(np.searchsorted(index.offsets, offset, "right")) - 1)
    else:
        number = count
    if not 0 <= number < count:
        length = f"{index.duration_ns / NS_PER_SECOND:.3f}"
        raise NotFoundError("no_frame", at=str(at), count=count, length=length)
    return number


def find_frame_range(
    start: Position | None, stop: Position | None, step: int, index: FrameIndex, started_at: int
) -> range:
    """Return the numbers of the frames from `start` up to but not including `stop`, as slices do.

    Parameters
    ----------
    start, stop, step
        See `camrec.Video.frames`.
    index
        The frames of the video.
    started_at
        When the video starts: UTC nanoseconds.

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
        return int(np.searchsorted(index.offsets, _to_offset_ns(at, started_at), "left"))

    return range(index.shown.size)[bound(start) : bound(stop) : step]


def _is_whole_number(at: object) -> TypeGuard[int]:
    """Return whether `at` is an integer, including numpy's integers."""
    return isinstance(at, Integral) and not isinstance(at, bool)


def _to_offset_ns(at: object, started_at: int) -> int:
    """Return the nanoseconds from the start of the video to `at`."""
    if isinstance(at, np.datetime64) and not np.isnat(at):
        return int(at.astype("datetime64[ns]").astype("i8")) - started_at
    if hasattr(at, "to_datetime64"):  # pandas.Timestamp has nanoseconds
        return _to_offset_ns(at.to_datetime64(), started_at)
    if isinstance(at, datetime):
        zoned = at if at.tzinfo else at.replace(tzinfo=timezone.utc)
        plain = zoned.astimezone(timezone.utc).replace(tzinfo=None)
        return _to_offset_ns(np.datetime64(plain), started_at)
    if isinstance(at, Real) and not isinstance(at, bool):
        seconds = float(at)
        if math.isfinite(seconds):
            return round(seconds * NS_PER_SECOND)
    raise InputError("bad_place")
