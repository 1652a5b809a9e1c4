"""Reads the clock from the brightness of its tiles.

A frame is exposed for a while, so it may show several steps of the clock at once. A pair of tiles
that changed meanwhile is neither 1 nor 0. Both values count then, each by the share of the exposure
that it was shown: the reading is the mean of all steps that the pairs allow.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from camrec.calibration.clock_pattern import (
    CHECKSUM_BITS,
    CHECKSUM_PAIRS,
    CLOCK_BITS,
    CLOCK_PAIRS,
    FIRST_CHECKED_BIT,
    FIXED_BLACK,
    FIXED_WHITE,
    RING_TILES,
    STEP_NS,
    compute_checksum,
)
from camrec.calibration.gray_code import from_gray

MIN_CONTRAST = 12.0  # grey levels between black and white
CLEAR_RATIO = 0.6  # a pair with more of the contrast was shown for the whole exposure
MAX_CHANGED_PAIRS = 8  # of the clock, in one frame
MAX_CHANGED_CHECKED_PAIRS = 1
MAX_SPREAD_STEPS = 64  # 0.45 s

Levels = npt.NDArray[np.float64]  # (RINGED_TILE_COUNT, RINGED_TILE_COUNT), grey levels
_INSIDE = slice(RING_TILES, -RING_TILES)
_CLOCK_WEIGHTS = 1 << np.arange(CLOCK_BITS)
_CHECKSUM_WEIGHTS = 1 << np.arange(CHECKSUM_BITS)


class ClockReading(NamedTuple):
    """What the clock showed while a frame was exposed.

    clock_ns : the middle of the exposure on the clock, modulo `CLOCK_PERIOD_NS`.
    is_blended : whether the clock changed during the exposure.
    """

    clock_ns: int
    is_blended: bool


def read_tiles(levels: Levels) -> ClockReading | None:
    """Read the mean grey levels of all tiles and of the ring, turned or mirrored in any way.

    Returns None if they do not show the clock, or if it cannot be read: its checksum is wrong, or
    too many pairs changed.
    """
    for turned in _orientations(levels):
        contrast = _measure_contrast(turned)
        if contrast is not None:
            tiles = turned[_INSIDE, _INSIDE]
            return _read_pairs((tiles[:, ::2] - tiles[:, 1::2]) / contrast)
    return None


def _orientations(levels: Levels) -> Iterator[Levels]:
    for mirrored in (levels, levels.T):
        for turns in range(4):
            yield np.rot90(mirrored, turns)


def _measure_contrast(levels: Levels) -> float | None:
    """How much brighter white is than black; None if these are not the fixed tiles and the ring."""
    tiles = levels[_INSIDE, _INSIDE]
    white, black = tiles[FIXED_WHITE], tiles[FIXED_BLACK]
    if white.min() <= black.max():
        return None
    contrast = float(white.mean() - black.mean())
    ring = levels.copy()
    ring[_INSIDE, _INSIDE] = black.min()
    if contrast < MIN_CONTRAST or ring.max() >= white.min():
        return None
    return contrast


def _read_pairs(values: npt.NDArray[np.float64]) -> ClockReading | None:
    """values : the difference of each pair's tiles; 1 and -1 if it did not change."""
    clock, checksum = values[CLOCK_PAIRS], values[CHECKSUM_PAIRS]
    changed = np.flatnonzero(np.abs(clock) < CLEAR_RATIO)
    code = int(_CLOCK_WEIGHTS @ (clock > 0))
    if (
        changed.size > MAX_CHANGED_PAIRS
        or np.count_nonzero(changed >= FIRST_CHECKED_BIT) > MAX_CHANGED_CHECKED_PAIRS
        or int(_CHECKSUM_WEIGHTS @ (checksum > 0)) != compute_checksum(code >> FIRST_CHECKED_BIT)
    ):
        return None
    share_of_one = (1 + clock[changed] / CLEAR_RATIO) / 2
    choices = np.arange(1 << changed.size)[:, np.newaxis] >> np.arange(changed.size) & 1
    clear_code = code & ~int(_CLOCK_WEIGHTS[changed].sum())
    steps = from_gray(clear_code + choices @ _CLOCK_WEIGHTS[changed])
    if steps.max() - steps.min() > MAX_SPREAD_STEPS:
        return None
    weights = np.where(choices, share_of_one, 1 - share_of_one).prod(axis=1)
    return ClockReading(round((float(weights @ steps) + 0.5) * STEP_NS), changed.size > 0)
