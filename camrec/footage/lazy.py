"""A video as an array that is read piece by piece, on any Dask cluster."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from camrec import storage
from camrec.footage.footage import Footage
from camrec.footage.index import Aim
from camrec.footage.packages import needed
from camrec.footage.reader import Reader

if TYPE_CHECKING:
    import dask.array


def array(footage: Footage) -> dask.array.Array:
    """See `camrec.Video.to_dask`."""
    dask, arrays, tokens = needed("dask", "dask.array", "dask.base")
    index = footage.index
    size = index.height, index.width
    borders = [*np.flatnonzero(np.diff(index.starts, prepend=index.starts[0] - 1)).tolist()]
    borders.append(index.shown.size)
    token = tokens.tokenize(str(footage.path), storage.stamp(footage.path))
    group = dask.delayed(read)
    pieces = []
    for first, last in pairwise(borders):
        work = group(
            footage.path,
            np.array([index.aim(number) for number in range(first, last)]),
            size,
            dask_key_name=f"camrec-group-{token}-{first}",
        )
        pieces.append(arrays.from_delayed(work, (last - first, *size, 3), np.uint8))
    return arrays.concatenate(pieces)


def read(path: Path, aims: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Pictures that lie in one group.

    Parameters
    ----------
    aims
        (n, 3) int64, an `Aim` a row.
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
            found[place] = reader.picture(Aim(*aim))
    finally:
        reader.close()
    return found
