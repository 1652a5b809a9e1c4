"""Which recordings of one camera may run at once, in all its sessions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from camrec.recording import RecordingOptions, RecordingState
from camrec.session import CameraTurns


@dataclass
class MadeRecording:
    recording_id: str
    session_id: str = "a"
    plan_id: str | None = None
    state: RecordingState = RecordingState.WRITING
    ended_at: int | None = None


OPTIONS = RecordingOptions("new", "n", "a", "Cage", "camera", "rtsp://h/x", 10, Path())
ENDED = RecordingState.SAVED


def turns_with(*recordings: MadeRecording) -> CameraTurns:
    turns = CameraTurns()
    for each in recordings:
        turns.add(each)
    return turns


@pytest.mark.parametrize(
    ("recording", "session_id", "plan_id", "waits"),
    [
        (MadeRecording("r"), "a", None, True),
        (MadeRecording("r"), "b", None, False),
        (MadeRecording("r"), "b", "p", True),
        (MadeRecording("r", plan_id="p"), "b", None, True),
        (MadeRecording("r", state=RecordingState.WAITING), "a", None, True),
        (MadeRecording("r", ended_at=1), "a", None, False),
        (MadeRecording("r", state=RecordingState.FINALISING, ended_at=1), "a", "p", False),
        (MadeRecording("r", state=RecordingState.SCHEDULED), "a", "p", False),
        (MadeRecording("new"), "a", "p", False),
    ],
)
def test_a_recording_waits_for_its_session_and_for_plans(recording, session_id, plan_id, waits):
    options = replace(OPTIONS, session_id=session_id, plan_id=plan_id)
    found = turns_with(recording).find_running(options)
    assert found is (recording if waits else None)


def test_two_that_are_scheduled_for_one_moment_begin_one_after_the_other():
    first, second = (
        MadeRecording(each, each, "p", RecordingState.SCHEDULED) for each in ("one", "two")
    )
    turns = turns_with(first, second)
    take_first, take_second = (
        turns.for_recording(
            replace(OPTIONS, recording_id=each.recording_id, session_id=each.session_id)
        )
        for each in (first, second)
    )
    assert take_first("one") is None
    followed = take_second("two")
    assert followed is not None, "the first one begins at this moment"
    assert take_first("one") is None
    first.state = ENDED
    assert take_second("two") is None


def test_a_recording_that_was_replaced_or_is_saved_is_not_waited_for():
    job, series = MadeRecording("r", "a"), MadeRecording("r", "a", "p")
    turns = turns_with(job)
    turns.replace(job, series)
    elsewhere = replace(OPTIONS, session_id="b")
    assert turns.find_running(elsewhere) is series
    series.state = ENDED
    turns.add(MadeRecording("other", "a"))
    assert turns.find_running(elsewhere) is None
