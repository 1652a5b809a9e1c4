"""Bad input: each case has its status and code, and changes nothing."""

from __future__ import annotations

import pytest

from camrec.config import Config
from camrec.web.security.server import MAX_REQUEST_BODY_BYTES
from support.wire import Wire, serving


@pytest.fixture(scope="module")
def served(binaries, tmp_path_factory):
    folder = tmp_path_factory.mktemp("input")
    config = Config(
        videos_dir=folder / "videos", bin_dir=folder / "bin", ffmpeg_path=str(binaries.ffmpeg)
    )
    with serving(config) as (station, wire):
        (folder / "videos" / "outside.txt").write_text("not a video")
        (folder / "secret.mp4").write_text("outside")
        yield station, wire


@pytest.fixture
def wire(served) -> Wire:
    """Fails the test if something is different afterwards."""
    station, wire = served

    def state():
        sessions, health = wire.get("/session/list").body, wire.get("/health").json()
        del health["disk"]
        return sessions, health, sorted(station.library.folder.parent.rglob("*"))

    before = state()
    yield wire
    assert state() == before


ADDRESSES = [
    ("", "address_scheme"),
    ("camera", "address_scheme"),
    ("file:///etc/passwd", "address_scheme"),
    ("exec:ls", "address_scheme"),
    ("exec://ls", "address_scheme"),
    ("echo:rtsp://127.0.0.1", "address_scheme"),
    ("ffmpeg:rtsp://127.0.0.1/#video=h264", "address_scheme"),
    ("ffmpeg://rtsp://127.0.0.1", "address_scheme"),
    ("rtmp://127.0.0.1/live", "address_scheme"),
    ("concat:rtsp://a|rtsp://b", "address_scheme"),
    ("rtsp://127.0.0.1/a\r\nHost: evil", "address_characters"),
    ("rtsp://127.0.0.1/a\nb", "address_characters"),
    ("rtsp://127.0.0.1/\x00", "address_characters"),
    ("rtsp://127.0.0.1/a b", "address_characters"),
    ("rtsp://127.0.0.1/" + "x" * 2048, "address_length"),
    ("rtsp://", "address_host"),
    ("rtsp://127.0.0.1:0/", "address_host"),
    ("http://127.0.0.1:99999/", "address_host"),
    (None, "address_type"),
    (1, "address_type"),
    (["rtsp://127.0.0.1/"], "address_type"),
]


DELAY = {"seconds": 0.04, "uncertainty": 0.001, "utc_source": "arrival"}
BAD_DELAYS = [
    0.04,
    [],
    {},
    {"seconds": 0.04},
    DELAY | {"seconds": "0.04"},
    DELAY | {"seconds": True},
    DELAY | {"seconds": 60.1},
    DELAY | {"seconds": -1e999},
    DELAY | {"uncertainty": -0.001},
    DELAY | {"uncertainty": None},
    DELAY | {"utc_source": "zone"},
    DELAY | {"measured_at": 1},
    DELAY | {"measured_at": "yesterday"},
    DELAY | {"measured_at": "2026-11-24T14:03:00"},
    DELAY | {"measured_at": "1900-11-24T14:03:00Z"},
    DELAY | {"screen": "left"},
]


@pytest.mark.parametrize(("url", "code"), ADDRESSES)
def test_a_bad_camera_address_is_refused_with_its_code(wire, url, code):
    reply = wire.post("/session/open", {"url": url})
    assert (reply.status, reply.code) == (400, code)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"url": "ftp://camera/a"}, "address_scheme"),
        ({"url": "rtsp://user:canary/1@camera/a@b"}, "address_ambiguous"),
        ({"url": 1}, "address_type"),
        ({"url": "rtsp://camera/a", "name": " "}, "bad_name"),
        ({"name": 1}, "bad_name"),
        ({}, "no_change"),
        ({"name": None, "url": None}, "no_change"),
        ({"name": "Door", "lens": "wide"}, "bad_field"),
        ({"stays": "yes"}, "bad_field"),
        (b"[]", "bad_json"),
        *(({"delay": each}, "bad_delay") for each in BAD_DELAYS),
        (b'{"delay": {"seconds": NaN, "uncertainty": 0, "utc_source": "camera"}}', "bad_delay"),
    ],
)
def test_a_bad_change_of_a_camera_is_refused_with_its_code(wire, body, code):
    reply = wire.ask("PATCH", "/cameras/nothing", body)
    assert (reply.status, reply.code) == (400, code)
    assert b"canary" not in reply.body


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "a\nb", "\x07", 1, True, ["a"], {}])
def test_a_bad_camera_name_is_refused_with_its_code(wire, name):
    reply = wire.post("/session/open", {"url": "rtsp://127.0.0.1:1/", "name": name})
    assert (reply.status, reply.code) == (400, "bad_name")


