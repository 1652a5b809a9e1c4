"""What comes of a recording, and what a later camrec has to know of one."""

from __future__ import annotations

import errno
from pathlib import Path
from types import SimpleNamespace

import pytest

from camrec import file_system
from camrec.annotations import EventLog, create_event
from camrec.errors import ServiceError, StateError
from camrec.recording.journal_entry import describe_entry
from camrec.recording.recording_period import RecordingEnd, RecordingPeriod
from camrec.recording.recording_result import (
    RecordingResult,
    can_be_repeated,
    finalizing_error,
)
from support.studio import recording_options
from support.units_made import SECOND

FAILURE = ServiceError("ffmpeg_failed", reason="", folder="")


class World:
    """A recording with one segment and one event, whose videos are placed by `place`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "segments"
        self.folder.mkdir()
        self.segment = self.folder / "part-1.mp4"
        self.segment.touch()
        self.log = EventLog(self.folder / "events.jsonl", "aa")
        self.event = create_event(SECOND, {"text": "lever"}, "test")
        self.log.add(self.event)
        self.erased = 0
        self.placed: list = []
        self.is_full = False
        self.result = RecordingResult("aa", self.folder, self, self.log, self.place)

    def place(self, recording_id, events, saved):
        if self.is_full:
            raise OSError(errno.ENOSPC, "")
        self.placed.append((recording_id, list(events), list(saved)))

    def erase(self):
        self.erased += 1


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_a_saved_recording_leaves_nothing_but_its_videos(world):
    receipt = SimpleNamespace()
    world.result.save([("one.mp4", receipt)])
    assert (world.result.filenames, world.result.receipts) == (["one.mp4"], [receipt])
    assert world.placed == [("aa", [world.event], ["one.mp4"])] and world.erased == 1
    assert not world.folder.exists() and world.result.event_count == 1
    world.result.note_saved_events(3)
    assert world.result.event_count == 3 and world.result.error is None


def test_events_that_no_receipt_could_take_are_tried_again(world, caplog):
    world.is_full = True
    world.result.save([("one.mp4", SimpleNamespace())])
    assert world.result.filenames == ["one.mp4"] and len(caplog.records) == 1
    assert world.log.path.exists() and world.erased == 0
    world.result.note_saved_events(0)
    assert world.result.event_count == 1  # the log counts as long as it has them
    world.is_full = False
    world.result.release_events()
    assert world.placed and world.erased == 1 and not world.folder.exists()


@pytest.mark.parametrize("keep_entry", [True, False])
def test_a_failed_recording_keeps_its_segments_and_its_events(world, keep_entry):
    world.result.fail(FAILURE, keep_entry=keep_entry)
    assert world.result.error is FAILURE and world.result.filenames == []
    assert world.segment.exists() and world.log.path.exists() and world.placed == []
    assert world.erased == (0 if keep_entry else 1)


def test_a_folder_without_segments_and_events_is_removed(world):
    world.segment.unlink()
    world.log.path.unlink()
    world.result.fail(StateError("recording_cancelled", name="Door"), keep_entry=True)
    assert not world.folder.exists()


@pytest.mark.parametrize(
    ("error", "code", "is_repeated"),
    [
        (OSError(errno.ENOSPC, ""), "ffmpeg_failed", True),
        (OSError(errno.EIO, ""), "ffmpeg_failed", False),
        (file_system.FileInUseError(errno.EBUSY, "", "one.mp4"), "recording_in_use", True),
        (ValueError("no frame"), "ffmpeg_failed", False),
    ],
)
def test_what_may_succeed_at_the_next_start_is_tried_again(error, code, is_repeated, tmp_path):
    assert finalizing_error(error, tmp_path).code == code
    assert can_be_repeated(error) is is_repeated


def test_the_entry_of_a_recording_says_what_a_later_camrec_has_to_know(tmp_path):
    options = recording_options(tmp_path, 20)
    entry = describe_entry(options, 5 * SECOND, None)
    assert (entry.start_at, entry.started_at, entry.parts) == (5 * SECOND, None, ())
    assert (entry.recording_id, entry.ended, entry.over) == (options.recording_id, None, None)
    period = RecordingPeriod(100 * SECOND, 10 * SECOND, 20.0)
    recorder = SimpleNamespace(period=period, end=None, segments=[], calibrated_delay=None)
    running = describe_entry(options, None, recorder)
    assert (running.started_at, running.ended, running.over) == (100 * SECOND, None, None)
    recorder.end = RecordingEnd("stopped", 13 * SECOND)
    ended = describe_entry(options, None, recorder)
    assert (ended.ended, ended.over) == ("stopped", 103 * SECOND)
