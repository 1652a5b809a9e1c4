"""The small value classes of a recording: period, stored segments, retries, warnings."""

from __future__ import annotations

import json
import random
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from camrec.camera_clock import ClockReport, DatedStretch
from camrec.journal import JournalEntry, SegmentRecord
from camrec.media import MediaUnit, VideoTrack
from camrec.receipt import RecordingWarning
from camrec.recording import ResumeState, first_of_series
from camrec.recording.journal_entry import StoredEntry
from camrec.recording.recorder import RecordingStop
from camrec.recording.recording_period import RecordingPeriod
from camrec.recording.segment import Segment
from camrec.recording.segment_retry import SEGMENT_RETRY_PAUSES_S, SegmentRetry
from camrec.recording.warning_list import WarningList
from support.journal_entry import ENTRY
from support.studio import MadeJournal
from support.units_made import SECOND

MS = SECOND // 1000
PERIOD = RecordingPeriod(
    start_utc=1_790_000_000 * SECOND, start=500 * SECOND, duration=20, preroll=1.5
)


def test_a_period_has_one_end_and_converts_between_the_clocks():
    assert PERIOD.deadline == 520 * SECOND
    assert PERIOD.video_start == 498.5 * SECOND
    assert PERIOD.to_utc(PERIOD.start) == PERIOD.start_utc
    assert PERIOD.to_monotonic(PERIOD.to_utc(503 * SECOND + 1)) == 503 * SECOND + 1


def test_a_segment_comes_back_from_the_journal_as_it_was_stored():
    segment = Segment(Path("/videos/.parts/aa/part-1.mp4"), 501 * SECOND, progressive=False)
    record = segment.to_record(PERIOD)
    assert record == SegmentRecord(file="part-1.mp4", zero=1_790_000_001 * SECOND)
    assert Segment.from_record(record, segment.path.parent, PERIOD) == segment


def test_what_the_camera_s_clock_dates_comes_back_from_the_journal():
    knots = tuple(ClockReport(at * SECOND, 10**18 + at * SECOND + 7) for at in range(100))
    dates = (DatedStretch(knots, 3600 * SECOND, 40_000_000),)
    path = Path("/videos/.parts/aa/part-1.mp4")
    record = Segment(path, 501 * SECOND, False, stored_dates=dates).to_record(PERIOD)
    assert len(record.dates[0].points) == 2, "a line needs two points"
    stored = SegmentRecord.model_validate_json(record.model_dump_json())
    segment = Segment.from_record(stored, path.parent, PERIOD)
    assert segment.to_record(PERIOD) == record, "also if the next camrec is killed"
    (whole,) = segment.stretches(0, 200 * SECOND)
    assert whole == DatedStretch((knots[0], knots[-1]), 3600 * SECOND, 40_000_000)
    (part,) = segment.stretches(0, 30 * SECOND)
    assert part.knots == (knots[0], knots[30]) and part.source == "zone"
    assert segment.stretches(-2, -1) == []


def test_the_journal_stores_200_points_of_a_day_s_reports_and_they_are_as_exact_as_the_reports():
    """A report in five seconds, up to 40 ms late; the clock drifts by 50 ppm and back."""
    chance = random.Random(1)
    knots = tuple(
        ClockReport(
            at * SECOND, at * SECOND + 50_000 * abs(at - 43_200) + chance.randrange(40 * MS)
        )
        for at in range(0, 86_400, 5)
    )
    dates = (DatedStretch(knots, 0, 100 * MS),)
    record = Segment(Path("part-1.mp4"), 0, False, stored_dates=dates).to_record(PERIOD)
    points = record.dates[0].points
    assert 100 < len(points) <= 200 and (points[0], points[-1]) == (knots[0], knots[-1])
    times, utcs = np.array(knots).T
    stored = np.interp(times, *np.array(points).T)
    assert np.abs(stored - utcs).max() < 60 * MS
    back = Segment.from_record(record, Path(), PERIOD)
    assert back.to_record(PERIOD) == record


def test_an_entry_that_was_erased_is_not_written_again():
    journal = MadeJournal()
    entry = StoredEntry(journal, SimpleNamespace(recording_id="aa"), lambda: ENTRY)
    entry.update()
    entry.erase()
    entry.update()
    assert journal.saved == [ENTRY] and journal.erased == ["aa"]


