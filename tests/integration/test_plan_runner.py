"""Plans as a station records them: real cameras, FFmpeg and files, with starts seconds ahead."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from camrec.annotations import Details
from camrec.camera_address import parse_address
from camrec.camera_registry import CameraFile, CameraRegistry
from camrec.clock import NS_PER_SECOND, iso_to_utc_ns, utc_ns
from camrec.errors import DiskError, StateError
from camrec.planning import OccurrenceRecord, PlanEntry, PlanFile, PlanStore, RecordingPlan
from camrec.planning.missing_time import MIN_LATENESS_NS
from camrec.planning.plan import WEEKDAYS
from camrec.recording import RecordingState
from camrec.session import OPEN_SESSION_STATES, SessionState
from camrec.station import Station
from camrec.station.changes import PlansChanged
from camrec.station.plans.outages import HEARTBEAT_FILE_NAME
from support.cameras.mjpeg import MjpegCamera
from support.studio import shown
from support.units_made import until
from support.victim import Victim

pytestmark = pytest.mark.spread


class PlannedStation:
    """A station with a camera that it knows, and plans for it. The camera is closed."""

    def __init__(self, station: Station, camera_id: str) -> None:
        self.station = station
        self.camera_id = camera_id
        self.store = station.plans.store

    def plan(self, start: datetime, seconds: int, **given: object) -> PlanEntry:
        entry = self.store.add(plan_for(self.camera_id, start, seconds, **given), utc_ns())
        self.station.changed.emit(PlansChanged())
        return entry

    def records(self, entry: PlanEntry) -> list[OccurrenceRecord]:
        records = self.store.state.all_records()
        return [each for each in records if each.plan_id == entry.plan_id]

    def reasons(self, entry: PlanEntry) -> list[str]:
        """Why it is late so far."""
        return [delay.reason for record in self.records(entry) for delay in record.delays]

    def state(self, entry: PlanEntry) -> str | None:
        return next((each.state for each in self.records(entry)), None)

    def wait(self, entry: PlanEntry, state: str) -> OccurrenceRecord:
        until(lambda: self.state(entry) == state, 60)
        return self.records(entry)[0]

    def sessions(self):
        sessions = self.station.cameras.sessions()
        return [each for each in sessions if each.state in OPEN_SESSION_STATES]

    def saved(self, *recording_ids: str) -> list:
        """The videos of these recordings, once all of them are there."""
        recordings = [self.station.recordings.get(each) for each in recording_ids]
        until(lambda: all(each.state is RecordingState.SAVED for each in recordings), 60)
        return [self.station.library.get(name) for each in recordings for name in each.filenames]

    @property
    def failures(self) -> dict[str, str]:
        """Why cameras could not be opened for plans the last time."""
        return dict(self.station._plan_runner.sessions.failures)

    def clear(self) -> None:
        for entry in self.store.entries():
            self.store.remove(entry.plan_id)
        for session in self.station.cameras.sessions():
            self.station.cameras.close(session.session_id)
        self.station.changed.emit(PlansChanged())
        until(lambda: not self.store.state.runs and not self.sessions(), 60)


def plan_for(camera_id: str, start: datetime, seconds: int, **given: object) -> RecordingPlan:
    return RecordingPlan((camera_id,), WEEKDAYS, start.time(), duration=seconds, **given)


def in_seconds(seconds: int) -> datetime:
    """A whole second that is at least so far away, on the wall clock of this computer."""
    return (datetime.now() + timedelta(seconds=seconds + 1)).replace(microsecond=0)


def ns_of(moment: datetime) -> int:
    return round(moment.timestamp()) * NS_PER_SECOND


def numbers_of(videos) -> list[int]:
    return [number for video in videos for number in shown(video.path)[1]]


def assert_no_frame_is_missing_or_doubled(videos) -> None:
    numbers = numbers_of(videos)
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert all(not video.receipt.gaps for video in videos)


@pytest.fixture(scope="module")
def camera():
    with MjpegCamera(size=(320, 240), rate=10) as camera:
        yield camera


@pytest.fixture(scope="module")
def running(binaries, tmp_path_factory, camera):
    with Station(binaries.config(tmp_path_factory.mktemp("plans"))) as station:
        session = station.cameras.open(camera.url, "Cage")
        station.cameras.close(session.session_id)
        yield PlannedStation(station, session.camera_id)


@pytest.fixture
def planned(running):
    yield running
    running.clear()


def test_a_plan_opens_its_camera_records_saves_and_closes_it(planned):
    start = in_seconds(4)
    details = Details({"subject": "M12"})
    entry = planned.plan(start, 4, name="Night", details=details)
    until(lambda: planned.sessions(), 30)
    record = planned.wait(entry, "recording")
    [session] = planned.sessions()
    with pytest.raises(StateError) as refused:
        planned.station.recordings.start(session.session_id, 5)
    assert refused.value.code == "plan_records" and entry.plan_id in refused.value.text("en")
    with pytest.raises(StateError, match=entry.plan_id):
        planned.station.recordings.start_together([session.session_id], 5)
    record = planned.wait(entry, "recorded")
    assert (record.starts_at, record.ends_at) == (ns_of(start), ns_of(start) + 4 * NS_PER_SECOND)
    [video] = planned.saved(*record.recording_ids)
    receipt = video.receipt
    assert (receipt.plan_id, receipt.name, receipt.details) == (entry.plan_id, "Night", details)
    assert receipt.ended == "time" and iso_to_utc_ns(receipt.ended_at) == record.ends_at
    named = datetime.strptime(video.filename, "Night %Y-%m-%d %H-%M-%S.mp4")
    assert named >= start, "also if its first frame is a moment earlier"
    assert_no_frame_is_missing_or_doubled([video])
    until(lambda: not planned.sessions() and not planned.store.state.opened, 60)


@pytest.mark.parametrize(("seconds", "stops"), [(7, False), (9, True), (60, True)])
def test_a_recording_by_hand_goes_on_and_the_plan_follows_at_its_last_frame(
    planned, camera, seconds, stops
):
    """It ends by itself; it is stopped when the plan's is scheduled already, and before."""
    session = planned.station.cameras.open(camera.url)
    by_hand = planned.station.recordings.start(session.session_id, seconds)
    entry = planned.plan(in_seconds(2), 10)
    until(lambda: [each.hand_ids for each in planned.records(entry)] == [(by_hand.recording_id,)])
    assert planned.state(entry) == "due"
    if stops:
        planned.station.recordings.stop(session.session_id)
    record = planned.wait(entry, "recording")
    assert [each.reason for each in record.delays] in ([], ["by_hand"])
    first, second = planned.saved(by_hand.recording_id, *record.recording_ids)
    assert_no_frame_is_missing_or_doubled([first, second])
    assert (first.receipt.plan_id, second.receipt.plan_id) == (None, entry.plan_id)
    assert iso_to_utc_ns(second.receipt.ended_at) == record.ends_at
    assert [each.session_id for each in planned.sessions()] == [session.session_id]


