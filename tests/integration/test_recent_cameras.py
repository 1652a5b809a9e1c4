"""Recent cameras are opened again, and all open cameras are recorded at once."""

from __future__ import annotations

import pytest

from camrec.camera_address import parse_address
from camrec.config import Config
from camrec.errors import CameraError, DiskError, NotFoundError, StateError
from camrec.recent_cameras import MAX_RECENT_CAMERAS, RecentCamera, RecentCameras
from camrec.session import SessionState
from camrec.station import Station
from support.cameras.mjpeg import MjpegCamera

pytestmark = pytest.mark.spread


@pytest.fixture
def config(binaries, tmp_path) -> Config:
    return binaries.config(tmp_path)


def test_the_most_recent_camera_is_listed_first_and_once(tmp_path):
    file = tmp_path / "cameras.json"
    earlier = RecentCameras(file)
    for number in range(MAX_RECENT_CAMERAS + 2):
        earlier.remember(f"camera {number}", parse_address(f"rtsp://camera{number}/stream"))
    earlier.remember("garden", parse_address("rtsp://camera5/stream"))
    names = [camera.name for camera in earlier.cameras()]
    assert names[:2] == ["garden", f"camera {MAX_RECENT_CAMERAS + 1}"]
    assert len(names) == MAX_RECENT_CAMERAS
    assert "camera 5" not in names
    earlier.forget("rtsp://camera5/stream")
    assert RecentCameras(file).cameras() == earlier.cameras()
    assert "garden" not in file.read_text()


@pytest.mark.parametrize(
    "address",
    [
        "rtsp://user:canary@camera/stream",
        "http://camera/video.cgi?user=me&pwd=canary",
        "http://camera/video.cgi?access_token=canary",
    ],
)
def test_the_recent_cameras_file_contains_no_password(address, tmp_path):
    file = tmp_path / "cameras.json"
    earlier = RecentCameras(file)
    earlier.remember("door", parse_address(address))
    assert "canary" not in (file.read_text() if file.exists() else "")
    if "@" in address:
        assert earlier.cameras() == [
            RecentCamera(name="door", url="rtsp://camera/stream", guarded=True)
        ]
        assert earlier.source("rtsp://camera/stream").address() == address
        assert RecentCameras(file).source("rtsp://camera/stream") is None
    else:
        assert earlier.cameras() == []


def test_a_file_that_is_no_list_and_one_that_cannot_be_written_cost_nothing(tmp_path):
    (tmp_path / "broken.json").write_text("no list")
    earlier = RecentCameras(tmp_path / "broken.json")
    assert earlier.cameras() == []
    nowhere = RecentCameras(tmp_path / "nowhere" / "cameras.json")
    nowhere.remember("door", parse_address("rtsp://camera/stream"))
    assert [camera.name for camera in nowhere.cameras()] == ["door"]


def test_a_camera_is_opened_again_and_asks_for_its_password_after_a_restart(config):
    with MjpegCamera(auth="basic", user="user", password="canary") as camera:
        with Station(config) as station:
            session = station.cameras.open(camera.url, "Bench")
            assert station.cameras.recent() == [], "it is open"
            station.cameras.close(session.session_id)
            (known,) = station.cameras.recent()
            assert (known.name, known.guarded) == ("Bench", True)
            again = station.cameras.reopen(known.url)
            again.machine.wait(lambda state: state is not SessionState.OPENING)
            assert again.state is SessionState.LIVE
            assert again.name == "Bench"
        with Station(config) as station:
            with pytest.raises(CameraError) as refused:
                station.cameras.reopen(known.url)
            assert refused.value.code == "camera_wrong_password"
            station.cameras.forget(known.url)
            with pytest.raises(NotFoundError):
                station.cameras.reopen(known.url)
    for path in config.videos.rglob("*"):
        assert path.is_dir() or b"canary" not in path.read_bytes()


def test_the_built_in_cameras_are_not_on_the_list(config):
    with Station(config) as station:
        sessions = station.cameras.open_demo()
        for session in sessions:
            session.machine.wait(lambda state: state is not SessionState.OPENING)
            assert session.state is SessionState.LIVE
            station.cameras.close(session.session_id)
        assert station.cameras.recent() == []


def test_start_all_records_every_live_camera_despite_a_rejected_one(config, monkeypatch):
    with MjpegCamera() as camera, Station(config) as station:
        with pytest.raises(StateError) as refused:
            station.recordings.start_all(60)
        assert refused.value.code == "nothing_to_record"
        first, second = (station.cameras.open(camera.url, name) for name in ("Door", "Bench"))
        station.cameras.begin_open("rtsp://127.0.0.1:9/stream")
        admit, asked = station.library.disk_space.require_space, []

        def refuse_the_first(*about):
            asked.append(about)
            if len(asked) == 1:
                raise DiskError("disk_full", needed=1, free=0, floor=0)
            admit(*about)

        monkeypatch.setattr(station.library.disk_space, "require_space", refuse_the_first)
        with pytest.raises(DiskError):
            station.recordings.start_all(60)
        assert first.recording is None
        assert second.recording.duration == 60
        (begun,) = station.recordings.start_all(90)
        assert begun is first.recording
        assert begun.duration == 90
        assert station.recordings.recordable_sessions() == []
