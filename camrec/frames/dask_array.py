"""A video as an array that is read piece by piece, on any Dask cluster."""

from __future__ import annotations

from itertools import chain, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from camrec import remote_files
from camrec.frames.frame_access import Footage
from camrec.frames.frame_index import Aim
from camrec.frames.frame_reader import Reader
from camrec.frames.optional_imports import needed

if TYPE_CHECKING:
    import dask.array


def array(footage: Footage) -> dask.array.Array:
    """See `camrec.Video.to_dask`."""
    dask, arrays, tokens = needed("dask", "dask.array", "dask.base")
    index = footage.index
    size = index.height, index.width
    borders = [*np.flatnonzero(np.diff(index.starts, prepend=index.starts[0] - 1)).tolist()]
    borders.append(index.shown.size)
    token = tokens.tokenize(str(footage.path), remote_files.stamp(footage.path))
    group = dask.delayed(read)
    pieces = []
    for first, last in pairwise(borders):
        work = group(
            footage.path,
            np.array([index.aim(number) for number in range(first, last)]),
            np.array(list(index.aims(first))[1:], np.int64).reshape(-1, 3),
            size,
            dask_key_name=f"camrec-group-{token}-{first}",
        )
        pieces.append(arrays.from_delayed(work, (last - first, *size, 3), np.uint8))
    return arrays.concatenate(pieces)


def read(path: Path, aims: np.ndarray, farther: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Pictures that lie in one group.

    Parameters
    ----------
    aims
        (n, 3) int64, an `Aim` a row.
    farther
        (m, 3) int64, the further ways to the first of them.
    size
        Height and width, pixels.

    Returns
    -------
    (n, H, W, 3) uint8, RGB.
    """
    found = np.empty((len(aims), *size, 3), np.uint8)
    reader = Reader(path)
    try:
        for place, aim in enumerate(aims.tolist()):
            ways = (Aim(aim[0], *way[1:]) for way in farther.tolist())
            found[place] = reader.picture(chain([Aim(*aim)], ways))
    finally:
        reader.close()
    return found