@pytest.mark.parametrize("clock", ["", "Camera", "ntp", 1, True])
def test_a_clock_that_does_not_exist_is_refused_with_its_code(wire, clock):
    reply = wire.post("/session/open", {"url": "rtsp://127.0.0.1:1/", "clock": clock})
    assert (reply.status, reply.code) == (400, "bad_field")


@pytest.mark.parametrize(
    "duration",
    [b"0", b"-1", b"1.5", b"60.0", b'"60"', b"NaN", b"Infinity", b"1e9", b"86401", b"true", b"[60]"]
    + [b"[]", b"{}", b"1" * 400],
)
def test_a_bad_recording_length_is_refused_with_its_code(wire, duration):
    body = b'{"session_id": "x", "duration": ' + duration + b"}"
    reply = wire.post("/record/start", body)
    assert (reply.status, reply.code) == (400, "bad_duration")


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"text"', b"1", b"\xff\xfe", b"{'url': 1}", b"[" * 50_000]
    + [b'{"url": ' + b"9" * 5000 + b"}"],
)
@pytest.mark.parametrize(
    "path", ["/session/open", "/session/close", "/record/start", "/record/stop"]
)
def test_a_body_that_is_not_a_json_object_is_refused(wire, path, body):
    reply = wire.post(path, body)
    assert (reply.status, reply.code) == (400, "bad_json")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/session/open", {}),
        ("/session/open", {"url": "rtsp://127.0.0.1:1/", "extra": 1}),
        ("/session/open", {"url": "rtsp://127.0.0.1:1/", "rtsp://user:canary@host/": 1}),
        ("/session/close", {}),
        ("/session/close", {"session_id": 1}),
        ("/session/close", {"session_id": None}),
        ("/session/close", {"session_id": "x" * 101}),
        ("/session/close", {"session_id": "\ud800"}),
        ("/record/start", {"session_id": "x"}),
        ("/record/start", {"duration": 60}),
        ("/record/start", {"session_id": [], "duration": 60}),
        ("/record/stop", {}),
        ("/record/stop", {"session_id": None}),
        ("/record/stop", {"session_id": "x", "recording_id": "y"}),
        ("/record/stop", {"recording_id": 1}),
    ],
)
def test_a_missing_unknown_or_mistyped_field_is_refused(wire, path, body):
    reply = wire.post(path, body)
    assert (reply.status, reply.code) == (400, "bad_field")
    assert b"canary" not in reply.body


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("POST", "/session/close", {"session_id": "nothing"}, "no_session"),
        ("POST", "/record/start", {"session_id": "nothing", "duration": 1}, "no_session"),
        ("POST", "/record/stop", {"session_id": "nothing"}, "no_session"),
        ("POST", "/record/stop", {"recording_id": "nothing"}, "no_recording"),
        ("GET", "/record/status/nothing", None, "no_recording"),
        ("GET", "/record/status/", None, "no_recording"),
        ("GET", "/videos/nothing.mp4", None, "no_video"),
        ("DELETE", "/videos/nothing.mp4", None, "no_video"),
        ("GET", "/thumbnails/nothing.mp4", None, "no_video"),
        ("PATCH", "/cameras/nothing", {"name": "Door"}, "no_camera"),
        ("PATCH", "/cameras/nothing", {"url": "rtsp://user:canary@camera/a"}, "no_camera"),
        ("DELETE", "/cameras/nothing", None, "no_camera"),
        ("DELETE", "/cameras/", None, "no_camera"),
        ("DELETE", "/cameras/a%2Fb", None, "no_camera"),
        ("DELETE", "/cameras/a/b", None, "no_route"),
        ("GET", "/record/status/a/b", None, "no_route"),
        ("PATCH", "/plans/nothing", {"enabled": False}, "no_plan"),
        ("DELETE", "/plans/nothing", None, "no_plan"),
    ],
)
def test_an_unknown_id_is_not_found(wire, method, path, body, code):
    reply = wire.ask(method, path, body)
    assert (reply.status, reply.code) == (404, code)


PLAN = {"cameras": ["demo-rtsp"], "days": ["mon"], "start": "08:00", "end": "18:00"}


