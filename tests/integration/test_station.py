"""Sessions of a real station: opened, rejected, lost, reconnected, and recorded through it all."""

from __future__ import annotations

import threading
import time

import pytest

from camrec.errors import CamrecError, InputError, NotFoundError, StateError
from camrec.receipt import RecordingWarning
from camrec.recording import RecordingState
from camrec.session import SessionState
from camrec.session.opening_wait import FIRST_MEDIA_TIMEOUT_S
from camrec.station import (
    LibraryChanged,
    ProxyChanged,
    RecordingChanged,
    SessionChanged,
    Station,
)
from support.at_once import at_once
from support.cameras.mjpeg import MjpegCamera
from support.cameras.refusing import Refusing, http, rtsp_status, rtsp_without_picture, says
from support.cameras.rtsp import RtspCamera
from support.units_made import patience

pytestmark = pytest.mark.spread

PATIENCE = 30.0
CAMERAS = [RtspCamera, MjpegCamera]
SIZE = (320, 180)


@pytest.fixture
def station(binaries, tmp_path):
    config = binaries.config(tmp_path)
    with Station(config) as station:
        yield station


@pytest.fixture(params=CAMERAS, ids=["rtsp", "mjpeg"])
def camera(request):
    with request.param(size=SIZE) as camera:
        yield camera


def becomes(session, state: SessionState) -> None:
    assert session.machine.wait(lambda now: now is state, PATIENCE), session.state


def gone(camera) -> None:
    camera.kill() if isinstance(camera, RtspCamera) else camera.stop()


def test_a_session_is_live_after_ten_frames_and_one_connection(station, camera):
    session = station.cameras.open(camera.url, "Entrée")
    assert session.state is SessionState.LIVE
    assert session.frames_seen >= 10
    assert (session.name, session.kind) == ("Entrée", station.cameras.sessions()[0].kind)
    before = camera.connections
    viewers = [session.live_views.subscribe_jpeg(lambda: None) for _ in range(3)]
    recording = station.recordings.start(session.session_id, 2)
    assert recording.wait(PATIENCE)
    for viewer in viewers:
        viewer.close()
    assert camera.connections == before
    assert recording.state is RecordingState.SAVED
    station.cameras.close(session.session_id)
    assert station.cameras.sessions() == []


@pytest.mark.parametrize(("audio", "codec"), [("mp2", "aac"), ("vorbis", None)])
def test_a_rarer_audio_codec_is_recorded_or_in_the_receipt_s_warnings(station, audio, codec):
    with RtspCamera(audio=audio) as camera:
        session = station.cameras.open(camera.url, "Door")
        recording = station.recordings.start(session.session_id, 2)
        assert recording.wait(PATIENCE)
    (receipt,) = recording.receipts
    assert receipt.audio_codec == codec
    left_out = [RecordingWarning.of("audio_left_out", codec="VORBIS")]
    assert receipt.warnings == ([] if codec else left_out)


def test_only_the_proxy_stays_connected_to_an_open_camera(station):
    with MjpegCamera() as camera:
        station.cameras.open(camera.url)
        assert camera.connected == 1


@pytest.mark.parametrize(
    ("scheme", "answer", "code", "most_connections"),
    [
        ("rtsp", rtsp_status("401 Unauthorized"), "camera_wrong_password", 3),
        ("rtsp", rtsp_status("404 Not Found"), "camera_no_path", 2),
        ("rtsp", says(b"SSH-2.0-OpenSSH\r\n"), "camera_not_a_camera", 2),
        ("http", http("401 Unauthorized"), "camera_wrong_password", 1),
        ("http", http("404 Not Found"), "camera_no_path", 1),
        ("http", http("200 OK", "Content-Type: text/html\r\n", b"<p>"), "camera_not_a_camera", 1),
    ],
)
def test_the_reason_why_a_camera_does_not_deliver_has_its_error_code(
    station, scheme, answer, code, most_connections
):
    with Refusing(answer) as camera, pytest.raises(CamrecError) as refused:
        station.cameras.open(f"{scheme}://canary:p%40ss@127.0.0.1:{camera.port}/x")
    assert refused.value.code == code
    assert refused.value.status == 422
    assert camera.connections <= most_connections
    assert "canary" not in str(refused.value)
    assert station.cameras.sessions() == []


