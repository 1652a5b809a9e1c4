"""Figures that change on the page only when a user would care.

The page is sent a figure when it changes, and the disk and the rates change all the time.
"""

from __future__ import annotations

STEADY_RATIO = 0.1  # a bit rate that differs by less stays as it was


class SteadyRate:
    """A bit rate that follows the measured one in steps of at least `STEADY_RATIO`."""

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
    """Bytes as finely as the page shows them: whole gigabytes from 10 GB on, else tenths."""
    step = 10**9 if size >= 10**10 else 10**8
    return size // step * step


def round_two_digits(value: float) -> float:
    return float(f"{value:.2g}")
