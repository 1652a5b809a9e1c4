"""What the dispatcher of plans is told about recordings and sessions."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from camrec.clock import NS_PER_SECOND
from camrec.planning import PlanRun, PlanState, RunningRecording
from camrec.recording import RecordingState
from camrec.session import SessionState
from camrec.station.plans.station_facts import MIN_FREED_BYTES, StationFactsReader, is_over
from support.units_made import MadeClock

BEGAN = 10**18
END = BEGAN + 3600 * NS_PER_SECOND


@dataclass
class MadeRecording:
    """What the reader looks at."""

    recording_id: str = "r"
    camera_id: str = "a"
    session_id: str = "s"
    plan_id: str | None = "p"
    state: RecordingState = RecordingState.WRITING
    started_at: int = BEGAN
    ends_at: int | None = END
    has_started: bool = True
    end_reason: str | None = None
    ended_at: int | None = None
    options: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(resume=None))


@dataclass
class MadeSession:
    session_id: str = "s"
    camera_id: str = "a"
    state: SessionState = SessionState.LIVE


@dataclass
class MadeSessions:
    """The sessions of plans: those whose ids are in `own`."""

    own: tuple[str, ...] = ()
    watched: tuple[str, ...] = ()
    busy: frozenset[str] = frozenset()
    failures: dict[str, str] = field(default_factory=dict)

    def is_own(self, session: MadeSession) -> bool:
        return session.session_id in self.own

    def is_watched(self, session: MadeSession) -> bool:
        return session.session_id in self.watched


def read(recordings=(), sessions=(), plan_sessions=None, state=None, videos=(), staying=()):
    library, disk = SimpleNamespace(videos=lambda: list(videos)), SimpleNamespace(room_bytes=1)
    reader = StationFactsReader(
        SimpleNamespace(max_sessions=3),
        MadeClock(),
        SimpleNamespace(sessions=lambda: list(sessions)),
        SimpleNamespace(all=lambda: list(recordings), disk=disk),
        library,
        plan_sessions or MadeSessions(),
        lambda: frozenset(staying),
    )
    return reader.read(state or PlanState(), ())


def run(**changes) -> PlanRun:
    return PlanRun(recording_id="r", camera_id="a", ordered_end=END, seen_end=END, **changes)


@pytest.mark.parametrize(
    ("states", "own", "expected"),
    [
        ([], (), "closed"),
        ([SessionState.FAILED], (), "closed"),
        ([SessionState.FAILED], ("s0",), "failed"),
        ([SessionState.FAILED, SessionState.OPENING], ("s0",), "opening"),
        ([SessionState.STALE], ("s0",), "opening"),
        ([SessionState.STALE, SessionState.LIVE], ("s0",), "ready"),
    ],
)
def test_the_state_of_a_camera_is_that_of_the_session_that_is_furthest(states, own, expected):
    sessions = [MadeSession(f"s{number}", state=state) for number, state in enumerate(states)]
    facts = read(sessions=sessions, plan_sessions=MadeSessions(own=own))
    assert facts.camera("a").state == expected


def test_after_the_disk_was_full_a_little_space_is_not_enough():
    disk = SimpleNamespace(room_bytes=1)
    reader = StationFactsReader(
        SimpleNamespace(max_sessions=3),
        MadeClock(),
        SimpleNamespace(sessions=list),
        SimpleNamespace(all=list, disk=disk),
        SimpleNamespace(),
        MadeSessions(),
        frozenset,
    )
    found = []
    for disk.room_bytes in [1, 0, MIN_FREED_BYTES - 1, MIN_FREED_BYTES, 1]:
        found.append(reader.read(PlanState(), ()).is_disk_full)
    assert found == [False, True, True, False, False]


def test_an_end_that_is_a_rounding_away_from_the_ordered_one_is_that():
    recording = MadeRecording(ends_at=END + 1000)
    facts = read([recording], state=PlanState(runs=(run(),)))
    assert facts.camera("a").recordings == (RunningRecording("r", BEGAN, END),)
    recording.ends_at = END + 2 * NS_PER_SECOND
    facts = read([recording], state=PlanState(runs=(run(),)))
    assert facts.camera("a").recordings[0].ends_at == recording.ends_at


@pytest.mark.parametrize(
    ("states", "told"),
    [
        ([], "closed"),
        ([SessionState.FAILED], "closed"),
        ([SessionState.OPENING], "opening"),
        ([SessionState.STALE, SessionState.FAILED], "opening"),
        ([SessionState.STALE, SessionState.LIVE], "ready"),
    ],
)
def test_a_camera_is_ready_if_one_of_its_sessions_delivers(states, told):
    sessions = [MadeSession(session_id=str(at), state=each) for at, each in enumerate(states)]
    assert read(sessions=sessions).camera("a").state == told


def test_a_camera_that_is_being_closed_or_opened_is_not_ready():
    plan_sessions = MadeSessions(own=("s",), busy=frozenset({"a"}))
    assert read(sessions=[MadeSession()], plan_sessions=plan_sessions).camera("a").state == (
        "opening"
    )


@pytest.mark.parametrize(
    ("own", "watched", "staying", "recording", "is_needed"),
    [
        (("s",), (), (), None, False),
        ((), (), (), None, True),  # a person opened it
        (("s",), ("s",), (), None, True),
        (("s",), (), ("a",), None, True),
        (("s",), (), (), MadeRecording(), False),  # that is known anyway
        (("s",), (), (), MadeRecording(plan_id=None), True),
        (("s",), (), (), MadeRecording(state=RecordingState.FINALISING), True),
        (("s",), (), (), MadeRecording(state=RecordingState.SAVED), False),
    ],
)
def test_whether_a_camera_stays_open_without_a_plan(own, watched, staying, recording, is_needed):
    recordings = [] if recording is None else [recording]
    facts = read(recordings, [MadeSession()], MadeSessions(own, watched), staying=staying)
    assert facts.camera("a").is_needed is is_needed


def test_a_session_that_failed_needs_nothing_and_takes_no_place():
    facts = read(sessions=[MadeSession(state=SessionState.FAILED), MadeSession(camera_id="b")])
    assert not facts.camera("a").is_needed and facts.free_sessions == 2


@pytest.mark.parametrize(
    ("reason", "is_by_person"),
    [("time", False), ("stopped", True), ("closed", True), ("shutdown", False), ("disk", False)],
)
def test_a_recording_that_takes_no_more_frames_has_ended(reason, is_by_person):
    recording = MadeRecording(
        state=RecordingState.FINALISING, end_reason=reason, ended_at=END - NS_PER_SECOND
    )
    facts = read([recording], state=PlanState(runs=(run(),)))
    assert facts.camera("a").recordings == ()
    ended = facts.ended["r"]
    assert (ended.began_at, ended.ended_at) == (BEGAN, END - NS_PER_SECOND)
    assert ended.is_by_person is is_by_person


def test_a_recording_that_only_has_to_be_saved_after_a_kill_is_over():
    recording = MadeRecording()
    assert not is_over(recording)
    recording.options.resume = SimpleNamespace(end_reason="stopped")
    assert is_over(recording)


def test_what_an_earlier_camrec_saved_is_found_by_its_receipts():
    def video(recording_id: str, started_at: str, ended_at: str, ended: str):
        receipt = SimpleNamespace(
            recording_id=recording_id, started_at=started_at, ended_at=ended_at, ended=ended
        )
        return SimpleNamespace(receipt=receipt)

    videos = [
        SimpleNamespace(receipt=None),
        video("other", "2026-01-01T07:00:00Z", "2026-01-01T08:00:00Z", "time"),
        video("r", "2026-01-01T09:00:00Z", "2026-01-01T09:30:00Z", "stopped"),
        video("r", "2026-01-01T08:00:00Z", "2026-01-01T09:00:00Z", "time"),
    ]
    facts = read(state=PlanState(runs=(run(),)), videos=videos)
    assert facts.ended.keys() == {"r"}
    ended = facts.ended["r"]
    assert ended.ended_at - ended.began_at == 90 * 60 * NS_PER_SECOND and ended.is_by_person


def test_a_recording_of_which_nothing_is_known_is_not_among_those_that_ended():
    assert read(state=PlanState(runs=(run(),))).ended == {}