@pytest.mark.parametrize(
    ("scheme", "answer"),
    [("rtsp", rtsp_status("401 Unauthorized")), ("http", http("401 Unauthorized"))],
)
def test_a_camera_that_got_no_password_asks_for_one(station, scheme, answer):
    with Refusing(answer) as camera, pytest.raises(CamrecError) as refused:
        station.cameras.open(f"{scheme}://127.0.0.1:{camera.port}/x")
    assert refused.value.code == "camera_asks_login" and camera.connections == 1


@pytest.mark.parametrize("scheme", ["rtsp", "http"])
def test_a_switched_off_camera_has_its_error_code(station, scheme):
    with Refusing(None) as camera:
        port = camera.port
    with pytest.raises(CamrecError) as refused:
        station.cameras.open(f"{scheme}://127.0.0.1:{port}/x")
    assert refused.value.code == "camera_refused"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answer", "code", "connections"),
    [
        (None, "camera_no_answer", 2),  # one is the relay's: MediaMTX may not understand the camera
        (rtsp_without_picture, "camera_no_picture", 1),
    ],
)
def test_a_camera_without_media_has_failed_after_fifteen_seconds(
    station, answer, code, connections
):
    with Refusing(answer) as camera, pytest.raises(CamrecError) as refused:
        began = time.monotonic()
        station.cameras.open(f"rtsp://127.0.0.1:{camera.port}/x")
    assert refused.value.code == code
    assert FIRST_MEDIA_TIMEOUT_S <= time.monotonic() - began < FIRST_MEDIA_TIMEOUT_S + patience(5)
    assert camera.connections == connections


@at_once("make", CAMERAS)
def test_a_lost_camera_is_stale_and_comes_back_by_itself(station, make):
    with make(size=SIZE) as camera:
        session = station.cameras.open(camera.url)
        gone(camera)
        becomes(session, SessionState.STALE)
        assert session.feed.figures().age >= 5
        assert session.retries > 0
        camera.start()
        becomes(session, SessionState.LIVE)
        assert session.retries == 0
        assert session.error is None


@at_once("make", CAMERAS)
def test_a_frozen_camera_is_stale_and_comes_back_by_itself(station, make):
    with make(size=SIZE) as camera:
        session = station.cameras.open(camera.url)
        camera.freeze()
        becomes(session, SessionState.STALE)
        camera.thaw()
        becomes(session, SessionState.LIVE)


@at_once("make", CAMERAS)
def test_a_recording_goes_on_when_its_camera_comes_back(station, make):
    with make(size=SIZE) as camera:
        goes_on(station, camera)


def goes_on(station: Station, camera: RtspCamera | MjpegCamera) -> None:
    session = station.cameras.open(camera.url)
    recording = station.recordings.start(session.session_id, 60)
    while recording.elapsed < 2:
        recording.wait(0.1)
    gone(camera)
    recording.machine.wait(lambda now: now is RecordingState.WAITING, PATIENCE)
    while recording.elapsed < 5:
        recording.wait(0.1)
    camera.start()
    recording.machine.wait(lambda now: now is RecordingState.WRITING, PATIENCE)
    came_back = recording.elapsed
    while recording.elapsed < came_back + 2:
        recording.wait(0.1)
    recording.stop()
    stopped = recording.elapsed
    assert recording.wait(PATIENCE)
    assert recording.state is RecordingState.SAVED
    receipt = recording.receipts[0]
    assert receipt.parts == 2
    assert receipt.playable
    (gap,) = receipt.gaps
    assert 1 < gap.start < 4
    assert 2.5 < gap.duration < came_back
    assert came_back < receipt.duration < stopped + 1
    assert receipt.ended == "stopped"
    assert receipt.warnings == [RecordingWarning.of("connection_broke", count=1)]


def test_a_killed_proxy_is_restarted_and_its_sessions_come_back(station, camera):
    session = station.cameras.open(camera.url)
    proxy = station.mediamtx if session.kind == "rtsp" else station.go2rtc
    killed = proxy.pid
    back = threading.Event()
    proxy.became_ready.connect(lambda *_: back.set())
    before = session.feed.figures().frames
    proxy._supervisor.child.kill()
    assert back.wait(PATIENCE)
    assert proxy.pid != killed
    while session.feed.figures().frames < before + 20:
        assert not session.machine.wait(lambda now: now is SessionState.CLOSED, 0.1)
    assert session.state is SessionState.LIVE


