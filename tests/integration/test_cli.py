"""The command line, run as a process."""

from __future__ import annotations

import json
import os
import socket
import zipfile

import pytest
import yaml

from camrec.cli.lab_streams import LabStreams
from camrec.cli.serve import serve
from camrec.config import Config
from camrec.errors import InputError
from camrec.receipt import Receipt
from support.cameras.mjpeg import MjpegCamera
from support.cameras.rtsp import RtspCamera
from support.command_line import receipts, run, run_all, start
from support.stopping import send_stop
from support.wire import Wire

pytestmark = pytest.mark.spread

PASSWORD = "canary-p@ss"


def test_record_saves_a_video_in_the_library_and_prints_its_receipt(place):
    with RtspCamera(audio="aac", auth="basic", password=PASSWORD) as camera:
        code, out, err = run(place, "record", camera.url, "--duration", "2")
    assert code == 0, err
    [receipt] = receipts(out)
    assert receipt.ended == "time" and receipt.playable and receipt.asked == 2
    assert receipt.source == camera.address
    [video] = (place / "videos").glob("*.mp4")
    assert Receipt.read(video.with_suffix(".json")) == receipt

    (code, out, _), table = run_all(place, ("videos", "--json"), ("videos",))
    [listed] = json.loads(out)["videos"]
    assert code == 0 and listed["filename"] == video.name and listed["audio_codec"] == "aac"
    assert table[0] == 0 and video.name in table[1]


def test_record_with_output_writes_that_file_and_replaces_none(place):
    with MjpegCamera() as camera:
        code, out, err = run(place, "record", camera.url, "--duration", "2", "--output", "a.mp4")
    assert code == 0, err
    [receipt] = receipts(out)
    assert Receipt.read(place / "a.json") == receipt
    assert (place / "a.mp4").stat().st_size == receipt.size
    left = {path.name for path in place.iterdir()} - {"config.yaml", "bin"}
    assert left == {"a.mp4", "a.json"}

    code, _, err = run(place, "record", camera.url, "--duration", "2", "--output", "a.mp4")
    assert code == 2 and "a.mp4" in err


def test_probe_prints_what_a_camera_sends_and_saves_nothing(place):
    with RtspCamera(audio="aac") as camera:
        code, out, err = run(place, "probe", camera.url)
    assert code == 0, err
    assert "h264 320x180" in out and "aac" in out
    assert not (place / "videos").exists()


def test_probe_saves_a_report_and_replaces_none(place):
    with MjpegCamera() as camera:
        code, _, err = run(place, "probe", camera.url, "--save", "report.zip")
        again = run(place, "probe", camera.url, "--save", "report.zip")
    assert code == 0, err
    with zipfile.ZipFile(place / "report.zip") as archive:
        assert "dialogue.jsonl" in archive.namelist()
    assert again[0] == 2 and "report.zip" in again[2]


def test_probe_says_why_a_camera_cannot_be_opened_in_the_user_s_language(place):
    code, out, err = run(place, "probe", f"http://user:{PASSWORD}@127.0.0.1:1/", language="fr_FR")
    assert code == 1 and not out
    assert "127.0.0.1, port 1, a refusé la connexion" in err


def test_a_command_with_a_wrong_address_starts_no_program(place):
    address = "file:///etc/passwd"
    commands = ("probe", address), ("record", address, "--duration", "1")
    for code, _, err in run_all(place, *commands):
        assert code == 1 and "rtsp://" in err
    assert not (place / "bin").exists() and not (place / "videos").exists()


def test_a_wrong_command_line_exits_with_code_2_and_an_error(place):
    wrong = [
        ("nothing",),
        ("record", "rtsp://127.0.0.1/", "--duration", "0"),
        ("record", "rtsp://127.0.0.1/", "--duration", "1.5"),
        ("serve", "--port", "99999"),
    ]
    for command, (code, _, err) in zip(wrong, run_all(place, *wrong), strict=True):
        assert code == 2 and err, command


def test_a_wrong_setting_is_named_on_stderr(place):
    (place / "config.yaml").write_text("prot: 8000\n")
    code, _, err = run(place, "videos")
    assert code == 1 and '"prot"' in err


def test_serve_for_other_machines_needs_a_token(place):
    code, _, err = run(place, "serve", "--no-browser", "--host", "0.0.0.0")
    assert code == 1 and "--token" in err and "127.0.0.1" in err
    assert "Traceback" not in err


def test_binaries_prints_where_the_programs_are(place, binaries):
    code, out, _ = run(place, "binaries", "--check")
    assert code == 0
    for path in vars(binaries).values():
        assert str(path) in out


def test_a_program_that_is_missing_fails_the_check(place, tmp_path):
    settings = {"go2rtc_path": str(tmp_path / "nothing"), "bin_dir": str(tmp_path / "empty")}
    (place / "config.yaml").write_text(yaml.safe_dump(settings))
    home = tmp_path / "home"
    home.mkdir()
    os.environ["XDG_CACHE_HOME"] = str(home)
    try:
        code, _, err = run(place, "binaries", "--check")
    finally:
        del os.environ["XDG_CACHE_HOME"]
    assert code == 1 and "go2rtc" in err
    assert not (tmp_path / "empty").exists()


def test_serve_runs_until_a_signal_ends_it(place):
    with start(place, "serve", "--no-browser") as child:
        try:
            wire = Wire(child.stdout.readline().strip().rstrip("/"))
            assert wire.get("/health").json()["status"] == "ok"
            assert b"<html" in wire.get("/").body
            assert wire.get("/nothing").code == "no_route"

            port = wire.host.split(":")[1]
            elsewhere = ("--port", port, "--videos", "other", "--bin", "other")
            serve = ("serve", "--no-browser")
            same_folder, same_port = run_all(place, serve, (*serve, *elsewhere))
            assert same_folder[0] == 1 and "videos_dir" in same_folder[2]
            assert same_port[0] == 1 and port in same_port[2]
        finally:
            send_stop(child, "SIGTERM")
            _, err = child.communicate(timeout=30)
    assert child.returncode == 0 and "Traceback" not in err, err


def test_demo_ends_after_its_duration(place):
    code, out, err = run(place, "demo", "--seconds", "3", "--no-browser")
    assert code == 0, err
    first, second = receipts(out)
    assert first.playable and second.playable
    assert {first.audio_codec, second.audio_codec} == {"aac", None}
    assert len(list((place / "videos").glob("*.mp4"))) == 2


@pytest.mark.skipif(hasattr(socket, "AF_UNIX"), reason="this system has Unix sockets")
def test_serve_on_a_unix_socket_is_refused_where_there_are_none(place):
    code, _, err = run(place, "serve", "--no-browser", "--socket", "camrec.sock")
    assert code == 1 and "camrec.sock" in err and "--port" in err


def test_a_unix_socket_is_refused_before_anything_starts(monkeypatch):
    """As on Windows: Python has no Unix sockets there."""
    monkeypatch.delattr(socket, "AF_UNIX", raising=False)
    with pytest.raises(InputError) as refused:
        serve(
            Config(socket="camrec.sock"),
            token=False,
            open_browser=False,
            lab_streams=LabStreams(False),
        )
    assert refused.value.code == "no_unix_socket"


def test_a_command_whose_output_nobody_reads_ends_quietly(place):
    with start(place, "videos", "--json") as child:
        child.stdout.close()
        assert child.wait(60) in (0, 1)
        assert "Traceback" not in child.stderr.read()