def test_the_journal_keeps_the_keys_that_an_earlier_camrec_wrote():
    stored = json.loads(ENTRY.model_dump_json())
    earlier = {
        *("recording_id", "session_id", "session_name", "address", "name", "duration"),
        *("start_at", "started_at", "ended", "over", "parts"),
    }
    added = {"camera_id", "calibrated_delay", "details", "plan_id", "series", "starts_now"}
    assert set(stored) - {"events"} == {*earlier, *added}
    assert set(stored["parts"][0]) == {"file", "zero", "dates"}
    for key in added:
        del stored[key]
    del stored["parts"][0]["dates"]
    entry = JournalEntry.model_validate(stored)
    assert entry.camera_id is None and entry.parts[0].dates == ()


def test_a_recording_that_had_not_begun_has_nothing_to_resume():
    scheduled = ENTRY.model_copy(update={"started_at": None, "parts": ()})
    assert ResumeState.from_entry(scheduled) is None
    with pytest.raises(ValueError, match="ended before it began"):
        ResumeState.from_entry(scheduled.model_copy(update={"ended": "stopped"}))


def test_an_entry_that_had_begun_is_resumed_with_its_segments(tmp_path):
    entry: JournalEntry = ENTRY.model_copy(update={"ended": "stopped", "over": ENTRY.ends_at})
    state = ResumeState.from_entry(entry)
    assert state == ResumeState(ENTRY.started_at, ENTRY.parts, "stopped", ENTRY.ends_at)
    assert not state.has_segments(tmp_path) and state.last_written(tmp_path) == ENTRY.started_at
    (tmp_path / "part-1.mp4").touch()
    assert state.has_segments(tmp_path)


@pytest.mark.parametrize(
    ("now", "due"), [(60, 120), (65, 120), (200, 240), (40, 120), (-3540, -3480)]
)
def test_the_next_video_is_due_one_length_later_on_the_grid_or_after_the_clock_was_set_back(
    now, due
):
    """The first video began at 0 s and lasts 60 s."""
    first = first_of_series("aa", ENTRY.started_at, None, 60)
    following = first.following(ENTRY.started_at + now * SECOND)
    assert (following.number, following.next_at) == (2, ENTRY.started_at + due * SECOND)


def test_the_first_reason_to_stop_is_kept():
    stop = RecordingStop()
    assert stop.reason is None
    stop.set("disk")
    stop.set("stopped")
    assert stop.reason == "disk"


def test_ffmpeg_is_tried_again_after_longer_pauses_and_then_given_up():
    empty = SimpleNamespace(disk_full=False, size=0)
    grown = SimpleNamespace(disk_full=False, size=1)
    retry = SegmentRetry()
    for pause in SEGMENT_RETRY_PAUSES_S:
        retry.note_exit(empty, 0)
        assert retry.is_pausing(round(pause * SECOND) - 1)
        assert not retry.is_pausing(round(pause * SECOND))
    retry.note_exit(grown, 0)
    assert retry.failed is None
    for _ in (*SEGMENT_RETRY_PAUSES_S, None):
        assert retry.failed is None
        retry.note_exit(empty, 0)
    assert retry.failed == "error"


def test_a_full_disk_is_not_tried_again():
    retry = SegmentRetry()
    retry.note_exit(SimpleNamespace(disk_full=True, size=1000), 0)
    assert retry.failed == "disk"


def test_warnings_of_one_count_replace_each_other():
    warnings = WarningList()
    warnings.count_left_out(2)
    warnings.add_once(RecordingWarning.of("h265_copied"))
    warnings.add_once(RecordingWarning.of("h265_copied"))
    warnings.count_left_out(3)
    frame = MediaUnit(VideoTrack("h264", 64, 48), b"", 0, 0, 0, True, lost=4)
    warnings.count_lost_packets(frame)
    warnings.count_lost_packets(frame)
    assert warnings.items == (
        RecordingWarning.of("h265_copied"),
        RecordingWarning.of("frames_left_out", frames=5),
        RecordingWarning.of("packets_lost", packets=8, frames=2),
    )


def test_a_short_downtime_is_no_warning():
    warnings = WarningList()
    warnings.add_downtime(0, 5 * SECOND, 60 * SECOND)
    assert warnings.items == ()
    warnings.add_downtime(0, 90 * SECOND, 60 * SECOND)
    (warning,) = warnings.items
    assert warning.facts == {
        "start": "1970-01-01T00:00:00.000000Z",
        "end": "1970-01-01T00:01:00.000000Z",
    }
