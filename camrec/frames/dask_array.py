"""Makes a lazy array of a video for any Dask cluster, with one GOP in each chunk."""

from __future__ import annotations

from itertools import chain, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from camrec import remote_files
from camrec.frames.frame_access import VideoFrames
from camrec.frames.frame_index import SeekTarget
from camrec.frames.frame_reader import FrameReader
from camrec.frames.optional_imports import optional_packages

if TYPE_CHECKING:
    import dask.array


def to_dask_array(frames: VideoFrames) -> dask.array.Array:
    """Make a lazy array of all frames: (n, H, W, 3) uint8, RGB. See `camrec.Video.to_dask`."""
    with optional_packages():
        import dask.array
        import dask.base
        from dask.delayed import delayed
    index = frames.index
    size = index.height, index.width
    key_ticks = index.key_frame_ticks
    gop_starts = np.flatnonzero(np.diff(key_ticks, prepend=key_ticks[0] - 1)).tolist()
    token = dask.base.tokenize(str(frames.path), remote_files.read_stamp(frames.path))
    read_lazily = delayed(read_gop)
    chunks = []
    for first, end in pairwise([*gop_starts, index.shown.size]):
        frames_of_gop = read_lazily(
            frames.path,
            np.array([index.seek_target(number) for number in range(first, end)]),
            np.array(list(index.seek_targets(first))[1:], np.int64).reshape(-1, 3),
            size,
            dask_key_name=f"camrec-group-{token}-{first}",
        )
        chunks.append(dask.array.from_delayed(frames_of_gop, (end - first, *size, 3), np.uint8))
    array: dask.array.Array = dask.array.concatenate(chunks)
    return array


def read_gop(
    path: Path,
    targets: npt.NDArray[np.int64],
    fallbacks: npt.NDArray[np.int64],
    size: tuple[int, int],
) -> npt.NDArray[np.uint8]:
    """Decode the frames of one GOP.

    Parameters
    ----------
    path
        The video.
    targets
        (n, 3) int64, a `SeekTarget` in each row.
    fallbacks
        (m, 3) int64, further seek targets for the first frame of the GOP, at earlier key frames.
    size
        Height and width in pixels.

    Returns
    -------
    (n, H, W, 3) uint8, RGB.
    """
    frames = np.empty((len(targets), *size, 3), np.uint8)
    reader = FrameReader(path)
    try:
        for row, (tick, start, seek_tick) in enumerate(targets.tolist()):
            others = (SeekTarget(tick, *fallback[1:]) for fallback in fallbacks.tolist())
            frames[row] = reader.read_frame(chain([SeekTarget(tick, start, seek_tick)], others))
    finally:
        reader.close()
    return frames
