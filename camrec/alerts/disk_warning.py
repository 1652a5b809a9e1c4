"""Decides when it is time to say that the disk will be full."""

from __future__ import annotations

from typing import Literal

from camrec.clock import NS_PER_HOUR

WARN_BEFORE_FULL_NS = 48 * NS_PER_HOUR
# The rate of a camera varies; without this the alert would come and go.
WELL_BEFORE_FULL_NS = 60 * NS_PER_HOUR


def judge_disk(
    now: int, full_at: int | None, *, is_warned: bool
) -> Literal["warn", "well", "same"]:
    """What changes: whether to warn, or to say that all is well again.

    full_at : when the disk will be full, UTC nanoseconds; None: not in the time that was looked at.
    """
    left = None if full_at is None else full_at - now
    if not is_warned:
        return "warn" if left is not None and left <= WARN_BEFORE_FULL_NS else "same"
    return "well" if left is None or left > WELL_BEFORE_FULL_NS else "same"
