"""Recordings that are scheduled for cameras that are closed."""

from __future__ import annotations

import pytest

from camrec.clock import NS_PER_SECOND, utc_ns
from camrec.config import Config
from camrec.errors import NotFoundError, StateError
from camrec.recording import RecordingState
from camrec.station import Station, scheduled_cameras
from support.cameras.mjpeg import MjpegCamera
from support.units_made import until

pytestmark = pytest.mark.spread


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    monkeypatch.setattr(scheduled_cameras, "OPEN_AHEAD_NS", 2 * NS_PER_SECOND)
    monkeypatch.setattr(scheduled_cameras, "SCHEDULED_CHECK_INTERVAL_S", 0.2)


@pytest.fixture
def camera():
    with MjpegCamera(size=(160, 120), rate=10) as camera:
        yield camera


@pytest.fixture
def config(binaries, tmp_path) -> Config:
    return binaries.config(tmp_path)


def closed(station: Station, camera: MjpegCamera) -> str:
    """The id of a camera that camrec knows, and that is closed."""
    session = station.cameras.open(camera.url, "Cage")
    station.cameras.close(session.session_id)
    return session.camera_id


def test_a_closed_camera_is_opened_in_time_recorded_and_closed(config, camera):
    with Station(config) as station:
        camera_id = closed(station, camera)
        start = utc_ns() + 5 * NS_PER_SECOND
        recording = station.scheduled_cameras.start(camera_id, 1, "Night", start)
        assert recording.state is RecordingState.SCHEDULED
        assert station.cameras.sessions() == [], "it is opened shortly before"
        station.recordings.change_end(recording.recording_id, start + 2 * NS_PER_SECOND)
        until(station.cameras.sessions, 60)
        [session] = station.cameras.sessions()
        assert (session.session_id, session.name) == (recording.session_id, "Cage")
        assert recording.wait(60) and recording.state is RecordingState.SAVED, recording.error
        [receipt] = recording.receipts
        assert (receipt.name, receipt.camera_id, receipt.asked) == ("Night", camera_id, 2)
        until(lambda: not station.cameras.sessions(), 60)
        assert not station.cameras.is_prepared(session.session_id)


def test_one_that_is_cancelled_releases_its_camera_and_opens_nothing(config, camera):
    with Station(config) as station:
        camera_id = closed(station, camera)
        connections = camera.connections
        start = utc_ns() + 3600 * NS_PER_SECOND
        recording = station.scheduled_cameras.start(camera_id, None, start_at=start)
        with pytest.raises(StateError, match="Cage"):
            station.known_cameras.update(camera_id, None, f"{camera.url}?other")
        recording.stop()
        assert recording.wait(60) and recording.error.code == "recording_cancelled"
        until(lambda: not station.cameras.is_prepared(recording.session_id), 60)
        station.known_cameras.remove(camera_id)
        assert camera.connections == connections
        for refused, at in ((NotFoundError, start), (NotFoundError, None)):
            with pytest.raises(refused):
                station.scheduled_cameras.start(camera_id, 5, start_at=at)


def test_an_open_camera_is_recorded_in_its_session_and_a_closed_one_not_without_a_start(
    config, camera
):
    with Station(config) as station:
        camera_id = closed(station, camera)
        with pytest.raises(StateError) as refused:
            station.scheduled_cameras.start(camera_id, 5)
        assert refused.value.code == "session_not_live"
        session = station.cameras.open(camera.url)
        recording = station.scheduled_cameras.start(camera_id, 1)
        assert recording.session_id == session.session_id
        assert recording.wait(60) and recording.state is RecordingState.SAVED
        assert station.cameras.sessions() == [session]


def test_it_survives_a_restart(config, camera):
    with Station(config) as station:
        camera_id = closed(station, camera)
        start = utc_ns() + 8 * NS_PER_SECOND
        before = station.scheduled_cameras.start(camera_id, 1, start_at=start)
    with Station(config) as station:
        [recording] = station.recordings.all()
        assert recording.recording_id == before.recording_id
        assert recording.wait(60) and recording.state is RecordingState.SAVED, recording.error
