"""Which session makes room for another one when no more may be open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from camrec.callbacks import Callbacks
from camrec.camera_registry import CameraFile, CameraRegistry
from camrec.clock import NS_PER_SECOND, Clock
from camrec.config import Config
from camrec.errors import CameraError, StateError
from camrec.recording import RecordingOptions, RecordingServices, RecordingState
from camrec.session import Session, SessionState
from camrec.station.cameras import StationCameras
from support.studio import MadeJournal
from support.units_made import until

ABSENT, PRESENT, OTHER = (f"rtsp://10.0.0.{number}/x" for number in (1, 2, 3))


class AbsentUpstream:
    """Of a camera that is not there."""

    def prepare(self) -> None:
        raise CameraError("camera_no_answer", host="10.0.0.1", port=554)

    def accepts_connections(self) -> bool:
        return False

    def reroute(self, error: CameraError) -> bool:
        return False

    def may_be_busy(self, error: CameraError) -> bool:
        return False

    def close(self) -> None:
        pass


@pytest.fixture
def cameras(tmp_path: Path, monkeypatch) -> Iterator[StationCameras]:
    """One may be open, and none is there."""
    monkeypatch.setattr("camrec.session.session_thread.ATTEMPT_PAUSE_S", 0.0)
    cameras = StationCameras(
        Config(max_sessions=1),
        Clock(),
        SimpleNamespace(create=lambda *_: AbsentUpstream()),
        CameraRegistry(CameraFile(tmp_path)),
        SimpleNamespace(camera_id=lambda _: None),
        Callbacks(),
    )
    yield cameras
    cameras.close_all()


def open_for_plan(cameras: StationCameras, url: str = ABSENT) -> Session:
    session = cameras.begin_open(url, keeps_trying=True)
    until(lambda: session.state is SessionState.STALE)
    return session


def assert_full(cameras: StationCameras, *sessions: Session) -> None:
    """Nobody can open a camera, and these sessions stay."""
    assert cameras.is_full
    for ask, address in ((cameras.begin_open, PRESENT), (cameras.resolve_address, "10.0.0.2")):
        with pytest.raises(StateError) as refused:
            ask(address)
        assert refused.value.code == "sessions_full"
    assert cameras.sessions() == list(sessions)


def test_a_camera_of_a_plan_that_is_not_there_makes_room_for_one_that_somebody_opens(cameras):
    absent = open_for_plan(cameras)
    assert not cameras.is_full
    opened = cameras.begin_open(PRESENT)
    assert absent.state is SessionState.CLOSED
    assert cameras.sessions() == [opened]


def test_it_makes_no_room_for_a_camera_of_another_plan(cameras):
    """Otherwise two that are not there would close each other, again and again."""
    absent = open_for_plan(cameras)
    with pytest.raises(StateError):
        cameras.begin_open(OTHER, keeps_trying=True)
    assert cameras.sessions() == [absent]


def test_it_makes_no_room_if_a_recording_of_it_is_scheduled(cameras, tmp_path):
    absent = open_for_plan(cameras)
    clock = Clock()
    options = RecordingOptions(
        *("r", "Door", absent.session_id, "Door", absent.camera_id, ABSENT, 60, tmp_path / "r"),
        start_at=clock.utc_ns() + 3600 * NS_PER_SECOND,
    )
    services = RecordingServices(Path("ffmpeg"), lambda *_: None, MadeJournal(), clock)
    recording = absent.record(options, services)
    assert_full(cameras, absent)
    assert recording.state is RecordingState.SCHEDULED


def test_it_makes_no_room_if_that_would_not_be_enough(cameras):
    cameras._config.max_sessions = 2
    sessions = [open_for_plan(cameras), open_for_plan(cameras, OTHER)]
    cameras._config.max_sessions = 1
    assert_full(cameras, *sessions)
