"""A video as an array that is read piece by piece, on any Dask cluster."""

from __future__ import annotations

from itertools import chain, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from camrec import remote_files
from camrec.frames.frame_access import VideoFrames
from camrec.frames.frame_index import SeekTarget
from camrec.frames.frame_reader import FrameReader
from camrec.frames.optional_imports import import_optional

if TYPE_CHECKING:
    import dask.array


def to_dask_array(footage: VideoFrames) -> dask.array.Array:
    """See `camrec.Video.to_dask`."""
    dask, arrays, tokens = import_optional("dask", "dask.array", "dask.base")
    index = footage.index
    size = index.height, index.width
    borders = [
        *np.flatnonzero(
            np.diff(index.key_frame_ticks, prepend=index.key_frame_ticks[0] - 1)
        ).tolist()
    ]
    borders.append(index.shown.size)
    token = tokens.tokenize(str(footage.path), remote_files.read_stamp(footage.path))
    group = dask.delayed(read_gop)
    pieces = []
    for first, last in pairwise(borders):
        work = group(
            footage.path,
            np.array([index.seek_target(number) for number in range(first, last)]),
            np.array(list(index.seek_targets(first))[1:], np.int64).reshape(-1, 3),
            size,
            dask_key_name=f"camrec-group-{token}-{first}",
        )
        pieces.append(arrays.from_delayed(work, (last - first, *size, 3), np.uint8))
    return arrays.concatenate(pieces)


def read_gop(
    path: Path, aims: np.ndarray, farther: np.ndarray, size: tuple[int, int]
) -> np.ndarray:
    """Pictures that lie in one group.

    Parameters
    ----------
    aims
        (n, 3) int64, an `SeekTarget` a row.
    farther
        (m, 3) int64, the further ways to the first of them.
    size
        Height and width, pixels.

    Returns
    -------
    (n, H, W, 3) uint8, RGB.
    """
    found = np.empty((len(aims), *size, 3), np.uint8)
    reader = FrameReader(path)
    try:
        for place, aim in enumerate(aims.tolist()):
            ways = (SeekTarget(aim[0], *way[1:]) for way in farther.tolist())
            found[place] = reader.picture(chain([SeekTarget(*aim)], ways))
    finally:
        reader.close()
    return found