def test_two_plans_that_touch_make_two_videos_without_a_lost_frame(planned):
    start = in_seconds(4)
    earlier = planned.plan(start, 3, name="First")
    later = planned.plan(start + timedelta(seconds=3), 3, name="Second")
    ids = [planned.wait(each, "recorded").recording_ids for each in (earlier, later)]
    assert [len(each) for each in ids] == [1, 1]
    videos = planned.saved(*ids[0], *ids[1])
    assert [each.receipt.name for each in videos] == ["First", "Second"]
    assert_no_frame_is_missing_or_doubled(videos)


def test_plans_that_overlap_make_one_video_also_if_the_disk_may_be_too_small(planned, monkeypatch):
    def refuse(*about):
        raise DiskError("disk_full", needed=2, free=1, floor=0)

    monkeypatch.setattr(planned.station.library.disk_space, "require_space", refuse)
    start = in_seconds(4)
    earlier = planned.plan(start, 4)
    planned.wait(earlier, "recording")
    later = planned.plan(start + timedelta(seconds=2), 4)
    records = [planned.wait(each, "recorded") for each in (earlier, later)]
    assert records[0].recording_ids == records[1].recording_ids
    [video] = planned.saved(*records[0].recording_ids)
    assert iso_to_utc_ns(video.receipt.ended_at) == records[1].ends_at
    assert_no_frame_is_missing_or_doubled([video])


