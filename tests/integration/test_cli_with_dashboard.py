"""``camrec record`` next to a dashboard that uses the same videos folder."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from camrec.cli.remote_recording import find_running_camrec
from camrec.config import Config
from camrec.ports import find_free_ports
from camrec.receipt import Receipt
from support.cameras.mjpeg import MjpegCamera
from support.cameras.refusing import Refusing
from support.command_line import receipts, run, run_all, start, working_folder
from support.stopping import send_stop
from support.units_made import until
from support.wire import Wire

pytestmark = pytest.mark.slow(5)

TOKEN = "a-word-of-their-own"


@dataclass(frozen=True)
class Dashboard:
    wire: Wire
    prefix: str
    headers: dict[str, str]

    def get(self, path: str) -> Any:
        return self.wire.get(self.prefix + path, **self.headers).json()


@contextmanager
def dashboard(place: Path, **settings: object) -> Iterator[Dashboard]:
    """A dashboard that runs in that folder, on the port of its settings."""
    file = place / "config.yaml"
    written = yaml.safe_load(file.read_text()) | {"port": find_free_ports(1)[0], **settings}
    file.write_text(yaml.safe_dump(written))
    with start(place, "serve", "--no-browser") as child:
        try:
            address = child.stdout.readline().strip().partition("login#")[0]
            token = written.get("token")
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            yield Dashboard(Wire(address), urlsplit(address).path.rstrip("/"), headers)
        finally:
            send_stop(child, "SIGTERM")
            _, err = child.communicate(timeout=60)
    assert child.returncode == 0 and "Traceback" not in err, err


@pytest.fixture(scope="module")
def shared_place(binaries, tmp_path_factory) -> Path:
    return working_folder(tmp_path_factory.mktemp("shared"), binaries)


@pytest.fixture(scope="module")
def shared_dashboard(shared_place) -> Iterator[Dashboard]:
    with dashboard(shared_place) as there:
        yield there


@pytest.fixture
def there(shared_dashboard) -> Iterator[Dashboard]:
    """The dashboard of `shared_place`, with no camera open before and after a test."""
    yield shared_dashboard
    for session in shared_dashboard.get("/session/list")["sessions"]:
        shared_dashboard.wire.post("/session/close", {"session_id": session["session_id"]})
    until(lambda: shared_dashboard.get("/health")["recordings"] == 0, 60)


def test_record_uses_the_dashboard_that_has_the_videos_folder(shared_place, there):
    with MjpegCamera() as camera:
        code, out, err = run(shared_place, "record", camera.url, "--duration", "1")
        assert code == 0, err
        [receipt] = receipts(out)
        assert receipt.ended == "time" and receipt.asked == 1
        assert there.get("/session/list")["sessions"] == []
        saved = [each["filename"] for each in there.get("/videos")["videos"]]
    path = next(shared_place / "videos" / name for name in saved if name in err)
    assert Receipt.read(path.with_suffix(".json")) == receipt and str(path) in err


def test_record_uses_the_token_of_the_dashboard_and_needs_it(place):
    with (
        MjpegCamera() as camera,
        dashboard(place, token=TOKEN, prefix="/cams") as there,
    ):
        code, out, err = run(place, "record", camera.url, "--duration", "1")
        assert code == 0, err
        [video] = there.get("/videos")["videos"]
        path = place / "videos" / video["filename"]
        assert Receipt.read(path.with_suffix(".json")) == receipts(out)[0] and str(path) in err

        file = place / "config.yaml"
        without = yaml.safe_load(file.read_text())
        del without["token"]
        file.write_text(yaml.safe_dump(without))
        command = ("record", camera.url, "--duration", "1")
        (refused, elsewhere) = run_all(place, command, (*command, "--output", "there.mp4"))
        assert refused[0] == 1 and not refused[1] and "--output" in refused[2]
        assert elsewhere[0] == 0, elsewhere
        assert len(there.get("/videos")["videos"]) == 1


def test_calibrate_takes_the_cameras_of_the_dashboard(shared_place, there):
    with MjpegCamera() as camera:
        code, out, err = run(shared_place, "calibrate", "--no-browser")
        assert code == 2 and "No camera is open" in err
        there.wire.post("/session/open", {"url": camera.url})
        code, out, err = run(shared_place, "calibrate", "--no-browser", "--wait=1", "--json")
        assert code == 1 and "does not see the clock" in err
        [measured] = json.loads(out)["cameras"]
        [session] = there.get("/session/list")["sessions"]
        assert measured["camera_id"] == session["camera_id"] and session["state"] == "live"


def test_a_camera_that_was_open_there_stays_open(shared_place, there):
    with MjpegCamera() as camera:
        there.wire.post("/session/open", {"url": camera.url})
        code, _, err = run(shared_place, "record", camera.url, "--duration", "1")
        assert code == 0, err
        [session] = there.get("/session/list")["sessions"]
        assert session["state"] == "live"


def test_ctrl_c_ends_the_dashboard_s_recording_and_saves_its_events_and_details(
    shared_place, there
):
    with MjpegCamera() as camera:
        bad = ("record", "rtsp://127.0.0.1:1/", "--duration", "1", "--detail", "a")
        early, wrong = run_all(shared_place, ("mark", "too early"), bad)
        assert early[0] == 1 and "Nothing was being recorded" in early[2] and not early[1]
        assert wrong[0] == 2 and "NAME=VALUE" in wrong[2]
        details = ("--detail", "subject=A=17", "--detail", "trial=")
        with start(shared_place, "record", camera.url, "--duration", "600", *details) as child:
            until(lambda: there.get("/health")["recordings"] == 1, 60)
            [session] = there.get("/session/list")["sessions"]
            status = f"/record/status/{session['recording_id']}"
            until(lambda: there.get(status)["elapsed"] > 0.5)
            code, _, err = run(shared_place, "mark", "light on")
            assert code == 0 and "Marked in 1 recording at" in err, err
            send_stop(child, "SIGINT")
            out, err = child.communicate(timeout=60)
        assert child.returncode == 0, err
        assert there.get("/session/list")["sessions"] == []
    [receipt] = receipts(out)
    assert receipt.ended == "stopped"
    assert receipt.details == {"subject": "A=17", "trial": ""}
    assert [(each.text, each.source) for each in receipt.events] == [("light on", "command line")]


def test_record_does_not_use_the_dashboard_of_another_videos_folder(shared_place, there, tmp_path):
    """The port answers, but that dashboard uses another videos folder."""
    before = there.get("/videos")["videos"]
    taken = ("--videos", str(tmp_path / "taken"))
    with (
        MjpegCamera() as camera,
        start(shared_place, "serve", "--no-browser", "--port", "0", *taken) as other,
    ):
        try:
            other.stdout.readline()
            code, _, err = run(shared_place, "record", camera.url, "--duration", "1", *taken)
        finally:
            send_stop(other, "SIGTERM")
            other.communicate(timeout=60)
    assert code == 1 and "--output" in err
    assert there.get("/videos")["videos"] == before


def test_cameras_are_listed_renamed_and_removed_with_and_without_the_dashboard(place):
    (place / "videos").mkdir()
    old = [{"name": name, "url": f"rtsp://{name}/a"} for name in ("door", "gate", "roof")]
    (place / "videos" / ".cameras").write_text(json.dumps(old))

    def do(*commands: tuple[str, ...]) -> list[tuple[int, str, str]]:
        return run_all(place, *(("cameras", *each) for each in commands))

    def listed(output: str) -> dict[str, dict[str, Any]]:
        return {each["name"]: each for each in json.loads(output)["cameras"]}

    first, renamed, removed, second, bare_table = do(
        ("list", "--json"),
        ("rename", "door", "Front door"),
        ("remove", "roof"),
        ("list", "--json"),
        (),
    )
    before, now = listed(first[1]), listed(second[1])
    assert list(before) == ["door", "gate", "roof"]
    assert renamed[0] == removed[0] == bare_table[0] == 0
    assert "Front door" in bare_table[1] and "±" not in bare_table[1]
    assert now["Front door"]["camera_id"] == before["door"]["camera_id"] and len(now) == 2
    with MjpegCamera() as camera, dashboard(place) as there:
        opened = there.wire.post("/session/open", {"url": camera.url, "name": "Bench"}).json()
        third, renamed, several, is_open, removed, stays, fourth = do(
            ("list", "--json"),
            ("rename", "Bench", "gate"),
            ("remove", "gate"),
            ("remove", opened["camera_id"]),
            ("remove", now["gate"]["camera_id"]),
            ("stay", opened["camera_id"]),
            ("list", "--json"),
        )
        assert listed(third[1])["Bench"]["session_ids"] == [opened["session_id"]]
        assert renamed[0] == removed[0] == stays[0] == 0
        assert [each["name"] for each in listed(fourth[1]).values() if each["stays"]] == ["gate"]
        assert there.get("/session/list")["sessions"][0]["name"] == "gate"
        code, _, err = several
        assert code == 1 and opened["camera_id"] in err and now["gate"]["camera_id"] in err
        code, _, err = is_open
        assert code == 1 and "Close it first" in err
        elsewhere = ("--output", "there.mp4")
        code, out, err = run(place, "record", camera.url, "--duration", "1", *elsewhere)
        assert code == 0, err
        assert receipts(out)[0].camera_id == opened["camera_id"]
    file = place / "videos" / ".cameras.json"
    content = json.loads(file.read_text("utf-8"))
    delay = {"delay_s": 0.1374, "uncertainty_s": 0.002, "measured_at": 1, "utc_source": "arrival"}
    content["cameras"][0]["delay"] = delay
    file.write_text(json.dumps(content), "utf-8")
    options = ("--json", "--videos", str(place / "videos"))
    leaves, bare, asked, elsewhere, table, unknown = do(
        ("stay", opened["camera_id"], "--off"),
        options,
        (*options, "list"),
        ("--json", "list", "--videos", str(place / "elsewhere")),
        (),
        ("rename", "nothing", "New"),
    )
    assert list(json.loads(bare[1])["cameras"][0]) == list(before["door"])
    assert leaves[0] == 0 and not any(each["stays"] for each in listed(asked[1]).values())
    assert json.loads(elsewhere[1]) == {"cameras": []}
    code, out, _ = table
    assert code == 0 and "Front door" in out and "rtsp://door/a" in out
    assert "137.4\u00a0±\u00a02.0\u00a0ms" in out
    assert len(out.splitlines()) == 3
    code, _, err = unknown
    assert code == 1 and "nothing" in err


def test_another_program_on_the_dashboard_port_gets_no_token(place):
    heard: list[bytes] = []

    def answer(client: socket.socket, request: bytes) -> bool:
        heard.append(request)
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        return True

    with Refusing(answer) as other:
        settings = {"port": other.port, "token": TOKEN, "videos_dir": place / "videos"}
        assert find_running_camrec(Config(**settings)) is None
    assert heard and not any(TOKEN.encode() in each for each in heard)


def test_plans_and_a_start_at_a_time_are_the_dashboard_s(place):
    with MjpegCamera() as camera, dashboard(place, timezone="UTC") as there:
        opened = there.wire.post("/session/open", {"url": camera.url, "name": "Door"}).json()
        hour = (datetime.now(timezone.utc) + timedelta(hours=7)).hour  # a plan of now would record
        added, paused, listed = run_all(
            place,
            (
                "plans",
                "add",
                "Door",
                "--start",
                f"{hour:02}:00",
                "--duration",
                "60",
                "--until",
                "2199-12-31",
            ),
            ("plans", "pause", "nothing"),
            ("plans", "--json"),
        )
        assert added[0] == 0 and "camrec serve" not in added[1] + added[2]
        assert paused[0] == 1 and "nothing" in paused[2]
        (plan,) = there.get("/plans")["plans"]
        assert json.loads(listed[1]) == {"plans": [plan]}
        assert plan["cameras"] == [opened["camera_id"]]
        (removed,) = run_all(place, ("plans", "remove", plan["plan_id"]))
        assert removed[0] == 0 and there.get("/plans") == {"plans": []}
        ahead = datetime.now(timezone.utc) + timedelta(hours=1)
        at = ("--at", f"{ahead:%Y-%m-%dT%H:%M:00Z}")
        with start(place, "record", camera.url, "--duration", "1", *at) as child:

            def scheduled() -> list[dict[str, Any]]:
                return there.get("/record/list")["recordings"]

            until(lambda: scheduled() != [], 60)
            (recording,) = scheduled()
            there.wire.post("/record/stop", {"recording_id": recording["recording_id"]})
            _, err = child.communicate(timeout=60)
        assert recording["started_at"].startswith(f"{ahead:%Y-%m-%dT%H:%M:00}")
        assert child.returncode == 1 and "cancelled" in err and "Begins at" in err
        with start(place, "record", camera.url, "--duration", "1", *at) as child:
            until(lambda: [each["state"] for each in scheduled()].count("scheduled") == 1, 60)
            send_stop(child, "SIGINT")
            _, err = child.communicate(timeout=60)
        assert child.returncode == 130 and "cancelled" in err
