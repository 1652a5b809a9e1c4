"""Cameras that stay are open again after each start of camrec."""

from __future__ import annotations

import json

import pytest

from camrec.camera_registry import CAMERA_FILE_NAME
from camrec.config import Config
from camrec.dashboard.page_state_reader import PageStateReader
from camrec.errors import ServiceError, StateError
from camrec.session import Session, SessionState
from camrec.station import Station
from support.cameras.mjpeg import MjpegCamera
from support.cameras.rtsp import RtspCamera
from support.private_files import is_private
from support.served_station import started
from support.stopping import kill
from support.units_made import until

pytestmark = pytest.mark.spread


@pytest.fixture
def config(binaries, tmp_path) -> Config:
    return binaries.config(tmp_path)


def opened_again(station: Station) -> Session:
    """The only session of a station that has just started, once it delivers."""
    (session,) = station.cameras.sessions()
    assert session.machine.wait(lambda state: state is SessionState.LIVE, 30)
    return session


def test_a_camera_that_stays_is_live_after_a_restart_over_one_connection(config):
    with RtspCamera(auth="digest") as camera:
        with Station(config) as station:
            first = station.cameras.open(camera.url, "Door", stays=True)
            before = camera.connections
            assert is_private(config.videos / CAMERA_FILE_NAME)
        with Station(config) as station:
            session = opened_again(station)
            assert (session.name, session.camera_id) == ("Door", first.camera_id)
            assert camera.connections == before + 1
            station.recordings.start(session.session_id, 1).wait()
            (video,) = station.library.videos()
            assert video.camera_id == first.camera_id
            station.cameras.close(session.session_id)
            assert station.cameras.sessions() == []
        with Station(config) as station:  # closed by hand, it was closed until this start
            session = opened_again(station)
            station.known_cameras.update(session.camera_id, None, None, stays=False)
        with Station(config) as station:
            assert station.cameras.sessions() == []
        content = (config.videos / CAMERA_FILE_NAME).read_text("utf-8")
        assert json.loads(content)["cameras"][0]["stored_address"] is None


def test_a_camera_that_stays_is_live_again_after_a_kill(binaries, tmp_path):
    folder = tmp_path / "here"
    with MjpegCamera(auth="digest") as camera:
        with started(folder, binaries, "camrec") as served:
            body = {"url": camera.url, "name": "Door", "stays": True}
            session = served.wire.post("/session/open", body).json()
            body = {"session_id": session["session_id"], "duration": 600}
            served.wire.post("/record/start", body)
            kill(served.pid)
        until(lambda: camera.connected == 0, 30)
        with started(folder, binaries, "camrec") as served:
            # Its recording continues: that opens it, and nothing opens it a second time.
            until(lambda: [each["state"] for each in sessions(served)] == ["live"], 30)
            until(lambda: camera.connected == 1)  # its inspection's connection may still be closing
            (again,) = sessions(served)
            assert again["camera_id"] == session["camera_id"]
            served.wire.post("/record/stop", {"session_id": again["session_id"]})
            kill(served.pid)
        until(lambda: camera.connected == 0, 30)
        with started(folder, binaries, "camrec") as served:
            until(lambda: [each["state"] for each in sessions(served)] == ["live"], 30)
            until(lambda: camera.connected == 1)
            assert sessions(served)[0]["name"] == "Door"
            (known,) = served.wire.get("/cameras").json()["cameras"]
            assert known["stays"] and "@" not in known["url"]


def sessions(served) -> list[dict]:
    return served.wire.get("/session/list").json()["sessions"]


def test_a_camera_that_is_away_at_the_start_does_not_stop_others_and_comes_back(config):
    with MjpegCamera() as away, MjpegCamera(auth="basic") as here:
        with Station(config) as station:
            station.cameras.open(away.url, "Away", stays=True)
            station.cameras.open(here.url, "Here", stays=True)
        away.stop()
        with Station(config) as station:
            by_name = {each.name: each for each in station.cameras.sessions()}
            assert list(by_name) == ["Away", "Here"]
            until(lambda: by_name["Here"].state is SessionState.LIVE, 30)
            until(lambda: by_name["Away"].error is not None, 30)
            assert by_name["Away"].state is SessionState.STALE
            away.start()
            until(lambda: by_name["Away"].state is SessionState.LIVE, 60)


def test_more_staying_cameras_than_may_be_open_are_shown_as_failed(config):
    with MjpegCamera() as first, MjpegCamera() as second, MjpegCamera() as third:
        with Station(config) as station:
            for camera in (first, second, third):
                station.cameras.open(camera.url, stays=True)
        config.max_sessions = 2
        with Station(config) as station:
            states = [each.state for each in station.cameras.sessions()]
            assert states == [SessionState.STALE, SessionState.STALE, SessionState.FAILED]
            failed = station.cameras.sessions()[-1]
            assert failed.error is not None and failed.error.code == "sessions_full"
            station.cameras.close(failed.session_id)


def test_a_staying_camera_whose_password_was_lost_asks_for_it(config):
    with MjpegCamera(auth="basic") as camera:
        with Station(config) as station:
            station.cameras.open(camera.url, "Door", stays=True)
        path = config.videos / CAMERA_FILE_NAME
        content = json.loads(path.read_text("utf-8"))
        content["cameras"][0]["stored_address"] = None
        path.write_text(json.dumps(content), "utf-8")
        with Station(config) as station:
            (session,) = station.cameras.sessions()
            assert session.state is SessionState.FAILED
            assert session.error is not None and session.error.code == "camera_asks_login"
            again = station.cameras.open(camera.url)
            assert again.camera_id == session.camera_id and again.name == "Door"
        with Station(config) as station:
            opened_again(station)


def test_a_camera_is_not_opened_to_stay_if_that_cannot_be_stored(config):
    config.videos.mkdir(parents=True, exist_ok=True)
    path = config.videos / CAMERA_FILE_NAME
    path.write_text('{"version": 99}', "utf-8")  # of a newer camrec: it is not changed
    with MjpegCamera() as camera, Station(config) as station:
        with pytest.raises(ServiceError) as refused:
            station.cameras.open(camera.url, stays=True)
        assert refused.value.code == "cameras_file_kept" and station.cameras.sessions() == []
        session = station.cameras.begin_open(camera.url, stays=True)
        until(lambda: session.storing_error is not None, 30)
        assert session.state is SessionState.LIVE and not station.known_cameras.all()[0].stays
        reader = PageStateReader(station)
        assert [each.fields["stays"] for each in reader.read().sessions] == [False]


def test_a_built_in_camera_cannot_stay(config):
    with Station(config) as station:
        url = station.demo.addresses()["Demo RTSP"]
        with pytest.raises(StateError) as refused:
            station.cameras.open(url, stays=True)
        assert refused.value.code == "camera_built_in" and station.cameras.sessions() == []
