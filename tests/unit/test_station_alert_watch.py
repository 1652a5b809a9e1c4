"""What the station's watch finds. Cameras and recordings are stand-ins: only facts are asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timezone
from types import SimpleNamespace

import pytest

from camrec.alerts import AlertFile, AlertStore
from camrec.callbacks import Callbacks
from camrec.clock import NS_PER_DAY, NS_PER_SECOND
from camrec.config import Config
from camrec.errors import CameraError, CamrecError, NotFoundError
from camrec.planning import OccurrenceRecord, PlanState, WallClock
from camrec.planning.plan_state import Delay
from camrec.recording import RecordingState
from camrec.session import SessionState
from camrec.station import AlertsChanged
from camrec.station.alerts.alert_book import AlertBook
from camrec.station.alerts.alert_watch import AlertWatch
from camrec.station.alerts.disk_watch import DISK_CHECK_INTERVAL_NS, DiskWatch
from camrec.station.alerts.missed_plan_watch import MAX_MISSED_AGE_NS, MissedPlanWatch

BYTES_PER_S = 1_000_000


@dataclass
class MadeRecording:
    """What is asked of a recording."""

    started_at: int
    recording_id: str = "r1"
    state: RecordingState = RecordingState.WRITING
    end_reason: str | None = None
    ended_at: int | None = None
    ends_at: int | None = None
    has_started: bool = True
    error: CamrecError | None = None
    camera_id: str = "c1"
    plan_id: str | None = None
    options: SimpleNamespace = field(
        default_factory=lambda: SimpleNamespace(
            camera="Street", camera_id="c1", source="rtsp://192.168.1.20/a"
        )
    )


@dataclass
class MadeSession:
    """What is asked of a session."""

    since: int
    session_id: str = "s1"
    camera_id: str = "c1"
    name: str = "Street"
    state: SessionState = SessionState.LIVE
    recording: MadeRecording | None = None
    source: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(host="192.168.1.20"))
    feed: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(newest=None))

    @property
    def is_recording(self) -> bool:
        return self.recording is not None and self.recording.state is RecordingState.WRITING


class Watched:
    """A watch with its facts, which the test sets, and what it noted."""

    def __init__(self, folder, clock) -> None:
        self.clock = clock
        self.sessions: list[MadeSession] = []
        self.recordings: list[MadeRecording] = []
        self.planned_until: list[int] = []
        self.records: list[OccurrenceRecord] = []
        self.cameras: dict[str, SimpleNamespace] = {}
        self.available_bytes = 10**13
        self.is_kept_free = False
        self.disk = SimpleNamespace(deletes_oldest=False)
        self.changes: list[object] = []
        self.store = AlertStore(AlertFile(folder))
        self.begin()

    def begin(self) -> None:
        """Start to watch, as after a restart."""
        self.store.load()
        changed = Callbacks()
        changed.connect(self.changes.append)
        book = AlertBook(Config(), self.store, self.clock, changed)
        recordings = SimpleNamespace(all=lambda: self.recordings, disk=self.disk)
        plans = SimpleNamespace(
            all=lambda: self.planned_until, clock=WallClock(timezone.utc), calendar=self._calendar
        )
        disk = DiskWatch(self.clock, recordings, plans, book)
        known_cameras = SimpleNamespace(get=self._get_camera)
        missed = MissedPlanWatch(self.clock, self, known_cameras, book)
        cameras = SimpleNamespace(sessions=lambda: self.sessions)
        self.watch = AlertWatch(self.clock, cameras, recordings, disk, missed, book)

    @property
    def state(self) -> PlanState:
        """What became of the occurrences of plans."""
        return PlanState(records=tuple(self.records))

    def _calendar(self, from_day: date, to_day: date) -> SimpleNamespace:
        seconds = self.available_bytes // BYTES_PER_S
        stops_at = self.clock.utc_ns() + seconds * NS_PER_SECOND
        is_within = WallClock(timezone.utc).day_of(stops_at) <= to_day and not self.is_kept_free
        occurrences = [
            SimpleNamespace(state="planned", ends_at=each) for each in self.planned_until
        ]
        disk = SimpleNamespace(stops_at=stops_at if is_within else None)
        return SimpleNamespace(occurrences=occurrences, disk=disk)

    def _get_camera(self, camera_id: str) -> SimpleNamespace:
        if camera_id not in self.cameras:
            raise NotFoundError("no_camera", camera_id=camera_id)
        return self.cameras[camera_id]

    def codes(self) -> list[str]:
        """Check once, and return the sentences of all alerts, the oldest first."""
        self.watch.check()
        return [each.code for each in reversed(self.store.newest_first())]

    def record(self) -> MadeSession:
        """A live camera that is recorded."""
        recording = MadeRecording(self.clock.utc_ns())
        session = MadeSession(self.clock.utc_ns(), recording=recording)
        self.sessions, self.recordings = [session], [recording]
        return session

    def passes(self, seconds: float) -> None:
        self.clock.now += int(seconds * NS_PER_SECOND)


@pytest.fixture
def watched(tmp_path, clock) -> Watched:
    return Watched(tmp_path, clock)


def test_a_camera_without_frames_for_ten_seconds_is_one_alert(watched, clock):
    session = watched.record()
    assert watched.watch.check()
    session.feed.newest = SimpleNamespace(arrived=clock.now)
    last_frame = clock.utc_ns()
    watched.passes(6)
    session.state, session.since = SessionState.STALE, clock.utc_ns()
    watched.passes(3.9)
    assert watched.codes() == []
    watched.passes(0.2)
    assert watched.codes() == ["camera_lost"]
    watched.passes(100)
    assert watched.codes() == ["camera_lost"]
    session.state, session.since = SessionState.LIVE, clock.utc_ns()
    watched.passes(1)
    assert watched.codes() == ["camera_back"]
    (alert,) = watched.store.newest_first()
    assert (alert.at, alert.until) == (last_frame, session.since)
    assert (alert.camera_id, alert.recording_id) == ("c1", "r1")
    assert watched.changes == [AlertsChanged(alert.alert_id)] * 2


def test_frames_that_were_missing_before_the_recording_do_not_count(watched, clock):
    session = watched.record()
    session.state, session.since = SessionState.STALE, clock.utc_ns() - NS_PER_DAY
    assert watched.codes() == []
    watched.passes(10)
    assert watched.codes() == ["camera_lost"]
    assert watched.store.newest_first()[0].at == session.recording.started_at


def test_a_camera_that_is_lost_over_a_restart_is_one_alert(watched, clock):
    session = watched.record()
    session.state = SessionState.STALE
    watched.passes(11)
    assert watched.codes() == ["camera_lost"]
    watched.begin()
    assert watched.codes() == ["camera_lost"]
    session.state, session.since = SessionState.LIVE, clock.utc_ns()
    assert watched.codes() == ["camera_back"]


def test_a_recording_that_ended_early_is_one_alert_also_after_a_restart(watched, clock):
    started_at = clock.utc_ns()
    recording = MadeRecording(
        started_at,
        state=RecordingState.SAVED,
        end_reason="disk",
        ended_at=started_at + 5,
        ends_at=started_at + 9,
    )
    watched.recordings = [recording]
    assert watched.codes() == ["ended_disk"]
    watched.begin()
    assert watched.codes() == ["ended_disk"]
    (alert,) = watched.store.newest_first()
    assert (alert.kind, alert.at, alert.until) == ("ended_early", started_at + 5, started_at + 9)
    assert alert.message("en") == "Street: recording ended early, the disk is full"


def test_a_recording_that_a_person_stopped_is_no_alert(watched, clock):
    watched.recordings = [
        MadeRecording(clock.utc_ns(), each, RecordingState.SAVED, each)
        for each in ("stopped", "closed", "shutdown", "time")
    ]
    assert watched.codes() == []


def test_the_video_that_has_no_frames_is_an_alert_with_the_camera_s_name_hidden(watched, clock):
    recording = MadeRecording(
        clock.utc_ns(), state=RecordingState.FAILED, error=CameraError("recording_empty")
    )
    recording.end_reason, recording.options.camera = "time", "192.168.1.20 /a"
    watched.recordings = [recording]
    assert watched.codes() == ["ended_empty"]
    (alert,) = watched.store.newest_first()
    assert "192" not in alert.public_message("en")


@pytest.mark.parametrize(
    ("seconds", "code"), [(2, "clock_forward"), (-3600, "clock_back"), (1.9, None), (-1.9, None)]
)
def test_a_clock_that_was_set_by_seconds_is_an_alert(watched, clock, seconds, code):
    assert watched.codes() == []
    watched.passes(60)
    clock.utc_set_by = int(seconds * NS_PER_SECOND)
    assert watched.codes() == ([] if code is None else [code])
    if code is not None:
        (alert,) = watched.store.newest_first()
        assert alert.facts == {"seconds": abs(seconds)}


def fill_in_a_day(watched: Watched) -> None:
    watched.available_bytes = 86_400 * BYTES_PER_S


def test_the_disk_that_will_be_full_is_an_alert_if_a_recording_has_no_end(watched):
    watched.record()
    fill_in_a_day(watched)
    assert watched.codes() == ["disk_full_soon"]
    (alert,) = watched.store.newest_first()
    assert alert.facts == {"hours": 24}
    watched.available_bytes = 10**13
    assert watched.codes() == ["disk_full_soon"], "the disk is asked once a minute"
    watched.clock.now += DISK_CHECK_INTERVAL_NS
    assert watched.codes() == ["disk_well"]


def test_the_disk_is_no_alert_if_a_person_records_something_with_an_end(watched, clock):
    session = watched.record()
    session.recording.ends_at = clock.utc_ns() + 2 * NS_PER_DAY
    fill_in_a_day(watched)
    assert watched.codes() == []
    watched.clock.now += DISK_CHECK_INTERVAL_NS
    watched.planned_until = [clock.utc_ns() + 2 * NS_PER_DAY]
    assert watched.codes() == ["disk_full_soon"]


def test_a_disk_that_is_kept_free_by_deleting_the_oldest_videos_is_no_alert(watched):
    watched.is_kept_free = True
    fill_in_a_day(watched)
    watched.record()
    assert watched.codes() == []
    watched.clock.now += DISK_CHECK_INTERVAL_NS
    watched.is_kept_free = False
    assert watched.codes() == ["disk_full_soon"]


def test_a_disk_that_nothing_fills_any_more_is_no_alert_any_more(watched):
    watched.record()
    fill_in_a_day(watched)
    assert watched.codes() == ["disk_full_soon"]
    watched.sessions, watched.recordings = [], []
    watched.clock.now += DISK_CHECK_INTERVAL_NS
    assert watched.codes() == ["disk_idle"]


def missed(watched: Watched, *delays: Delay, ended_ago: int = 0) -> OccurrenceRecord:
    """An occurrence of a plan that was missed."""
    ends_at = watched.clock.utc_ns() - ended_ago
    return OccurrenceRecord(
        plan_id="p1",
        camera_id="c1",
        starts_at=ends_at - 10,
        ends_at=ends_at,
        state="missed",
        delays=delays,
    )


def test_a_plan_that_was_missed_is_one_alert_with_its_longest_reason(watched):
    watched.cameras["c1"] = SimpleNamespace(name="Nest", address=SimpleNamespace(host="10.0.0.7"))
    end = watched.clock.utc_ns()
    camera, asleep = (
        Delay(reason="camera", start=end - 10, end=end - 8),
        Delay(reason="asleep", start=end - 8),
    )
    watched.records = [missed(watched, camera, asleep)]
    assert watched.codes() == ["missed_asleep"]
    (alert,) = watched.store.newest_first()
    assert (alert.kind, alert.at, alert.until) == ("plan_missed", end - 10, end)
    assert (alert.plan_id, alert.camera_id) == ("p1", "c1")
    assert alert.message("en") == "Nest: a plan was missed, the computer was asleep"
    watched.begin()
    watched.passes(60)
    assert watched.codes() == ["missed_asleep"]


def test_a_plan_that_a_person_stopped_or_replaced_is_no_alert(watched):
    now = watched.clock.utc_ns()
    by_hand = missed(watched, Delay(reason="by_hand", start=now - 10))
    stopped = missed(watched).model_copy(update={"state": "stopped", "plan_id": "p2"})
    watched.records = [by_hand, stopped, missed(watched, ended_ago=MAX_MISSED_AGE_NS + 1)]
    assert watched.codes() == []


def test_a_recording_of_a_plan_that_is_tried_again_is_no_alert(watched, clock):
    recording = MadeRecording(
        clock.utc_ns(), state=RecordingState.FAILED, error=CameraError("recording_empty")
    )
    recording.end_reason, recording.plan_id = "time", "p1"
    watched.recordings = [recording]
    assert watched.codes() == []
    recording.recording_id, recording.error, recording.end_reason = "r2", None, "disk"
    recording.state = RecordingState.SAVED
    assert watched.codes() == ["ended_disk"]
