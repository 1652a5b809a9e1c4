"""The sum at the top of the bell: what was recorded in some time, and what is missing."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from camrec.alerts import Alert, AlertSubject, sum_recorded_time
from camrec.clock import NS_PER_SECOND, format_iso
from camrec.dashboard.absence import AbsenceSpans
from camrec.library import VideoFile
from camrec.planning import Delay, OccurrenceRecord
from camrec.receipt import Gap, Receipt
from camrec.recording import RecordingState
from camrec.time_spans import TimeSpan, without_gaps

MINUTE = 60 * NS_PER_SECOND
BEGIN = 1_795_953_600 * NS_PER_SECOND
NOW = BEGIN + 600 * MINUTE
STREET = AlertSubject(camera_id="street", camera="Street")


def at(minute: float) -> int:
    return BEGIN + round(minute * MINUTE)


def span(start: float, end: float) -> TimeSpan:
    return TimeSpan(at(start), at(end))


def video(
    start: float, end: float, *gaps: tuple[float, float], camera: str = "street", run: str = "r"
) -> VideoFile:
    found = [Gap(start=(a - start) * 60, duration=(b - a) * 60) for a, b in gaps]
    length = (end - start) * 60
    receipt = Receipt(
        recording_id=run, name="a", camera_id=camera, source="", asked=None, duration=length,
        started_at=format_iso(at(start)), ended_at=format_iso(at(end)), ended="time", frames=1,
        gaps=found, width=1, height=1, video_codec="h264", size=1, sha256="", playable=True,
    )  # fmt: skip
    facts = ("a", at(start), length, 1, 1, 1, "h264", None, True, receipt)
    return VideoFile("a.mp4", Path("a.mp4"), *facts)


def running(start: float, *gaps: tuple[float, float], **more) -> SimpleNamespace:
    """A stand-in for what is being recorded: a real one needs a camera for hours."""
    found = [Gap(start=(a - start) * 60, duration=(b - a) * 60) for a, b in gaps]
    facts = {"state": RecordingState.WRITING, "has_started": True, "ended_at": None}
    facts |= {"started_at": at(start), "camera_id": "street", "recording_id": "r", "gaps": found}
    return SimpleNamespace(**{**facts, **more})


def minutes(since: float = 0, *, videos=(), recordings=(), alerts=(), records=()) -> tuple:
    spans = AbsenceSpans(at(since), NOW)
    spans.add_videos(videos)
    spans.add_recordings(recordings)
    spans.add_alerts(alerts)
    spans.add_occurrences(records)
    found = sum_recorded_time(spans.recorded, spans.wanted, at(since), NOW)
    return found.recorded / MINUTE, found.missing / MINUTE


@pytest.mark.parametrize(
    ("recorded", "wanted", "expected"),
    [
        ([span(0, 60)], [], (60, 0)),
        ([span(0, 60), span(30, 90)], [], (90, 0)),
        ([], [span(0, 60), span(10, 20)], (0, 60)),
        ([span(20, 40)], [span(0, 60)], (20, 40)),
        ([span(-30, 10)], [span(-60, 5)], (10, 0)),
        ([], [span(590, 700)], (0, 10)),
    ],
)
def test_each_moment_of_a_camera_counts_once_and_only_in_the_time_asked_for(
    recorded, wanted, expected
):
    found = sum_recorded_time({"a": recorded}, {"a": wanted}, BEGIN, NOW)
    assert (found.recorded / MINUTE, found.missing / MINUTE) == expected


def test_gaps_are_taken_out_of_a_span():
    assert without_gaps(span(0, 60), [span(10, 20), span(50, 70)]) == [span(0, 10), span(20, 50)]
    assert without_gaps(span(0, 60), [span(0, 60)]) == []


def test_cameras_are_added_and_gaps_are_missing():
    videos = [video(0, 60, (10, 14)), video(0, 30, camera="door")]
    assert minutes(videos=videos) == (86, 4)
    assert minutes(12, videos=videos) == (46 + 18, 2)
    assert minutes(60, videos=videos) == (0, 0)


def test_an_outage_that_the_receipt_says_too_counts_once():
    lost = Alert.create("camera_lost", "camera_back", at(10), at(14), STREET)
    early = Alert.create("ended_early", "ended_disk", at(60), at(89), STREET)
    missed = Alert.create("plan_missed", "missed_asleep", at(100), at(220), STREET)
    clock = Alert.create("clock_jumped", "clock_back", at(300))
    alerts = [clock, missed, early, lost]
    assert minutes(videos=[video(0, 60, (10, 14))], alerts=alerts) == (56, 153)
    # Somebody recorded the camera again before the end that was planned.
    videos = [video(0, 60, (10, 14)), video(70, 89, run="again")]
    assert minutes(videos=videos, alerts=[early, lost]) == (75, 14)


def test_what_runs_counts_and_so_does_an_outage_that_lasts():
    lost = Alert.create("camera_lost", "camera_lost", at(590), subject=STREET)
    assert minutes(recordings=[running(540, (590, 600))], alerts=[lost]) == (50, 10)
    scheduled = running(0, state=RecordingState.SCHEDULED, has_started=False)
    assert minutes(recordings=[scheduled]) == (0, 0)


def test_of_a_series_the_saved_videos_and_the_open_one_count_once():
    saved = [video(0, 60, (10, 20)), video(60, 120)]
    assert minutes(videos=saved[::-1], recordings=[running(0, (130, 135))]) == (585, 15)


def test_a_plan_that_began_late_lacks_what_it_waited_for():
    delays = [("asleep", -60, 30), ("by_hand", 30, 40), ("camera", 100, None)]
    record = OccurrenceRecord(
        plan_id="p", camera_id="street", starts_at=at(0), ends_at=at(120), state="recording",
        began_at=at(40),
        delays=tuple(
            Delay(reason=reason, start=at(start), end=None if end is None else at(end))
            for reason, start, end in delays
        ),
    )  # fmt: skip
    assert minutes(-60, videos=[video(40, 100)], records=[record]) == (60, 50)
    made_late = record.model_copy(
        update={"delays": (Delay(reason="plan_made", start=at(0), end=at(30)),)}
    )
    assert minutes(videos=[video(30, 120)], records=[made_late]) == (90, 0)