def test_sessions_are_counted_and_a_failed_one_is_not(station, camera):
    station.config.max_sessions = 2
    refused = station.cameras.begin_open("http://127.0.0.1:9/x")
    becomes(refused, SessionState.FAILED)
    first, second = station.cameras.open(camera.url), station.cameras.open(camera.url)
    with pytest.raises(StateError) as full:
        station.cameras.open(camera.url)
    assert full.value.code == "sessions_full"
    assert first.session_id != second.session_id
    station.cameras.close(refused.session_id)
    assert len(station.cameras.sessions()) == 2


def test_a_session_refuses_what_its_state_does_not_allow(station, camera):
    session = station.cameras.open(camera.url)
    with pytest.raises(StateError) as refused:
        station.recordings.stop(session_id=session.session_id)
    assert refused.value.code == "not_recording"
    recording = station.recordings.start(session.session_id, 60)
    with pytest.raises(StateError) as refused:
        station.recordings.start(session.session_id, 60)
    assert refused.value.code == "already_recording"
    while recording.segment_count == 0:  # the first key frame may not have arrived yet
        recording.wait(0.1)
    closed = station.cameras.close(session.session_id)
    assert closed.recording.state is RecordingState.SAVED
    assert closed.recording.receipts[0].ended == "closed"
    with pytest.raises(NotFoundError) as refused:
        station.cameras.close(session.session_id)
    assert refused.value.code == "no_session"


@pytest.mark.parametrize("duration", [0, -1, 86_401, 1.5, "60", True, float("nan"), 10**9])
def test_an_invalid_recording_duration_is_rejected(station, duration):
    with pytest.raises(InputError) as refused:
        station.recordings.start("none", duration)
    assert refused.value.code == "bad_duration"


def test_a_session_that_is_opening_can_be_closed(station):
    with Refusing(None) as camera:
        session = station.cameras.begin_open(f"rtsp://127.0.0.1:{camera.port}/x")
        station.cameras.close(session.session_id)
    assert session.state is SessionState.CLOSED


def test_stopping_the_station_saves_a_running_recording(station, camera):
    session = station.cameras.open(camera.url)
    recording = station.recordings.start(session.session_id, 3600)
    while recording.elapsed < 1:
        recording.wait(0.1)
    station.stop()
    assert recording.state is RecordingState.SAVED
    assert recording.receipts[0].ended == "shutdown"
    assert (station.library.folder / recording.filename).is_file()


def test_a_second_camrec_on_the_same_folder_is_refused(station):
    with pytest.raises(StateError) as refused:
        Station(station.config).start()
    assert refused.value.code == "folder_taken"


def test_a_station_reports_each_change(station, camera):
    told = []
    station.changed.connect(told.append)
    session = station.cameras.open(camera.url)
    station.recordings.start(session.session_id, 1).wait(PATIENCE)
    station.cameras.close(session.session_id)
    kinds = {SessionChanged, RecordingChanged, LibraryChanged, ProxyChanged}
    assert kinds <= {type(event) for event in told}
    assert SessionChanged(session.session_id) in told


def test_the_station_remembers_the_latest_ended_recordings(station, monkeypatch):
    monkeypatch.setattr("camrec.station.recording_registry.MAX_ENDED_RECORDINGS", 2)
    with MjpegCamera() as camera:
        session = station.cameras.open(camera.url)
        far = station.clock.utc_ns() + 3600 * 10**9
        waiting = station.recordings.start(session.session_id, 1, start_at=far)
        made = [station.recordings.start(session.session_id, 1, start_at=far) for _ in range(5)]
        for recording in made:
            recording.stop()
            assert recording.wait(PATIENCE)
        newest = station.recordings.start(session.session_id, 1)
        assert station.recordings.all() == [waiting, *made[-2:], newest]
        assert newest.wait(PATIENCE)
        assert session.recording is newest


@pytest.mark.parametrize("variant", ["no_length", "snapshot"])
def test_a_camera_that_go2rtc_cannot_read_is_recorded_all_the_same(station, variant):
    with MjpegCamera(rate=25, variant=variant, auth="digest") as camera:
        session = station.cameras.open(camera.url)
        recording = station.recordings.start(session.session_id, 2)
        assert recording.wait(PATIENCE)
        assert camera.connected == 1
        assert recording.state is RecordingState.SAVED
        assert recording.receipts[0].playable and recording.receipts[0].frames > 20
