"""Decides why a plan was missed, in one word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

# What a plan waited for because of a person is no reason to alert anybody.
DELAYS_BY_PERSON = ("by_hand", "plan_made")
_NAMED_REASONS = (
    "asleep",
    "off",
    "not_running",
    "clock_forward",
    "camera",
    "no_session",
    "disk_full",
)


class WaitingTime(NamedTuple):
    """Why nothing was recorded, and for how long: nanoseconds."""

    reason: str
    length: int


def missed_code(waits: Sequence[WaitingTime]) -> str | None:
    """The code of the sentence for a plan that was missed: by what it waited for most.

    None: a person recorded something else, or made the plan too late.
    """
    reasons = [each for each in waits if each.reason in _NAMED_REASONS]
    if not reasons:
        return None if any(each.reason in DELAYS_BY_PERSON for each in waits) else "missed_plan"
    return f"missed_{max(reasons, key=lambda each: each.length).reason}"
