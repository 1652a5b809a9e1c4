"""Decides whether the end of a recording needs a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from camrec.receipt import EndReason

# Nobody would notice otherwise that these ended early.
_CODES_BY_REASON: dict[EndReason, str] = {
    "disk": "ended_disk",
    "camera": "ended_camera",
    "error": "ended_error",
    "crash": "ended_crash",
}
_BY_PERSON: tuple[EndReason, ...] = ("stopped", "closed", "shutdown")
_NO_NEED_CODES = ("recording_cancelled", "recorded_meanwhile")
_EMPTY_CODES = ("recording_empty", "recording_no_key_frame")


@dataclass(frozen=True)
class EndedFacts:
    """How a recording ended.

    reason : as its receipt says; None: it never began.
    error_code : why there is no video; None: it was saved.
    deletes_oldest : on a full disk old videos are deleted, so none of them could be.
    is_planned : it belongs to a plan, which tries again. If nothing helps, the plan is missed.
    """

    reason: EndReason | None
    error_code: str | None = None
    is_planned: bool = False
    deletes_oldest: bool = False


@dataclass(frozen=True)
class EndVerdict:
    """An alert that a recording makes: its kind, and the code of its sentence."""

    kind: Literal["ended_early", "plan_missed"]
    code: str


def judge_end(facts: EndedFacts) -> EndVerdict | None:
    """The alert for the end of a recording; None: it is as it should be, or a person did it."""
    error, is_by_person = facts.error_code, facts.reason in _BY_PERSON
    if error is None:
        code = _CODES_BY_REASON.get(facts.reason) if facts.reason is not None else None
        if code == "ended_disk" and facts.deletes_oldest:
            code = "ended_disk_none_deletable"
        return None if code is None else EndVerdict("ended_early", code)
    if error in _EMPTY_CODES:
        is_expected = is_by_person or facts.is_planned
        return None if is_expected else EndVerdict("ended_early", "ended_empty")
    if facts.reason is not None:
        return EndVerdict("ended_early", "ended_not_saved")
    if error in _NO_NEED_CODES or facts.is_planned:
        return None
    if error == "recording_missed":
        return EndVerdict("plan_missed", "missed_start")
    return EndVerdict("ended_early", "ended_not_started")
