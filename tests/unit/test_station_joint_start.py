"""Recordings that start together, and which cameras can be recorded. Stand-ins without threads."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from camrec.callbacks import Callbacks
from camrec.errors import CamrecError, DiskError, ServiceError, StateError
from camrec.recording import RecordingState
from camrec.session import SessionState
from camrec.station import RecordingChanged
from camrec.station.joint_start import (
    JOINT_PROMISE_TIMEOUT_NS,
    JOINT_START_LEAD_NS,
    JointStart,
)
from camrec.station.recordable_sessions import RecordableSessions
from camrec.station.recording_registry import RecordingRegistry
from support.units_made import SECOND, MadeClock


@dataclass
class MadeRecording:
    """A scheduled recording. `has_started`: it has begun, so that its start cannot be changed."""

    recording_id: str
    session_id: str
    started_at: int
    has_started: bool = False
    plan_id: str | None = None
    camera_id: str = ""
    state: RecordingState = RecordingState.SCHEDULED
    changed: Callbacks = field(default_factory=Callbacks)

    def reschedule(self, start_at):
        if self.has_started:
            return False
        self.started_at = start_at
        return True

    def stop(self):
        self.state = RecordingState.SAVED if self.has_started else RecordingState.FAILED

    def wait(self):
        self.changed.emit(self)


class World:
    """A registry, and a disk that takes a second for each recording.

    refused : the session whose recording is refused.
    begun : that of the recording that begins while the disk stores the others.
    """

    def __init__(self, folder):
        self.clock = MadeClock()
        self.changes = []
        changed = Callbacks()
        changed.connect(self.changes.append)
        self.registry = RecordingRegistry(changed)
        self.joint = JointStart(self.clock, self.registry, folder)
        self.refused = self.begun = None
        self.listed_meanwhile = []

    def schedule(self, recording_id, session_id, start_at):
        if session_id == self.refused:
            raise DiskError("disk_full", needed=1, free=0)
        self.clock.now += SECOND
        made = MadeRecording(recording_id, session_id, start_at, session_id == self.begun)
        self.registry.add(made)
        self.listed_meanwhile += self.registry.listed()
        return made

    def start(self, start_at=None):
        return self.joint.start(["a", "b"], start_at, self.schedule)

    def ids(self):
        return [each.session_id for each in self.registry.all()]


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_recordings_that_start_together_start_when_the_disk_has_all_of_them(world):
    begun = world.clock.utc_ns()
    one, two = world.start()
    assert one.started_at == two.started_at == begun + 2 * SECOND + JOINT_START_LEAD_NS
    assert JOINT_START_LEAD_NS < JOINT_PROMISE_TIMEOUT_NS
    assert world.listed_meanwhile == [] and len(world.registry.listed()) == 2
    assert world.changes == [RecordingChanged(each.recording_id) for each in (one, two)]


def test_recordings_that_are_scheduled_together_start_at_the_given_moment(world):
    start_at = world.clock.utc_ns() + 3600 * SECOND
    assert [each.started_at for each in world.start(start_at)] == [start_at, start_at]


def test_if_one_is_refused_the_others_leave_no_trace(world):
    world.refused = "b"
    with pytest.raises(DiskError):
        world.start()
    assert world.ids() == [] and world.registry.listed() == []


def test_a_recording_that_has_begun_before_the_others_were_stored_is_saved_and_listed(world):
    world.begun = "a"
    with pytest.raises(ServiceError, match="too long"):
        world.start()
    assert world.ids() == ["a"]
    assert [each.state for each in world.registry.listed()] == [RecordingState.SAVED]


@dataclass
class MadeSession:
    """A session, and its newest recording."""

    session_id: str
    state: SessionState = SessionState.LIVE
    recording: MadeRecording | None = None
    camera_id: str = "camera"
    name: str = "Door"


class Sessions(list):
    """Stands in for the cameras of a station."""

    def sessions(self):
        return list(self)

    def session(self, session_id):
        return next(each for each in self if each.session_id == session_id)


def recording(state, plan_id=None):
    return MadeRecording("aa", "a", 0, True, plan_id, "camera", state)


def refusal(sessions, registry, *session_ids, is_now=True):
    try:
        RecordableSessions(sessions, registry).check(session_ids, is_now=is_now)
    except CamrecError as error:
        return error.code
    return None


@pytest.mark.parametrize(
    ("session", "code"),
    [
        (MadeSession("a"), None),
        (MadeSession("a", SessionState.STALE), "session_not_live"),
        (MadeSession("a", recording=recording(RecordingState.SAVED)), None),
        (MadeSession("a", recording=recording(RecordingState.WAITING)), "already_recording"),
        (MadeSession("a", recording=recording(RecordingState.FINALISING)), "already_recording"),
    ],
)
def test_a_camera_that_delivers_and_is_not_recorded_can_be_recorded(world, session, code):
    sessions = Sessions([session])
    assert refusal(sessions, world.registry, "a") == code
    assert (RecordableSessions(sessions, world.registry).all() == []) is (code is not None)
    assert refusal(sessions, world.registry, "a", is_now=False) is None


@pytest.mark.parametrize("is_now", [True, False])
def test_a_camera_is_recorded_once(world, is_now):
    sessions = Sessions([MadeSession("a")])
    assert refusal(sessions, world.registry, "a", "a", is_now=is_now) == "already_recording"


def test_a_camera_that_a_plan_records_is_not_recorded_by_hand(world):
    sessions = Sessions([MadeSession("a")])
    planned = recording(RecordingState.WRITING, plan_id="plan")
    world.registry.add(planned)
    with pytest.raises(StateError) as caught:
        RecordableSessions(sessions, world.registry).reject_planned(sessions[0])
    assert caught.value.code == "plan_records"
    planned.state = RecordingState.FINALISING
    assert refusal(sessions, world.registry, "a") is None
