"""The name of a new session, and what the registry learns from it. The sessions are stand-ins."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from camrec.camera_address import CameraAddress, parse_address
from camrec.camera_clock import ClockChoice
from camrec.camera_registry import CameraFile, CameraRegistry, KnownCamera
from camrec.errors import NotFoundError, ServiceError, StateError
from camrec.session import SessionState
from camrec.session.session_state import SESSION_TRANSITIONS
from camrec.state_machine import StateMachine
from camrec.station.demo_sessions import DemoSessions
from camrec.station.session_camera import release_when_ended, remember_when_live
from camrec.station.session_names import unused_session_name, used_names

SOURCE = parse_address("rtsp://door/stream")


@dataclass
class MadeSession:
    """What is asked of a session."""

    source: CameraAddress = SOURCE
    name: str = "Door"
    camera_id: str = ""
    state: SessionState = SessionState.OPENING
    given_clock: ClockChoice | None = None
    stays: bool | None = None
    storing_error: ServiceError | None = None
    machine: StateMachine[SessionState] = field(
        default_factory=lambda: StateMachine(SessionState.OPENING, SESSION_TRANSITIONS)
    )


def camera_called(name):
    return KnownCamera(camera_id="00", name=name, url=SOURCE.url)


@pytest.mark.parametrize(
    ("camera", "open_names", "expected"),
    [
        ("Door", [], "Door"),
        ("Door", ["Door"], "Door (2)"),
        ("Door", ["Door", "Door (2)"], "Door (3)"),
        ("door", ["door"], "door · stream"),  # the host: nobody chose this name
    ],
)
def test_a_session_has_a_name_that_no_open_one_has(camera, open_names, expected):
    opened = [MadeSession(name=each) for each in open_names]
    assert unused_session_name(camera_called(camera), SOURCE, opened) == expected


def test_a_session_that_failed_gives_its_name_back():
    failed = MadeSession(state=SessionState.FAILED)
    assert used_names([failed, MadeSession(name="Yard")]) == {"Yard": SOURCE}
    assert unused_session_name(camera_called("Door"), SOURCE, [failed]) == "Door"


@pytest.fixture
def registry(tmp_path):
    return CameraRegistry(CameraFile(tmp_path))


def open_session(registry, name="Door"):
    session = MadeSession(name=name)
    session.camera_id = registry.acquire(SOURCE, name).camera_id
    return session


def test_a_camera_is_stored_when_it_delivers_and_only_the_first_time(registry):
    session, stored = open_session(registry), []
    remember_when_live(session, registry, lambda: stored.append(1), "Door")
    assert not registry.is_stored(session.camera_id)
    session.name, session.stays = "Front door", True  # renamed while it was being opened
    session.machine.transition(SessionState.LIVE)
    camera = registry.get(session.camera_id)
    assert (camera.name, camera.stays, stored) == ("Front door", True, [1])
    registry.update(session.camera_id, name="Gate")
    session.machine.transition(SessionState.STALE)
    session.machine.transition(SessionState.LIVE)
    assert registry.get(session.camera_id).name == "Gate" and stored == [1]


def test_a_camera_whose_name_nobody_gave_keeps_its_own(registry):
    session = open_session(registry)
    remember_when_live(session, registry, lambda: None)
    session.name = "Door (2)"
    session.machine.transition(SessionState.LIVE)
    assert registry.get(session.camera_id).name == "Door"


def test_a_session_knows_why_its_camera_could_not_be_stored(registry, monkeypatch, caplog):
    def fail(*_: object) -> None:
        raise ServiceError("folder_unwritable", folder="", reason="")

    monkeypatch.setattr(registry, "remember", fail)
    session, stored = open_session(registry), []
    remember_when_live(session, registry, lambda: stored.append(1))
    session.machine.transition(SessionState.LIVE)
    assert session.storing_error.code == "folder_unwritable" and stored == [1]
    assert len(caplog.records) == 1


def test_a_camera_is_open_until_its_session_ends(registry):
    session = open_session(registry)
    release_when_ended(session, registry)
    remember_when_live(session, registry, lambda: None)
    session.machine.transition(SessionState.LIVE)
    with pytest.raises(StateError, match="open"):
        registry.remove(session.camera_id)
    session.machine.transition(SessionState.CLOSED)
    registry.remove(session.camera_id)
    assert registry.cameras() == []


CAMERA_IDS = {"rtsp://demo/a": "a", "rtsp://demo/b": "b"}


class MadeDemo:
    """Both built-in cameras, and a list of sessions with room for `free` more."""

    def __init__(self, free: int) -> None:
        self.free = free
        self.opened: list[MadeSession] = []
        self.started = False
        self.demo = DemoSessions(self, self)

    @property
    def urls(self):
        return frozenset(CAMERA_IDS) if self.started else frozenset()

    def camera_id(self, url):
        return CAMERA_IDS.get(url) if self.started else None

    def ensure_started(self):
        self.started = True
        return {"A": "rtsp://demo/a", "B": "rtsp://demo/b"}

    def sessions(self):
        return self.opened

    def begin_open(self, url, name):
        if len(self.opened) == self.free:
            raise StateError("sessions_full", max_sessions=self.free)
        self.opened.append(MadeSession(parse_address(url), name))
        return self.opened[-1]

    def names(self):
        return [each.name for each in self.opened]


def test_all_built_in_cameras_are_opened_that_are_not_open():
    made = MadeDemo(free=3)
    assert made.demo.has_unopened
    made.demo.open("b")
    assert made.demo.has_unopened and made.names() == ["B"]
    assert [each.name for each in made.demo.open_all()] == ["A"]
    assert not made.demo.has_unopened and made.demo.open_all() == []


def test_as_many_built_in_cameras_are_opened_as_fit_but_at_least_one():
    made = MadeDemo(free=1)
    assert [each.name for each in made.demo.open_all()] == ["A"]
    with pytest.raises(StateError, match="1"):
        made.demo.open_all()
    assert made.names() == ["A"]


def test_only_a_built_in_camera_is_opened_by_its_id():
    with pytest.raises(NotFoundError):
        MadeDemo(free=1).demo.open("c")
