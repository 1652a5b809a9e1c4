"""From an address to a video, with REST and WebSocket alone."""

from __future__ import annotations

import io
import re
import time

import av
import pytest

from support.cameras.mjpeg import MjpegCamera
from support.cameras.rtsp import RtspCamera
from support.wire import Viewer, Wire, serving

pytestmark = pytest.mark.slow(2.5)

ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
PASSWORD = "canary-p@ss"


@pytest.fixture(scope="module")
def served(binaries, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wire")
    config = binaries.config(folder, max_sessions=2)
    with serving(config) as (_, wire):
        yield wire


@pytest.fixture
def wire(served):
    """The server, on which also a test that fails leaves no camera open."""
    yield served
    for session in served.get("/session/list").json()["sessions"]:
        served.post("/session/close", {"session_id": session["session_id"]})


@pytest.fixture(params=["rtsp", "mjpeg"])
def camera(request):
    made = {
        "rtsp": lambda: RtspCamera(audio="aac", size=(640, 360), auth="digest", password=PASSWORD),
        "mjpeg": lambda: MjpegCamera(auth="basic", password=PASSWORD),
    }[request.param]()
    with made:
        yield request.param, made


def pictures(wire: Wire, session_id: str, count: int) -> list[bytes]:
    with Viewer(wire, f"session_id={session_id}") as viewer:
        return [viewer.read() for _ in range(count)]


def test_a_client_opens_records_lists_and_downloads_by_rest_alone(wire, camera):
    kind, made = camera
    replies = []

    def ask(method, path, body=None, **headers):
        reply = wire.ask(method, path, body, headers)
        replies.append(reply)
        return reply

    # Open.
    reply = ask("POST", "/session/open", {"url": made.url, "name": "Front door"})
    assert reply.status == 201
    session = reply.json()
    known = session["session_id"]
    assert (session["name"], session["kind"], session["url"]) == ("Front door", kind, made.address)
    assert session["state"] == "live" and ISO.fullmatch(session["since"])
    assert (session["video"]["width"], session["video"]["height"]) == (640, 360)
    assert session["video"]["codec"] == {"rtsp": "h264", "mjpeg": "mjpeg"}[kind]
    assert session["local_url"].startswith("rtsp://127.0.0.1:")
    assert session["recording_id"] is None and session["error"] is None
    unused = {"source": "arrival", "state": "arrival", "offset": None, "uncertainty": None}
    assert session["clock"] == unused
    listed = ask("GET", "/session/list").json()
    assert [each["session_id"] for each in listed["sessions"]] == [known]
    assert listed["max_sessions"] == 2

    # Watch.
    jpegs = pictures(wire, known, 5)
    assert all(each[:2] == b"\xff\xd8" and each[-2:] == b"\xff\xd9" for each in jpegs)

    # Record.
    reply = ask("POST", "/record/start", {"session_id": known, "duration": 600})
    assert reply.status == 201
    recording = reply.json()
    assert recording["state"] in ("writing", "waiting") and recording["duration"] == 600
    assert recording["session_id"] == known and recording["filename"] is None
    assert ISO.fullmatch(recording["started_at"]) and ISO.fullmatch(recording["ends_at"])
    reply = ask("POST", "/record/start", {"session_id": known, "duration": 600})
    assert (reply.status, reply.code) == (409, "already_recording")
    status = f"/record/status/{recording['recording_id']}"
    end = time.monotonic() + 30
    while (now := ask("GET", status).json())["elapsed"] < 1.5 or not now["bytes"]:
        time.sleep(0.02)  # more than 200 requests a second are rejected
        assert time.monotonic() < end
    assert ask("GET", f"/record/status/{known}").json()["recording_id"] == now["recording_id"]
    assert ask("GET", "/session/list").json()["sessions"][0]["recording_id"] == now["recording_id"]
    assert ask("GET", "/videos").json() == {"videos": []}

    # Stop.
    reply = ask("POST", "/record/stop", {"session_id": known})
    assert reply.status == 200
    saved = reply.json()
    assert saved["state"] == "saved" and saved["error"] is None and saved["gaps"] == []
    reply = ask("POST", "/record/stop", {"recording_id": saved["recording_id"]})
    assert (reply.status, reply.code) == (409, "not_recording")

    # The video.
    [video] = ask("GET", "/videos").json()["videos"]
    assert video["filename"] == saved["filename"] and video["name"] == "Front door"
    assert video["playable"] and video["video_codec"] == "h264"
    assert video["audio_codec"] == {"rtsp": "aac", "mjpeg": None}[kind]
    assert video["duration"] >= 1.4  # it ends with the last frame
    path = "/videos/" + video["filename"].replace(" ", "%20")
    whole = ask("GET", path)
    assert len(whole.body) == video["size"]
    piece = ask("GET", path, Range="bytes=100-299")
    assert piece.status == 206 and piece.body == whole.body[100:300]
    download = ask("GET", path + "?download=1")
    assert download.body == whole.body
    assert download.headers["Content-Disposition"].startswith("attachment")
    assert ask("GET", path.replace("/videos/", "/thumbnails/")).body[:2] == b"\xff\xd8"
    assert decoded(whole.body) > 10

    # The end.
    assert ask("DELETE", path).status == 204
    assert ask("GET", "/videos").json() == {"videos": []}
    closed = ask("POST", "/session/close", {"session_id": known})
    assert closed.status == 200 and closed.json()["state"] == "closed"
    reply = ask("POST", "/session/close", {"session_id": known})
    assert (reply.status, reply.code) == (404, "no_session")
    assert ask("GET", "/session/list").json()["sessions"] == []
    health = ask("GET", "/health").json()
    assert health["status"] == "ok" and health["sessions"] == health["recordings"] == 0
    proxy = health["proxies"][{"rtsp": "mediamtx", "mjpeg": "go2rtc"}[kind]]
    assert proxy["state"] == "ready" and proxy["pid"] and proxy["version"]

    for reply in replies:
        assert PASSWORD.encode() not in reply.body and b"canary" not in reply.body


def test_closing_a_session_saves_its_recording(wire):
    with MjpegCamera() as camera:
        session = wire.post("/session/open", {"url": camera.url}).json()
        body = {"session_id": session["session_id"], "duration": 600}
        recording = wire.post("/record/start", body).json()
        pictures(wire, session["session_id"], 20)
        wire.post("/session/close", {"session_id": session["session_id"]})
    saved = wire.get(f"/record/status/{recording['recording_id']}").json()
    assert saved["state"] == "saved"
    path = "/videos/" + saved["filename"].replace(" ", "%20")
    assert decoded(wire.get(path).body) >= 15
    assert wire.ask("DELETE", path).status == 204


def test_opening_more_sessions_than_allowed_is_refused(wire):
    with MjpegCamera() as camera:
        opened = [wire.post("/session/open", {"url": camera.url}).json() for _ in range(2)]
        reply = wire.post("/session/open", {"url": camera.url})
        assert (reply.status, reply.code) == (409, "sessions_full")
        assert len(wire.get("/session/list").json()["sessions"]) == 2
        for session in opened:
            wire.post("/session/close", {"session_id": session["session_id"]})


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://127.0.0.1:1/video", "camera_refused"),
        ("http://no-such-camera.invalid/video", "camera_unknown_host"),
    ],
)
def test_a_camera_that_does_not_deliver(wire, url, code):
    reply = wire.post("/session/open", {"url": url}, Accept_Language="fr")
    assert (reply.status, reply.code) == (422, code)
    assert wire.get("/session/list").json()["sessions"] == []


def test_a_camera_s_wrong_password_is_reported_and_not_repeated(wire):
    with MjpegCamera(auth="basic", password="right") as camera:
        url = camera.url.replace("right", "canary")
        reply = wire.post("/session/open", {"url": url})
    assert (reply.status, reply.code) == (422, "camera_wrong_password")
    assert b"canary" not in reply.body


def decoded(mp4: bytes) -> int:
    """The number of frames that can be decoded."""
    with av.open(io.BytesIO(mp4)) as file:
        return sum(1 for _ in file.decode(video=0))
