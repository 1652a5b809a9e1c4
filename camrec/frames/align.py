"""Finds the frames of several videos that were taken at the same time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from camrec.clock import NS_PER_SECOND
from camrec.errors import InputError
from camrec.frames.optional_imports import optional_packages

if TYPE_CHECKING:
    import pandas


def align_times(
    times: Sequence[npt.NDArray[np.datetime64]],
    tolerance: float | np.timedelta64,
    delays: Sequence[float] | None = None,
) -> pandas.DataFrame:
    """For each frame of the first video, find the nearest frame of every video.

    Parameters
    ----------
    times
        The times of the frames of each video: (n,) datetime64[ns], increasing.
    tolerance
        The largest distance in time: seconds, or a `numpy.timedelta64`.
    delays
        The delay of each video, seconds, to be taken off its times; None: take nothing off.

    Returns
    -------
    The table that `camrec.align` describes.

    Raises
    ------
    InputError
        ``nothing_to_align``: `times` is empty.
    ServiceError
        ``package_missing``: pandas is not installed.
    """
    with optional_packages():
        import pandas
    if not times:
        raise InputError("nothing_to_align")
    if delays is not None:
        times = [
            frame_times - _to_timedelta(delay)
            for frame_times, delay in zip(times, delays, strict=True)
        ]
    moments = times[0]
    largest_distance = _to_timedelta(tolerance)
    columns: dict[tuple[int, str], npt.NDArray[np.float64] | pandas.api.extensions.ExtensionArray]
    columns = {}
    for video, frame_times in enumerate(times):
        frame = find_nearest(frame_times, moments)
        distance = frame_times[frame] - moments
        too_far = np.abs(distance) > largest_distance
        numbers = pandas.array(frame, "Int64")
        numbers[too_far] = pandas.NA
        columns[video, "frame"] = numbers
        seconds = distance.astype(np.int64) / NS_PER_SECOND
        columns[video, "distance"] = np.where(too_far, np.nan, seconds)
    index = pandas.DatetimeIndex(moments, tz="UTC", name="time")
    table: pandas.DataFrame = pandas.DataFrame(columns, index)
    table.columns.names = ["video", None]
    return table


def find_nearest(
    times: npt.NDArray[np.datetime64], moments: npt.NDArray[np.datetime64]
) -> npt.NDArray[np.int64]:
    """Find the time that is nearest to each moment; of two equally near ones, the earlier one.

    Parameters
    ----------
    times
        (n,) datetime64[ns], increasing.
    moments
        (m,) datetime64[ns].

    Returns
    -------
    (m,) int64, indexes into `times`.
    """
    after = np.searchsorted(times, moments).clip(1, max(1, times.size - 1))
    before = after - 1
    after = after.clip(max=times.size - 1)
    return np.where(moments - times[before] <= times[after] - moments, before, after)


def _to_timedelta(tolerance: float | np.timedelta64) -> np.timedelta64:
    if isinstance(tolerance, np.timedelta64):
        nanoseconds: np.timedelta64 = tolerance.astype("timedelta64[ns]")
        return nanoseconds
    if hasattr(tolerance, "to_timedelta64"):  # pandas.Timedelta
        return _to_timedelta(tolerance.to_timedelta64())
    return np.timedelta64(round(tolerance * NS_PER_SECOND), "ns")
