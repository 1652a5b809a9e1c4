"""The reflected Gray code: from each number to the next one, one bit changes.

An image that shows two neighboring numbers at once therefore differs in one bit from both. In the
code of a number, bit `b` changes in the middle of each block of 2^(b + 1) numbers.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def to_gray(number: int) -> int:
    """The Gray code of a number."""
    return number ^ (number >> 1)


def from_gray(codes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The numbers of Gray codes of at most 32 bits."""
    numbers: npt.NDArray[np.int64] = codes.copy()
    for shift in (1, 2, 4, 8, 16):
        numbers ^= numbers >> shift
    return numbers
