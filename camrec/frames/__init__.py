"""Reads videos as data: any frame by its number or time, aligned videos, lazy arrays."""

from camrec.frames.align import align_times
from camrec.frames.dask_array import to_dask_array
from camrec.frames.frame_access import VideoFrames
from camrec.frames.optional_imports import optional_packages
from camrec.frames.positions import Position, to_utc_ns
from camrec.frames.utc_map import VideoUtc

__all__ = [
    "Position",
    "VideoFrames",
    "VideoUtc",
    "align_times",
    "optional_packages",
    "to_dask_array",
    "to_utc_ns",
]