@pytest.mark.parametrize(
    ("changes", "status", "code", "field"),
    [
        ({"cameras": None}, 400, "bad_field", "cameras"),
        ({"cameras": []}, 400, "plan_cameras", "cameras"),
        ({"cameras": "demo-rtsp"}, 400, "bad_field", "cameras"),
        ({"cameras": ["nothing"]}, 404, "plan_camera_unknown", "cameras"),
        ({"cameras": ["lea:canary@host"]}, 400, "plan_cameras", "cameras"),
        ({"cameras": ["demo-rtsp", "demo-rtsp"]}, 400, "plan_cameras", "cameras"),
        ({"cameras": ["file:///etc/passwd"]}, 400, "address_scheme", ""),
        ({"days": []}, 400, "plan_days", "days"),
        ({"days": ["monday"]}, 400, "plan_days", "days"),
        ({"days": ["mon", "mon"]}, 400, "plan_days", "days"),
        ({"days": [1]}, 400, "bad_field", "days"),
        ({"start": "8:0"}, 400, "plan_time", "start"),
        ({"start": "24:30"}, 400, "plan_time", "start"),
        ({"start": None}, 400, "plan_time", "start"),
        ({"start": {"sun": "noon"}}, 400, "plan_time", "start"),
        ({"start": {"sun": "sunset"}}, 400, "plan_place", "start"),
        ({"start": {"sun": "sunset", "offset": 43201}}, 400, "plan_number", "start.offset"),
        ({"end": "08:00"}, 400, "plan_end_is_start", "end"),
        ({"end": None}, 400, "plan_length", "end"),
        ({"duration": 60}, 400, "plan_length", "end"),
        ({"end": None, "duration": 0}, 400, "plan_number", "duration"),
        ({"end": None, "duration": True}, 400, "plan_number", "duration"),
        ({"always": True}, 400, "plan_always", "days"),
        ({"always": 1}, 400, "bad_field", "always"),
        ({"video_length": 59}, 400, "plan_number", "video_length"),
        ({"until": "2026-02-30"}, 400, "plan_until", "until"),
        ({"until": "2200-01-01"}, 400, "plan_until", "until"),
        ({"until": "2026-01-01"}, 400, "plan_over", "until"),
        ({"enabled": "yes"}, 400, "bad_field", "enabled"),
        ({"name": 3}, 400, "bad_field", "name"),
        ({"name": "x" * 200}, 400, "bad_name", ""),
        ({"details": {str(each): "" for each in range(33)}}, 400, "bad_details", "details"),
        ({"details": {"a": 1}}, 400, "bad_details", "details"),
        ({"plan_id": "canary"}, 400, "bad_field", "plan_id"),
    ],
)
def test_a_bad_plan_is_refused_with_the_name_of_its_field(wire, changes, status, code, field):
    reply = wire.post("/plans", {**PLAN, **changes})
    assert (reply.status, reply.code) == (status, code)
    assert field in reply.json()["error"]["message"] and b"canary" not in reply.body
    assert wire.get("/plans").json() == {"plans": []}


def test_a_change_of_a_plan_without_a_field_is_refused(wire):
    reply = wire.ask("PATCH", "/plans/nothing", {})
    assert (reply.status, reply.code) == (400, "no_change")
    assert reply.json()["error"]["message"] == "Give at least one field to change."


@pytest.mark.parametrize(
    "name",
    [
        "..",
        "../secret.mp4",
        "..%2fsecret.mp4",
        "%2e%2e/secret.mp4",
        "%2e%2e%2fsecret.mp4",
        "..%5csecret.mp4",
        "..%252fsecret.mp4",
        "/secret.mp4",
        "//secret.mp4",
        "%2fetc%2fpasswd",
        "C:%5csecret.mp4",
        "C:secret.mp4",
        "secret.mp4%00.mp4",
        "secret.mp4:stream",
        ".parts",
        ".parts/x.mp4",
        "",
        "outside.txt",
        "a" * 300 + ".mp4",
        "CON.mp4",
        "x.mp4%0d%0aX: y",
    ],
)
@pytest.mark.parametrize(
    ("method", "folder"), [("GET", "videos"), ("DELETE", "videos"), ("GET", "thumbnails")]
)
def test_a_bad_file_name_is_refused_with_its_code(wire, method, folder, name):
    reply = wire.ask(method, f"/{folder}/{name}".replace(" ", "%20"))
    expected = {(400, "bad_filename"), (404, "no_video")}
    assert (reply.status, reply.code) in ({(404, "no_route")} if "/" in name else expected)


def test_a_body_of_one_mebibyte(wire):
    reply = wire.post("/session/open", b" " * (MAX_REQUEST_BODY_BYTES - 2) + b"[]")
    assert reply.code == "bad_json"
    reply = wire.post("/session/open", b" " * (MAX_REQUEST_BODY_BYTES - 1) + b"[]")
    assert reply.code == "body_too_large"
