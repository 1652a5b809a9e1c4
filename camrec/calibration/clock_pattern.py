"""The coded clock that the calibration page shows: black and white tiles within a black ring.

Each two tiles side by side are a pair that holds one bit: white and black is 1, black and white is
0. The tiles of a pair change at the same moment, so the difference of their brightness crosses zero
when half of a frame's exposure is over, whatever the gamma of the screen and of the camera.

There are three kinds of pairs. The clock counts steps in Gray code. The checksum covers the higher
bits of the clock, which change about once a second: a checksum of all bits would change with each
step, and most frames would show two of them at once. The fixed pairs never change. They tell the
pattern from other things that are square, and which of its sides is the upper one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from camrec.calibration.gray_code import to_gray

# Refreshes and frames come every 16 2/3, 20, 40 or 100 ms. A step that divides none of them meets
# them at all its parts, and the mean over ten seconds is right.
STEP_NS = 7_000_000
CLOCK_BITS = 13
FIRST_CHECKED_BIT = 7  # the bits from here on change every 0.896 s, one of them at a time
CHECKSUM_BITS = 8
STEP_COUNT = 1 << CLOCK_BITS
CLOCK_PERIOD_NS = STEP_COUNT * STEP_NS  # 57.344 s: then the clock starts again

TILE_COUNT = 8  # in each direction
RING_TILES = 1  # how thick the black ring is; outside of it the page is white
RINGED_TILE_COUNT = TILE_COUNT + 2 * RING_TILES

CHECKSUM_POLYNOMIAL, CHECKSUM_START = 0x07, 0xFF  # CRC-8

# One word for each pair: a bit of the clock (b), a bit of the checksum (k), or a fixed value. The
# low bits of the clock are close together: a camera with a rolling shutter exposes them at nearly
# the same time. Turned or mirrored in any way, a fixed tile lies on one of the other colour.
LAYOUT = """
    +   k7  k6  +
    +   k5  -   k4
    b12 b11 b10 b9
    b6  b5  b4  b3
    b2  b1  b0  -
    b8  b7  +   -
    k3  k2  -   k1
    -   k0  +   +
"""

Tiles = npt.NDArray[np.bool_]  # (TILE_COUNT, TILE_COUNT), True: white


class PairIndex(NamedTuple):
    """Rows and columns in an array of all pairs: (TILE_COUNT, TILE_COUNT // 2)."""

    rows: npt.NDArray[np.intp]
    columns: npt.NDArray[np.intp]


_WORDS = [line.split() for line in LAYOUT.split("\n") if line.strip()]


def _find_pairs(words: list[str]) -> PairIndex:
    places = [
        (row, line.index(word)) for word in words for row, line in enumerate(_WORDS) if word in line
    ]
    rows, columns = np.array(places, np.intp).T
    return PairIndex(rows, columns)


CLOCK_PAIRS = _find_pairs([f"b{bit}" for bit in range(CLOCK_BITS)])
CHECKSUM_PAIRS = _find_pairs([f"k{bit}" for bit in range(CHECKSUM_BITS)])
IS_FIXED_ONE = np.array([[word == "+" for word in line] for line in _WORDS])
IS_FIXED_ZERO = np.array([[word == "-" for word in line] for line in _WORDS])
FIXED_WHITE: Tiles = np.stack([IS_FIXED_ONE, IS_FIXED_ZERO], 2).reshape(TILE_COUNT, TILE_COUNT)
FIXED_BLACK: Tiles = np.stack([IS_FIXED_ZERO, IS_FIXED_ONE], 2).reshape(TILE_COUNT, TILE_COUNT)


def compute_checksum(checked_bits: int) -> int:
    """The CRC-8 of the checked bits of a clock's Gray code, as one byte."""
    register = CHECKSUM_START ^ checked_bits
    for _ in range(8):
        register = (register << 1) ^ (CHECKSUM_POLYNOMIAL if register & 0x80 else 0)
        register &= 0xFF
    return register


def encode_tiles(step: int) -> Tiles:
    """The tiles that show a step of the clock; it counts modulo `STEP_COUNT`."""
    code = to_gray(step % STEP_COUNT)
    checksum = compute_checksum(code >> FIRST_CHECKED_BIT)
    pairs = IS_FIXED_ONE.copy()
    pairs[CLOCK_PAIRS] = code >> np.arange(CLOCK_BITS) & 1
    pairs[CHECKSUM_PAIRS] = checksum >> np.arange(CHECKSUM_BITS) & 1
    return np.stack([pairs, ~pairs], 2).reshape(TILE_COUNT, TILE_COUNT)
