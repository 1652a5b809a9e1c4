"""A session's figures over REST and for Prometheus, and its newest frame."""

from __future__ import annotations

import hashlib
import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from support.cameras.mjpeg import MjpegCamera
from support.cameras.rtsp import RtspCamera
from support.shown_number import number_of
from support.units_made import until
from support.wire import Viewer, Wire, serving

PASSWORD = "canary-p@ss"
ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


@pytest.fixture(scope="module")
def served(binaries, tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures")
    config = binaries.config(folder)
    with (
        RtspCamera(gop=8, auth="digest", password=PASSWORD) as rtsp,
        MjpegCamera(auth="basic", password=PASSWORD) as mjpeg,
        serving(config) as (station, wire),
    ):
        station.cameras.open(rtsp.url, f"rtsp://user:{PASSWORD}@camera")
        station.cameras.open(mjpeg.url)
        yield wire, {"rtsp": rtsp, "mjpeg": mjpeg}


@pytest.fixture
def wire(served) -> Wire:
    return served[0]


def session(wire: Wire, kind: str) -> dict:
    sessions = wire.get("/session/list").json()["sessions"]
    return next(each for each in sessions if each["kind"] == kind)


def figure(wire: Wire, name: str, kind: str) -> float:
    """One session's figure, as Prometheus reads it."""
    text = wire.get("/metrics").body.decode()
    (found,) = (
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == f"camrec_session_{name}" and sample.labels["kind"] == kind
    )
    return found


@pytest.mark.parametrize("kind", ["rtsp", "mjpeg"])
def test_a_snapshot_is_the_newest_frame_as_a_jpeg(kind, served):
    wire, cameras = served
    camera = cameras[kind]
    before = camera.truth()[-1].number
    reply = wire.get(f"/snapshot?session_id={session(wire, kind)['session_id']}")
    assert reply.status == 200 and reply.headers["Content-Type"] == "image/jpeg"
    assert reply.headers["Cache-Control"] == "no-store"
    assert ISO.fullmatch(reply.headers["Captured-At"])
    # The newest frame at that time: others may have been in flight, and newer ones may have come
    # since.
    assert before - 2 <= number_of(reply.body) <= camera.truth()[-1].number + 1
    if kind == "mjpeg":
        sha = hashlib.sha1(reply.body).hexdigest()
        until(lambda: sha in {each.sha for each in camera.truth()})


def test_a_snapshot_is_refused_where_there_is_none(wire):
    assert wire.get("/snapshot?session_id=nothing").code == "no_session"
    assert wire.get("/snapshot").code == "bad_field"
    with MjpegCamera() as camera:
        opened = wire.post("/session/open", {"url": camera.url}).json()
        camera.stop()
        until(lambda: figures_of(wire, opened)["state"] == "stale")
        reply = wire.get(f"/snapshot?session_id={opened['session_id']}", Accept_Language="fr")
        assert (reply.status, reply.code) == (409, "session_not_live")
        assert "pas d’image" in reply.json()["error"]["message"]
        stale = figures_of(wire, opened)["figures"]
        assert stale["fps"] == 0 and stale["age"] > 5
        wire.post("/session/close", {"session_id": opened["session_id"]})


def figures_of(wire: Wire, opened: dict) -> dict:
    sessions = wire.get("/session/list").json()["sessions"]
    return next(each for each in sessions if each["session_id"] == opened["session_id"])


def test_stream_statistics_are_in_the_session_list_and_the_metrics(wire):
    until(lambda: session(wire, "rtsp")["figures"]["key_distance"])
    with Viewer(wire, f"session_id={session(wire, 'rtsp')['session_id']}&mode=h264") as viewer:
        viewer.read()
        until(lambda: session(wire, "rtsp")["figures"]["lag"])
        told = session(wire, "rtsp")["figures"]
        assert told["viewers"] == 1 and told["lost"] == 0
        assert told["fps"] > 1 and told["bit_rate"] > 10_000 and told["age"] is not None
        # A frame in flight that is not acknowledged: the viewer is behind, more and more.
        until(lambda: session(wire, "rtsp")["figures"]["lag"] > told["lag"] + 0.2)
        assert figure(wire, "viewers", "rtsp") == 1
        assert figure(wire, "lag", "rtsp") > told["lag"] + 0.2
    until(lambda: figure(wire, "viewers", "rtsp") == 0)
    # 8 frames from one key frame to the next; the camera's clock is not this machine's.
    assert told["key_distance"] == pytest.approx(0.8, abs=0.1)
    assert figure(wire, "live", "mjpeg") == 1
    assert figure(wire, "frames_total", "mjpeg") > 10
    assert session(wire, "mjpeg")["figures"]["lag"] is None


def test_no_address_and_no_password_is_in_the_metrics(served):
    wire, cameras = served
    body = wire.get("/metrics").body
    assert b"camrec_disk_free_bytes" in body
    for hidden in (PASSWORD, "canary", str(cameras["rtsp"].port), str(cameras["mjpeg"].port)):
        assert hidden.encode() not in body


def test_metrics_are_sent_as_open_metrics_on_request(wire):
    reply = wire.get("/metrics", Accept="application/openmetrics-text; version=1.0.0")
    assert reply.headers["Content-Type"].startswith("application/openmetrics-text")
    assert reply.body.endswith(b"# EOF\n")
