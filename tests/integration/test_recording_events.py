"""The event log of a recording: released when the receipts have its events, kept otherwise."""

from __future__ import annotations

import pytest

from camrec.annotations import EventLog, create_event
from camrec.errors import ServiceError
from camrec.recording import RecordingState
from support.units_made import until, video_units

UNITS = video_units([number / 25 for number in range(100)])


def begin(studio, **services):
    """A recording of 2 s that has written something, with an event."""
    studio.play(UNITS, -1, 1)
    recording = studio.record(2, **services)
    studio.play(UNITS, 1, 2)
    until(lambda: recording.bytes > 0)
    event = create_event(recording.started_at, {"text": "light on"}, "test")
    recording.event_log.add(event)
    assert recording.event_count == 1
    return recording, event


def test_the_events_of_a_saved_recording_are_placed_and_its_folder_is_removed(studio):
    placed = []
    recording, event = begin(studio, place_events=lambda *given: placed.append(given))
    studio.play(UNITS, 2, 4)
    assert recording.wait(30) and recording.state is RecordingState.SAVED
    assert placed == [(recording.recording_id, [event], recording.filenames)]
    assert studio.journal.erased == [recording.recording_id]
    assert not recording.options.folder.exists() and recording.event_count == 1


@pytest.mark.parametrize(
    "error", [ServiceError("folder_unwritable", folder="", reason=""), OSError(28, ""), KeyError()]
)
def test_a_recording_whose_events_cannot_be_placed_is_saved_and_keeps_them(studio, error):
    """The next start of camrec finds the entry and the log, and tries again."""

    def fail(recording_id, events, saved):
        raise error

    recording, event = begin(studio, place_events=fail)
    studio.play(UNITS, 2, 4)
    assert recording.wait(30) and recording.state is RecordingState.SAVED
    assert len(studio.saved) == 1 and studio.journal.erased == []
    path = recording.event_log.path
    assert EventLog(path, recording.recording_id).events() == [event]
    later = create_event(recording.started_at, {"text": "later"}, "test")
    recording.event_log.add(later)
    assert EventLog(path, recording.recording_id).events() == [event, later]


def test_a_recording_that_fails_keeps_its_events_next_to_its_segments(studio, caplog):
    def lose(*_: object) -> str:
        raise OSError(5, "killed")

    recording, event = begin(studio, save_video=lose)
    studio.play(UNITS, 2, 4)
    assert recording.wait(30) and recording.state is RecordingState.FAILED
    path = recording.event_log.path
    assert EventLog(path, recording.recording_id).events() == [event]
    assert path.parent == recording.options.folder and str(path) in caplog.text


def test_a_resumed_recording_has_the_events_of_the_earlier_one(studio):
    recording, event = begin(studio)
    again = EventLog(recording.event_log.path, recording.recording_id)
    assert again.events() == [event]
    second = create_event(recording.started_at, {"text": "after"}, "test")
    again.add(second)
    assert EventLog(recording.event_log.path, recording.recording_id).events() == [event, second]
