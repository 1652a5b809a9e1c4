"""Where in a video something is: a number, a second or a time."""

from __future__ import annotations

from datetime import datetime, timezone
from numbers import Integral, Real

import numpy as np

from camrec.clock import NS_PER_SECOND
from camrec.errors import InputError, NotFoundError
from camrec.frames.frame_index import FrameIndex

Position = int | float | np.datetime64 | datetime


def find_frame(at: Position, index: FrameIndex, begun: int) -> int:
    """The number of the picture that is shown at a place.

    Raises
    ------
    InputError
        ``bad_place``: it is none of the kinds.
    NotFoundError
        ``no_frame``: the video does not reach there.
    """
    count = index.shown.size
    if _is_number(at):
        number = int(at) + count if at < 0 else int(at)
    elif 0 <= (moment := _to_offset_ns(at, begun)) < index.duration_ns:
        # A file whose first picture comes late shows that one from the start.
        number = max(0, int(np.searchsorted(index.offsets, moment, "right")) - 1)
    else:
        number = count
    if not 0 <= number < count:
        length = f"{index.duration_ns / NS_PER_SECOND:.3f}"
        raise NotFoundError("no_frame", at=str(at), count=count, length=length)
    return number


def find_frame_range(
    start: Position | None, stop: Position | None, step: int, index: FrameIndex, begun: int
) -> range:
    """The numbers of the pictures from `start` up to before `stop`, as a slice takes them.

    Raises InputError (``bad_place``, ``bad_step``).
    """
    if not _is_number(step) or step < 1:
        raise InputError("bad_step")
    count = index.shown.size
    bounds = []
    for place in (start, stop):
        if place is None or _is_number(place):
            bounds.append(place)
        else:
            bounds.append(int(np.searchsorted(index.offsets, _to_offset_ns(place, begun), "left")))
    return range(count)[slice(*bounds, step)]


def _is_number(place: object) -> bool:
    return isinstance(place, Integral) and not isinstance(place, bool)


def _to_offset_ns(place: object, begun: int) -> int:
    """Nanoseconds from the start."""
    if isinstance(place, np.datetime64) and not np.isnat(place):
        return int(place.astype("datetime64[ns]").astype("i8")) - begun
    if hasattr(place, "to_datetime64"):  # pandas, which tells nanoseconds so
        return _to_offset_ns(place.to_datetime64(), begun)
    if isinstance(place, datetime):
        zoned = place if place.tzinfo else place.replace(tzinfo=timezone.utc)
        plain = zoned.astimezone(timezone.utc).replace(tzinfo=None)
        return _to_offset_ns(np.datetime64(plain), begun)
    if isinstance(place, Real) and not isinstance(place, bool) and np.isfinite(place):
        return round(float(place) * NS_PER_SECOND)
    raise InputError("bad_place")
