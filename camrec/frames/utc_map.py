"""The UTC of each moment of a video, by its start and by how the camera's clock drifted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from camrec.clock import NS_PER_SECOND


@dataclass(frozen=True)
class VideoUtc:
    """When each moment of a video was.

    started_at : when the video starts: UTC nanoseconds.
    points : `Receipt.utc_map`.
    """

    started_at: int
    points: tuple[tuple[float, float], ...] = ()

    def elapsed(self, offsets: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return the nanoseconds of UTC since the start, at nanoseconds of the video."""
        if not self.points:
            return offsets
        at, shift = (np.array(each) * NS_PER_SECOND for each in zip(*self.points, strict=True))
        moved: npt.NDArray[np.int64] = offsets + np.rint(np.interp(offsets, at, shift)).astype("i8")
        return moved

    def offsets(self, elapsed: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return the nanoseconds of the video, at nanoseconds of UTC since its start."""
        if not self.points:
            return elapsed
        at, shift = (np.array(each) * NS_PER_SECOND for each in zip(*self.points, strict=True))
        moved: npt.NDArray[np.int64] = elapsed - np.rint(
            np.interp(elapsed, at + shift, shift)
        ).astype("i8")
        return moved

    def times(self, offsets: npt.NDArray[np.int64]) -> npt.NDArray[np.datetime64]:
        """Return the UTC at nanoseconds of the video: datetime64[ns]."""
        return (self.started_at + self.elapsed(offsets)).astype("datetime64[ns]")