def test_stop_ends_the_occurrence_and_the_one_that_touches_begins_at_its_own_time(planned):
    start = in_seconds(3)
    earlier = planned.plan(start, 8)
    later = planned.plan(start + timedelta(seconds=8), 3)
    record = planned.wait(earlier, "recording")
    planned.station.recordings.stop(recording_id=record.recording_ids[0])
    stopped = planned.wait(earlier, "stopped")
    assert stopped.recording_ids == record.recording_ids
    following = planned.wait(later, "recorded")
    assert following.began_at >= following.starts_at and not following.delays
    assert planned.state(earlier) == "stopped"
    assert planned.store.get(earlier.plan_id).plan.enabled
    planned.saved(*following.recording_ids)


def test_closing_the_camera_stops_the_occurrence(planned):
    entry = planned.plan(in_seconds(3), 20)
    record = planned.wait(entry, "recording")
    [session] = planned.sessions()
    planned.station.cameras.close(session.session_id)
    planned.wait(entry, "stopped")
    assert planned.station.recordings.get(record.recording_ids[0]).end_reason == "closed"
    assert not planned.sessions()


def test_a_corrected_password_is_tried_at_once(planned):
    start = in_seconds(2)
    with MjpegCamera(size=(160, 120), rate=10, auth="basic") as camera:
        wrong = camera.address.replace("://", "://viewer:wrong@")
        values = {"days": list(WEEKDAYS), "start": f"{start:%H:%M:%S}", "duration": 60}
        entry = planned.station.plans.add({"cameras": [wrong], **values})
        until(lambda: camera.connections and not planned.sessions(), 60)
        planned.station.plans.change(entry.plan_id, {"cameras": [camera.url]})
        record = planned.wait(entry, "recording")
        assert [each.reason for each in record.delays] in ([], ["camera"])
        planned.clear()


def test_a_camera_that_is_away_is_named_once_in_the_log_and_recorded_when_it_is_back(
    planned, caplog
):
    """One session tries it all the time, without news."""
    start = in_seconds(2)
    with MjpegCamera(size=(160, 120), rate=10) as camera:
        values = {"days": list(WEEKDAYS), "start": f"{start:%H:%M:%S}", "duration": 120}
        camera.stop()
        entry = planned.station.plans.add({"cameras": [camera.url], **values})
        failed = "cannot be recorded for a plan"
        until(lambda: [each for each in caplog.records if failed in each.getMessage()], 60)
        [session] = planned.sessions()
        assert (session.state, session.error.code) == (SessionState.STALE, "camera_refused")
        until(lambda: planned.records(entry) and planned.records(entry)[0].delays, 60)
        caplog.clear()
        changes: list[object] = []
        disconnect = planned.station.changed.connect(changes.append)
        tried = session.retries
        until(lambda: session.retries > tried + 2, 60)
        until(lambda: utc_ns() > ns_of(start) + MIN_LATENESS_NS, 60)  # less is not late
        disconnect()
        assert not changes and planned.sessions() == [session]
        assert not [each for each in caplog.records if each.levelname == "WARNING"]
        camera.start()
        assert planned.wait(entry, "recording").delays[0].reason == "camera"
        assert planned.sessions() == [session]
        planned.clear()


def test_an_absent_camera_of_a_plan_can_get_another_address(planned):
    start = in_seconds(2)
    with MjpegCamera(size=(160, 120), rate=10) as camera:
        url = camera.url
        values = {"days": list(WEEKDAYS), "start": f"{start:%H:%M:%S}", "duration": 120}
        entry = planned.station.plans.add({"cameras": [f"{url}?old"], **values})
        camera.stop()
        [camera_id] = entry.plan.cameras
        until(lambda: [each.state for each in planned.sessions()] == [SessionState.STALE], 60)
        camera.start()
        planned.station.known_cameras.update(camera_id, None, url)
        planned.wait(entry, "recording")
        assert [each.source.url for each in planned.sessions()] == [url]
        planned.clear()


