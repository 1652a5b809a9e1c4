"""Which pictures of several videos belong together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from camrec.clock import NS_PER_SECOND
from camrec.errors import InputError
from camrec.frames.optional_imports import import_optional

if TYPE_CHECKING:
    import pandas


def align(times: Sequence[np.ndarray], tolerance: float | np.timedelta64) -> pandas.DataFrame:
    """See `camrec.align`; `times` are those of each video, (n,) datetime64[ns]."""
    (pandas,) = import_optional("pandas")
    if not times:
        raise InputError("nothing_to_align")
    moments = times[0]
    columns = {}
    for video, those in enumerate(times):
        frame = find_nearest(those, moments)
        distance = those[frame] - moments
        far = np.abs(distance) > _to_timedelta(tolerance)
        columns[video, "frame"] = pandas.array(frame, "Int64")
        columns[video, "frame"][far] = pandas.NA
        columns[video, "distance"] = np.where(far, np.nan, distance.astype("i8") / NS_PER_SECOND)
    index = pandas.DatetimeIndex(moments, tz="UTC", name="time")
    table = pandas.DataFrame(columns, index)
    table.columns.names = ["video", None]
    return table


def find_nearest(times: np.ndarray, moments: np.ndarray) -> np.ndarray:
    """(m,) int64: which of `times`, sorted, is the nearest to each moment; the earlier of two."""
    after = np.searchsorted(times, moments).clip(1, max(1, times.size - 1))
    before = after - 1
    after = after.clip(max=times.size - 1)
    return np.where(moments - times[before] <= times[after] - moments, before, after)


def _to_timedelta(tolerance: float | np.timedelta64) -> np.timedelta64:
    if isinstance(tolerance, np.timedelta64) or hasattr(tolerance, "to_timedelta64"):
        return np.timedelta64(tolerance, "ns")
    return np.timedelta64(round(tolerance * NS_PER_SECOND), "ns")
