"""A report of a real camera is saved, and a simulated camera replays it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zipfile
from itertools import pairwise
from pathlib import Path

import pytest

from camrec.camera_address import parse_address
from camrec.session import diagnosis
from camrec.station import Station
from support.at_once import at_once
from support.cameras.raw_http import RawHttpCamera, encode_jpegs
from support.cameras.raw_rtsp import RawRtspCamera, encode
from support.cameras.refusing import Refusing, http
from support.cameras.replayed import ReplayedCamera
from support.odd_cameras import record
from support.wire import serving

pytestmark = pytest.mark.spread

USER, PASSWORD = "annabel", "opensesame"
CHALLENGE = 'WWW-Authenticate: Digest realm="cam", nonce="n0nce"'


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


class DigestCamera(RawRtspCamera):
    userinfo = f"{USER}:{PASSWORD}@"

    def reply(self, connection, method, url, headers):
        given = headers.get("authorization", "")
        told = dict(re.findall(r'(\w+)="([^"]*)"', given))
        secret, request = md5(f"{USER}:cam:{PASSWORD}"), md5(f"{method}:{told.get('uri')}")
        if method != "OPTIONS" and told.get("response") != md5(f"{secret}:n0nce:{request}"):
            return "401 Unauthorized", [CHALLENGE], ""
        return super().reply(connection, method, url, headers)


class CookieCamera(RawHttpCamera):
    userinfo = f"{USER}:{PASSWORD}@"

    def reply(self, peer, number, method, path, headers):
        pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if headers.get("authorization") != f"Basic {pair}":
            more = ('WWW-Authenticate: Basic realm="cam"', "Content-Length: 0")
            peer.sendall(self.head("401 Unauthorized", "text/plain", *more))
            return True
        peer.sendall(self.head("200 OK", "", "Set-Cookie: sid=deadbeef; Path=/"))
        self.stream(peer, number)
        return False


@pytest.fixture(scope="module")
def station(binaries, tmp_path_factory):
    with Station(binaries.config(tmp_path_factory.mktemp("report"))) as station:
        yield station


@pytest.fixture
def shorter(monkeypatch):
    """Less video in a report."""
    monkeypatch.setattr(diagnosis, "REPORT_MEDIA_DURATION_S", 5.0)


def contents(report: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(report) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def assert_says_nothing_of(camera: RawRtspCamera | RawHttpCamera, found: dict[str, bytes]) -> None:
    pair = base64.b64encode(f"{USER}:{PASSWORD}".encode())
    for name, data in found.items():
        for secret in (USER.encode(), PASSWORD.encode(), pair, b"deadbeef"):
            assert secret not in data, f"{secret!r} is in {name}"


@at_once("kind", ["rtsp", "http"])
def test_a_report_of_a_camera_is_a_camera_again(station, tmp_path, shorter, kind):
    path = tmp_path / f"{kind}.zip"
    rtsp = kind == "rtsp"
    camera = DigestCamera(encode("-g", "10")) if rtsp else CookieCamera(encode_jpegs())
    with camera:
        findings = station.reports.write(parse_address(camera.url), path)
        assert camera.most_at_once == 1
    assert findings.error is None
    assert (findings.video["width"], findings.video["height"]) == (320, 240)
    found = contents(path)
    assert_says_nothing_of(camera, found)
    assert json.loads(found["summary.json"])["logs_in"] is True
    assert b"***" in found["dialogue.jsonl"]
    assert len(found["media.bin"]) > 50_000
    with ReplayedCamera(path) as replayed:
        recorded = record(station, replayed, 3)
    assert replayed.most_at_once == 1
    assert recorded.receipt.gaps == []
    steps = [later - earlier for earlier, later in pairwise(recorded.times)]
    assert len(recorded.times) >= 20
    assert max(steps) < 0.5


def test_a_camera_that_fails_has_a_report_with_the_reason(station, tmp_path):
    with Refusing(http("404 Not Found")) as camera:
        url = f"http://{USER}:{PASSWORD}@127.0.0.1:{camera.port}/none"
        path = tmp_path / "report.zip"
        findings = station.reports.write(parse_address(url), path)
    assert findings.error.code == "camera_no_path"
    found = contents(path)
    assert json.loads(found["summary.json"])["error"]["code"] == "camera_no_path"
    texts = [json.loads(line).get("text", "") for line in found["dialogue.jsonl"].splitlines()]
    assert any(each.startswith("GET /none HTTP/1.1") for each in texts)
    assert any(each.startswith("HTTP/1.1 404") for each in texts)
    assert PASSWORD.encode() not in b"".join(found.values())
    with ReplayedCamera(path) as replayed:
        again = station.reports.write(parse_address(replayed.url), tmp_path / "again.zip")
    assert again.error.code == "camera_no_path"


def test_the_report_of_a_failed_session_comes_over_rest(binaries, tmp_path):
    peer = Refusing(http("404 Not Found"))
    with serving(binaries.config(tmp_path)) as (station, wire), peer as camera:
        session = station.cameras.begin_open(f"http://127.0.0.1:{camera.port}/none")
        assert session.machine.wait(lambda state: state.value == "failed", 30)
        reply = wire.get(f"/session/{session.session_id}/report")
        assert reply.status == 200 and reply.headers["Content-Type"] == "application/zip"
        assert "attachment" in reply.headers["Content-Disposition"]
        (tmp_path / "got.zip").write_bytes(reply.body)
        assert "summary.json" in contents(tmp_path / "got.zip")
        assert wire.get("/session/unknown/report").code == "no_session"


def test_a_session_that_is_open_has_no_report(binaries, tmp_path):
    peer = RawHttpCamera(encode_jpegs())
    with serving(binaries.config(tmp_path)) as (station, wire), peer as camera:
        session = station.cameras.open(camera.url)
        assert wire.get(f"/session/{session.session_id}/report").code == "session_not_failed"
        station.cameras.close(session.session_id)
