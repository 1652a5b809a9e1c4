"""What is promised is on the disk: entries, recordings that continue, and scheduled ones."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace

import pytest

from camrec.camera_clock import ArrivalEstimate, ClockReport, TrackClock
from camrec.clock import iso_to_utc_ns
from camrec.errors import ServiceError
from camrec.feed import Feed
from camrec.journal import Journal
from camrec.recording import RecordingState, ResumeState
from support.journal_entry import ENTRY
from support.private_files import is_private
from support.studio import MadeJournal, Studio, shown
from support.units_made import SECOND, until, video_units

# Record is pressed between two frames, so it is clear which one is on the screen.
BETWEEN = [(number + 0.5) / 25 for number in range(100)]


@pytest.fixture
def journal(tmp_path):
    return Journal(tmp_path / ".journal")


@pytest.fixture
def studio(tmp_path, binaries):
    made = Studio(tmp_path, binaries.ffmpeg)
    yield made
    made.end()


def test_a_journal_entry_is_read_as_it_was_saved(journal):
    assert journal.read_entries() == []
    journal.save(ENTRY)
    later = ENTRY.model_copy(update={"ended": "stopped", "over": ENTRY.ends_at})
    journal.save(later)
    assert Journal(journal.folder).read_entries() == [later]
    journal.erase("aa")
    journal.erase("aa")
    assert journal.read_entries() == [] and list(journal.folder.iterdir()) == []


def test_a_journal_entry_is_readable_by_its_owner_only_and_hides_its_credential(journal):
    journal.save(ENTRY)
    (path,) = journal.folder.iterdir()
    assert is_private(path)
    if sys.platform != "win32":  # Windows has no modes; the file has its own permissions
        assert is_private(path.parent)
    assert "canary" not in repr(ENTRY) + str(ENTRY)


def test_an_unreadable_journal_entry_is_kept_and_its_content_not_logged(journal, caplog):
    journal.save(ENTRY)
    (journal.folder / "cc.json").write_text(json.dumps({"address": "rtsp://u:canary@x"}))
    (journal.folder / "dd.new").write_text("half")
    assert journal.read_entries() == [ENTRY]
    assert "cc.json" in caplog.text and "canary" not in caplog.text


def test_a_recording_is_saved_to_the_journal_at_start_at_each_segment_and_at_its_end(studio):
    kept = []

    class Watching(MadeJournal):
        def save(self, entry):
            files = [part.file for part in entry.parts]
            there = [(studio.folder / "parts-0" / name).exists() for name in files]
            kept.append((entry.ended, files, there))

        def erase(self, recording_id):
            kept.append((recording_id, recording.state))

    units = video_units([number / 25 for number in range(100)])
    studio.play(units, -1, 1)
    recording = studio.record(2, journal=Watching())
    assert kept[0] == (None, [], [])
    studio.play(units, 1, 4)
    assert recording.wait(30)
    assert kept[1] == (None, ["part-1.mp4"], [False])
    assert kept[2][:2] == ("time", ["part-1.mp4"])
    assert kept[3:] == [(recording.recording_id, RecordingState.FINALISING)]


def test_a_recording_that_cannot_be_journaled_is_not_started(studio):
    class Full(MadeJournal):
        def save(self, entry):
            raise OSError(28, "No space left on device")

    with pytest.raises(ServiceError) as refused:
        studio.record(2, journal=Full())
    assert refused.value.code == "folder_unwritable"
    studio.recordings.clear()


def lose(*_: object) -> str:
    raise OSError(5, "killed")


def test_a_resumed_recording_continues_after_its_earlier_segment(studio):
    """The earlier segment and the new one become one video, and the time between them is a gap."""
    units = video_units(BETWEEN)
    studio.play(units, -1, 1)
    first = studio.record(20, save_video=lose)
    studio.play(units, 1, 3)
    until(lambda: first.bytes > 0)
    first.stop()
    assert first.wait(30) and first.state is RecordingState.FAILED
    past = ResumeState(first.started_at, studio.journal.saved[-1].parts)
    folder = studio.folder / "parts-0"
    (earlier,) = (folder / part.file for part in studio.journal.saved[-1].parts)
    at = first.started_at + 2 * SECOND
    os.utime(earlier, ns=(at, at))

    studio.feed.close()
    studio.feed = Feed(studio.clock)
    later = studio.begin + 10 * SECOND
    after = video_units([number / 25 for number in range(100)], begin=later, number=500)
    studio.at(9)
    second = studio.record(20, resume=past, folder=studio.folder / "parts-0")
    assert (second.started_at, second.ends_at) == (first.started_at, first.ends_at)
    assert second.elapsed == 8 and second.segment_count == 1
    studio.play(after, 9, 14)
    until(lambda: second.segment_count == 2)
    studio.at(21)
    assert second.wait(30)
    ((path, receipt),) = studio.saved
    assert receipt.ended == "time" and receipt.parts == 2 and receipt.playable
    assert receipt.warnings[0].code == "camrec_was_down"
    times, numbers = shown(path)
    assert numbers == [*range(24, 75), *range(500, 600)]
    assert float(times[51]) == pytest.approx(9.02, abs=0.00002)
    assert [round(gap.start) for gap in receipt.gaps] == [2, 13]


@pytest.mark.parametrize("ended", [None, "stopped"])
def test_a_resumed_recording_whose_end_has_passed_saves_its_segments(studio, ended):
    units = video_units(BETWEEN)
    studio.play(units, -1, 1)
    first = studio.record(20, save_video=lose)
    studio.play(units, 1, 3)
    until(lambda: first.bytes > 0)
    first.stop()
    assert first.wait(30)
    studio.feed.close()
    past = ResumeState(
        first.started_at, studio.journal.saved[-1].parts, ended, first.ended_at if ended else None
    )
    studio.at(60 if not ended else 5)
    second = studio.record(20, resume=past, folder=studio.folder / "parts-0")
    assert second.wait(30)
    ((_, receipt),) = studio.saved
    assert receipt.ended == (ended or "crash")
    assert receipt.frames == 51


def test_a_scheduled_recording_starts_at_its_time(studio):
    units = video_units([number / 25 for number in range(200)])
    recording = studio.record(2, start_at=studio.clock.utc_ns() + 3 * SECOND)
    assert recording.state is RecordingState.SCHEDULED
    assert (recording.elapsed, recording.bytes, recording.segment_count, recording.gaps) == (
        0,
        0,
        0,
        [],
    )
    studio.play(units, -1, 3)
    recording._scheduled.check()
    until(lambda: recording.has_started and recording.state is RecordingState.WRITING)
    studio.play(units, 3, 6)
    assert recording.wait(30)
    ((path, receipt),) = studio.saved
    assert recording.started_at == recording.start_at
    _times, numbers = shown(path)
    assert numbers == list(range(numbers[0], 125)) and numbers[0] in (74, 75), (receipt, numbers)


def test_a_cancelled_recording_leaves_the_journal_unless_camrec_shuts_down(studio):
    moment = studio.clock.utc_ns() + 3 * SECOND
    for reason, settled in (("stopped", True), ("closed", True), ("shutdown", False)):
        recording = studio.record(2, start_at=moment)
        recording.stop(reason)
        assert recording.wait(30)
        assert recording.state is RecordingState.FAILED
        assert recording.error.code == "recording_cancelled"
        assert (recording.recording_id in studio.journal.erased) is settled
        studio.journal.erased.clear()


def test_only_a_recording_that_has_not_begun_gets_another_start(studio):
    units = video_units([number / 25 for number in range(250)])
    studio.play(units, -1, 1)
    recording = studio.record(2, start_at=studio.clock.utc_ns() + 60 * SECOND)
    start = studio.clock.utc_ns() + SECOND // 5
    assert recording.reschedule(start) and recording.started_at == start
    studio.play(units, 1, 2)
    recording._scheduled.check()
    until(lambda: recording.has_started and recording.state is RecordingState.WRITING)
    assert not recording.reschedule(start + 60 * SECOND)
    assert (recording.started_at, recording.start_at) == (start, start)
    studio.play(units, 2, 6)
    assert recording.wait(30)
    assert not recording.reschedule(start + 60 * SECOND) and recording.started_at == start
    cancelled = studio.record(2, start_at=studio.clock.utc_ns() + 60 * SECOND)
    cancelled.stop()
    assert cancelled.wait(30)
    assert not cancelled.reschedule(start)


def test_a_scheduled_recording_whose_time_has_passed_is_reported_as_missed(studio):
    recording = studio.record(2, start_at=studio.clock.utc_ns() - 10 * SECOND)
    assert recording.wait(30)
    assert recording.error.code == "recording_missed"
    assert studio.journal.erased == [recording.recording_id]


def test_a_wall_clock_set_back_an_hour_changes_nothing(studio):
    units = video_units([number / 25 for number in range(250)])
    studio.play(units, -1, 1.02)
    recording = studio.record(5)
    ends_at = recording.ends_at
    studio.play(units, 1.02, 3)
    studio.clock.utc_set_by = -3600 * SECOND
    studio.play(units, 3, 8)
    assert recording.wait(30)
    ((_, receipt),) = studio.saved
    assert receipt.ended == "time" and receipt.frames == 126 and receipt.gaps == []
    assert recording.ends_at == ends_at == recording.ended_at


def test_what_the_camera_s_clock_dates_is_in_the_journal_before_a_kill_and_is_used_after_it(studio):
    """The clock of the camera is 40 ms behind the arrivals: it knows when frames were taken."""
    taken, clock = 40_000_000, TrackClock()
    units = [replace(unit, clock=clock) for unit in video_units(BETWEEN)]
    to_utc = units[0].offset + studio.clock.utc_ns() - studio.clock.now
    for second in range(4):
        time = units[25 * second].time
        arrivals = ArrivalEstimate(time, to_utc, 0, 0.0, 1e-6)
        clock.note_report(ClockReport(time, time + to_utc - taken), arrivals)
    studio.play(units, -1, 1)
    first = studio.record(20, save_video=lose)
    studio.play(units, 1, 3)

    def stored():
        parts = [each for entry in studio.journal.saved for each in entry.parts]
        return [each for each in parts if each.dates and len(each.dates[0].points) > 1]

    until(stored, 10)
    past = ResumeState(first.started_at, stored()[:1])
    first.stop()
    assert first.wait(30)
    studio.feed.close()
    studio.at(60)
    second = studio.record(20, resume=past, folder=studio.folder / "parts-0")
    assert second.wait(30)
    ((_, receipt),) = studio.saved
    assert receipt.camera_clock.state == "camera"
    assert receipt.utc_source in ("camera", "mixed"), "frames may come after the journal"
    on_screen = units[24].time + to_utc - taken
    assert abs(iso_to_utc_ns(receipt.started_at) - on_screen) < 20_000