def test_an_absent_camera_makes_room_for_one_that_somebody_opens_and_is_opened_again_after_it(
    planned, camera, monkeypatch
):
    monkeypatch.setattr(planned.station.config, "max_sessions", 1)
    start = in_seconds(2)
    with MjpegCamera(size=(160, 120), rate=10) as absent:
        values = {"days": list(WEEKDAYS), "start": f"{start:%H:%M:%S}", "duration": 300}
        absent.stop()
        entry = planned.station.plans.add({"cameras": [absent.url], **values})
        [camera_id] = entry.plan.cameras
        until(lambda: [each.state for each in planned.sessions()] == [SessionState.STALE], 60)
        opened = planned.station.cameras.open(camera.url)
        assert planned.sessions() == [opened]
        until(lambda: "no_session" in planned.reasons(entry), 60)
        absent.start()
        planned.station.cameras.close(opened.session_id)
        planned.wait(entry, "recording")
        assert [each.camera_id for each in planned.sessions()] == [camera_id]
        planned.clear()


def prepared(folder: Path, camera: MjpegCamera, start: datetime, seconds: int, now: int) -> str:
    """The files of a camrec that knew this camera and had a plan; returns the plan's id."""
    registry = CameraRegistry(CameraFile(folder))
    source = parse_address(camera.url)
    known = registry.acquire(source, "Cage")
    registry.remember(known.camera_id, source)
    store = PlanStore(PlanFile(folder))
    store.load()
    return store.add(plan_for(known.camera_id, start, seconds), now).plan_id


def test_a_plan_whose_whole_time_lay_in_an_outage_was_missed_for_that_reason(
    binaries, tmp_path, camera
):
    config = binaries.config(tmp_path)
    config.videos.mkdir(parents=True)
    start = in_seconds(-600)
    alive = utc_ns() - 1200 * NS_PER_SECOND
    plan_id = prepared(config.videos, camera, start, 60, alive)
    (config.videos / HEARTBEAT_FILE_NAME).write_text(json.dumps({"alive": alive, "outages": []}))
    with Station(config) as station:
        until(lambda: station.plans.store.state.records, 30)
        [record] = station.plans.store.state.records
    assert (record.plan_id, record.state, record.recording_ids) == (plan_id, "missed", ())
    assert {each.reason for each in record.delays} <= {"not_running", "off"} and record.delays


def test_after_a_kill_in_the_middle_the_same_recording_goes_on(binaries, tmp_path, camera):
    videos = tmp_path / "videos"
    videos.mkdir()
    start = in_seconds(8)
    prepared(videos, camera, start, 16, utc_ns())
    programs = [binaries.mediamtx, binaries.go2rtc, binaries.ffmpeg]
    with Victim(tmp_path, programs, {}, 0) as victim:
        until(lambda: victim.begun and any(victim.written().values()), 60)
        victim.kill(victim.processes("camrec"))
        victim.start()
        until(lambda: len(victim.begun) > 1, 60)
        until(lambda: any(videos.glob("[!.]*.json")), 90)
        victim.finish()
    assert len({each[2] for each in victim.begun}) == 1
    [receipt] = [json.loads(each.read_text()) for each in videos.glob("[!.]*.json")]
    end = ns_of(start) + 16 * NS_PER_SECOND
    assert iso_to_utc_ns(receipt["ended_at"]) == end and receipt["parts"] >= 2
    store = PlanStore(PlanFile(videos))
    store.load()
    [record] = store.state.records
    assert record.state == "recorded" and len(record.recording_ids) == 1


def test_a_plan_that_ends_later_now_makes_one_longer_recording(planned):
    start = in_seconds(3)
    entry = planned.plan(start, 4)
    record = planned.wait(entry, "recording")
    longer = plan_for(planned.camera_id, start, 7)
    planned.store.change(entry.plan_id, longer, utc_ns())
    planned.station.changed.emit(PlansChanged())
    record = planned.wait(entry, "recorded")
    [video] = planned.saved(*record.recording_ids)
    assert iso_to_utc_ns(video.receipt.ended_at) == ns_of(start) + 7 * NS_PER_SECOND


