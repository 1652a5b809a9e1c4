"""Rounds figures, so that they change on the page only if a user would notice the difference.

Each change is sent to the page, and the disk space and the bit rates change all the time.
"""

from __future__ import annotations

STEADY_RATIO = 0.1  # if a bit rate changes by less, the old one is still shown


class SteadyRate:
    """A bit rate that changes only if the measured one differs by at least `STEADY_RATIO`."""

    def __init__(self) -> None:
        self._rate = 0.0

    def update(self, rate: float) -> float:
        """Return the rate to show; 0 if `rate` is 0, which means that it is not known."""
        if not rate:
            return 0.0
        if not self._rate or not 1 - STEADY_RATIO < rate / self._rate < 1 + STEADY_RATIO:
            self._rate = rate
        return self._rate


def round_bytes(size: int) -> int:
    """Round down as the page shows sizes: to gigabytes from 10 GB on, else to tenths of them."""
    step = 10**9 if size >= 10**10 else 10**8
    return size // step * step


def round_two_digits(value: float) -> float:
    return float(f"{value:.2g}")