def test_a_scheduled_recording_begins_at_the_end_of_the_one_that_runs_then(planned, camera):
    recordings = planned.station.recordings
    session = planned.station.cameras.open(camera.url)
    running = recordings.start(session.session_id, 5)
    soon = utc_ns() + 2 * NS_PER_SECOND
    scheduled = recordings.start(session.session_id, 7, start_at=soon)
    short = recordings.start(session.session_id, 1, start_at=soon + NS_PER_SECOND)
    videos = planned.saved(running.recording_id, scheduled.recording_id)
    assert_no_frame_is_missing_or_doubled(videos)
    assert abs(scheduled.started_at - running.ended_at) < NS_PER_SECOND // 1000
    assert iso_to_utc_ns(videos[1].receipt.ended_at) == pytest.approx(
        soon + 7 * NS_PER_SECOND, abs=1000
    )
    assert short.wait(30) and short.error.code == "recorded_meanwhile"


def test_a_scheduled_recording_waits_for_a_plan_s_and_a_plan_for_it(planned, camera):
    session = planned.station.cameras.open(camera.url)
    start = in_seconds(3)
    first = planned.plan(start, 4)
    second = planned.plan(start + timedelta(seconds=6), 5)
    at = ns_of(start) + 2 * NS_PER_SECOND
    scheduled = planned.station.recordings.start(session.session_id, 6, start_at=at)
    [one] = planned.wait(first, "recorded").recording_ids
    [three] = planned.wait(second, "recorded").recording_ids
    videos = planned.saved(one, scheduled.recording_id, three)
    assert [each.receipt.plan_id for each in videos] == [first.plan_id, None, second.plan_id]
    assert_no_frame_is_missing_or_doubled(videos)


def test_a_camera_is_recorded_once_at_a_time_also_in_a_second_session(planned, camera):
    """By hand in one session, by a plan, and scheduled in another session: one after another."""
    recordings = planned.station.recordings
    one, other = (planned.station.cameras.open(camera.url).session_id for _ in range(2))
    start = in_seconds(3)
    by_hand = recordings.start(other, 4)
    entry = planned.plan(start, 6)
    at = ns_of(start) + 4 * NS_PER_SECOND
    scheduled = recordings.start(one, 5, start_at=at)
    record = planned.wait(entry, "recording")
    for session_id in (one, other):
        with pytest.raises(StateError, match=entry.plan_id) as refused:
            recordings.start(session_id, 5)
        assert refused.value.code == "plan_records"
    planned.wait(entry, "recorded")
    videos = planned.saved(by_hand.recording_id, *record.recording_ids, scheduled.recording_id)
    assert [each.receipt.plan_id for each in videos] == [None, entry.plan_id, None]
    numbers = [shown(video.path)[1] for video in videos]
    # Other sessions have other frames, so the one that was on the screen may be in both.
    assert all(later[0] >= earlier[-1] for earlier, later in pairwise(numbers))


def test_what_is_left_after_a_restart_is_a_second_recording_with_the_stored_password(
    binaries, tmp_path
):
    config = binaries.config(tmp_path)
    start = in_seconds(6)
    with MjpegCamera(size=(320, 240), rate=10, auth="basic") as guarded:
        with Station(config) as station:
            values = {"cameras": [guarded.url], "days": list(WEEKDAYS), "duration": 20}
            entry = station.plans.add({**values, "start": f"{start:%H:%M:%S}"})
            planned = PlannedStation(station, entry.plan.cameras[0])
            planned.wait(entry, "recording")
        with Station(config) as station:
            planned = PlannedStation(station, entry.plan.cameras[0])
            record = planned.wait(entry, "recorded")
            first, second = record.recording_ids
            until(lambda: len(station.library.videos()) == 2, 60)
            by_id = {each.receipt.recording_id: each.receipt for each in station.library.videos()}
            until(lambda: not planned.sessions(), 60)
    assert [by_id[each].ended for each in (first, second)] == ["shutdown", "time"]
    assert iso_to_utc_ns(by_id[second].ended_at) == record.ends_at


def test_a_camera_that_answers_late_is_recorded_late(planned, camera):
    """One session waits for it."""
    camera.stop()
    try:
        entry = planned.plan(in_seconds(1), 60)
        until(lambda: planned.records(entry) and planned.records(entry)[0].delays, 60)
        until(lambda: planned.failures == {planned.camera_id: "camera_refused"}, 60)
    finally:
        camera.start()
    record = planned.wait(entry, "recording")
    assert {each.reason for each in record.delays} <= {"camera"}
    assert len(planned.station.cameras.sessions()) == 1 and not planned.failures
