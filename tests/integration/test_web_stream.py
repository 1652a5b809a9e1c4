"""Live video over a WebSocket: newest first, limited, and gone when its viewer is."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from camrec.session import Session
from camrec.station import Station
from camrec.web import LocalServer
from camrec.web.handlers.flow_control import MAX_IN_FLIGHT_BYTES
from camrec.web.handlers.stream import StreamHandler
from camrec.web.handlers.stream_protocol import (
    FLAGGED_FRAME_HEADER_STRUCT,
    FRAME_HEADER_STRUCT,
    JPEG_FLAG,
    KEY_FRAME_FLAG,
    SKIP_DISPLAY_FLAG,
)
from support.cameras.mjpeg import MjpegCamera
from support.cameras.rtsp import RtspCamera, slices_hash
from support.shown_number import number_of
from support.units_made import until
from support.wire import Viewer, Wire, refused, serving

pytestmark = pytest.mark.slow(2.5)


@pytest.fixture(scope="module")
def served(binaries, tmp_path_factory):
    """A station with one camera open, for all of these."""
    folder = tmp_path_factory.mktemp("stream")
    config = binaries.config(folder)
    with MjpegCamera(size=(1280, 720), rate=25) as camera, serving(config) as (station, wire):
        yield station, camera, wire


@pytest.fixture(scope="module")
def opened(served):
    station, camera, _ = served
    return station.cameras.open(camera.url)


@pytest.fixture
def session(opened):
    """No viewer is left when the test is over."""
    yield opened
    until(lambda: opened.viewers == 0)


@pytest.fixture
def wire(served) -> Wire:
    return served[2]


@contextmanager
def opening(station: Station, camera: RtspCamera) -> Iterator[Session]:
    session = station.cameras.open(camera.url)
    try:
        yield session
    finally:
        station.cameras.close(session.session_id)


def split(message: bytes) -> tuple[int, int, bytes]:
    """Capture time, number and JPEG of a message of mode=page."""
    return (
        *FRAME_HEADER_STRUCT.unpack(message[: FRAME_HEADER_STRUCT.size]),
        message[FRAME_HEADER_STRUCT.size :],
    )


def test_each_stream_message_is_one_jpeg(session, wire):
    with Viewer(wire, f"session_id={session.session_id}") as viewer:
        pictures = [viewer.read() for _ in range(10)]
    assert all(each[:2] == b"\xff\xd8" and each[-2:] == b"\xff\xd9" for each in pictures)
    assert len(set(pictures)) == 10


def test_a_page_gets_times_numbers_and_facts(session, wire):
    numbers, facts = [], []
    with Viewer(wire, f"session_id={session.session_id}&mode=page") as page:
        while len(numbers) < 10 or len(facts) < 2:
            message = page.read()
            if isinstance(message, str):
                facts.append(json.loads(message))
                continue
            captured, number, jpeg = split(message)
            page.say("ok")
            numbers.append(number)
            assert jpeg[:2] == b"\xff\xd8"
            assert 0 <= time.time() - captured / 1e6 < 10
    assert numbers == sorted(set(numbers))
    shown = {"now", "video_codec", "width", "height", "fps", "bit_rate", "lost", "age", "retries"}
    shown |= {"viewers", "recorded", "recording", "free_bytes", "lag", "waiting_for"}
    shown |= {"usual_distance", "max_seconds", "file_bit_rate", "room_bytes"}
    assert set(facts[0]) == shown
    assert (facts[0]["width"], facts[0]["height"], facts[0]["viewers"]) == (1280, 720, 1)
    assert facts[0]["recording"] is facts[0]["recorded"] is None and facts[0]["free_bytes"] > 0


def test_a_page_receives_the_recording_state_by_its_stream(served, session, wire):
    station, _, _ = served

    def told(state: str) -> dict:
        """The first facts that contain a recording in this state."""
        while True:
            message = page.read()
            if isinstance(message, bytes):
                page.say("ok")
                continue
            facts = json.loads(message)
            if facts["recording"] and facts["recording"]["state"] == state:
                return facts

    with Viewer(wire, f"session_id={session.session_id}&mode=page") as page:
        recording = station.recordings.start(session.session_id, 60)
        facts = told("writing")
        assert facts["recording"]["recording_id"] == recording.recording_id
        assert facts["recorded"] is not None
        recording.stop()
        facts = told("saved")
        assert facts["recording"]["filename"] == recording.filename and facts["recorded"] is None


def test_a_page_that_acknowledges_nothing_gets_two_frames(session, wire):
    """After it has drawn them, it gets the newest frame, not those that came meanwhile."""

    def until_facts(count: int) -> list[int]:
        """The numbers of the frames that arrive until so many text messages have come."""
        numbers = []
        while count:
            message = page.read()
            if isinstance(message, str):
                count -= 1
            else:
                numbers.append(split(message)[1])
        return numbers

    with Viewer(wire, f"session_id={session.session_id}&mode=page") as page:
        first = until_facts(3)
        page.say("ok")
        page.say("ok")
        after = until_facts(2)
    assert len(first) == len(after) == 2
    assert after[0] > first[-1] + 10


def test_a_slow_viewer_is_bounded_and_costs_no_one_a_frame(session, wire):
    with Viewer(wire, f"session_id={session.session_id}", read_buffer=16 << 10) as slow:
        numbers = []
        with Viewer(wire, f"session_id={session.session_id}&mode=page") as page:
            while len(numbers) < 100:
                message = page.read()
                if isinstance(message, bytes):
                    _, number, jpeg = split(message)
                    numbers.append(number)
                    page.say("ok")
        # A busy machine may skip a frame; the slow viewer must not cause that.
        assert numbers[-1] - numbers[0] < 120
        newest, held = number_of(jpeg), 0
        while number_of(message := slow.read()) < newest:
            held += len(message)
        # What the two sockets buffer, and not the 4 seconds that it did not read.
        assert held < 2 << 20 and held < 50 * len(jpeg)


class Decoding:
    """A client that gets frames as the camera encoded them, and acknowledges them or not."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self.told: list[dict] = []
        self.facts: list[dict] = []

    def next(self, *, answers: bool = True) -> tuple[int, int, bytes]:
        """Number, flags and data of the next frame."""
        while isinstance(message := self._viewer.read(), str):
            told = json.loads(message)
            (self.told if "codec" in told else self.facts).append(told)
        captured, number, flags = FLAGGED_FRAME_HEADER_STRUCT.unpack(
            message[: FLAGGED_FRAME_HEADER_STRUCT.size]
        )
        assert 0 <= time.time() - captured / 1e6 < 20
        if answers:
            self.answer()
        return number, flags, message[FLAGGED_FRAME_HEADER_STRUCT.size :]

    def answer(self) -> None:
        self._viewer.say("ok")


def test_h264_comes_as_the_camera_coded_it(served, wire):
    station, _, _ = served
    with RtspCamera(rate=25, gop=50) as camera, opening(station, camera) as session:
        with Viewer(wire, f"session_id={session.session_id}&mode=h264") as viewer:
            page = Decoding(viewer)
            first = page.next()
            assert first[1] & KEY_FRAME_FLAG
            (told,) = page.told
            assert told["codec"].startswith("avc1.")
            assert (told["width"], told["height"]) == (320, 180)
            seen = [first, *(page.next() for _ in range(60))]
        numbers = [number for number, _, _ in seen]
        assert numbers == list(range(numbers[0], numbers[0] + 61))
        sent = {each.slices: each.number for each in camera.truth()}
        shown = [sent[slices_hash(data)] for _, _, data in seen]
        assert shown == list(range(shown[0], shown[0] + 61))


def test_a_slow_h264_viewer_continues_at_a_key_frame_and_costs_others_no_frame(served, wire):
    station, _, _ = served
    with RtspCamera(rate=25, gop=25) as camera, opening(station, camera) as session:
        query = f"session_id={session.session_id}&mode=h264"
        with Viewer(wire, query) as slow, Viewer(wire, query) as fast:
            late, page = Decoding(slow), Decoding(fast)
            numbers = [page.next()[0] for _ in range(120)]
            assert numbers == list(range(numbers[0], numbers[0] + 120))
            # Only a few are in flight, whatever the camera has sent since.
            on_way = [late.next(answers=False)]
            while sum(len(data) for *_, data in on_way) < MAX_IN_FLIGHT_BYTES:
                if sum(not flags & SKIP_DISPLAY_FLAG for _, flags, _ in on_way) == 4:
                    break
                on_way.append(late.next(answers=False))
            assert on_way[-1][0] < 80
            for _ in on_way:
                late.answer()
            number, flags, _ = late.next()
            assert number > on_way[-1][0] + 25 and flags & KEY_FRAME_FLAG


def test_one_acknowledgement_may_cover_many_frames(served, wire):
    station, _, _ = served
    with RtspCamera(rate=25, gop=50) as camera, opening(station, camera) as session:
        with Viewer(wire, f"session_id={session.session_id}&mode=h264") as viewer:
            page = Decoding(viewer)
            numbers = [page.next()[0] for _ in range(10)]
            for nonsense in ("ok 0 1", "ok 1", "ok -1 1", "ok 1 1 1", "ok x y", "ok 1,1", "no"):
                viewer.say(nonsense)
            for together in range(2, 9):
                numbers += [page.next(answers=False)[0] for _ in range(together)]
                viewer.say(f"ok {together} {together + 1}")
            for _ in range(5):
                numbers += [page.next(answers=False)[0] for _ in range(8)]
                viewer.say("ok 8 8")
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_an_h264_viewer_of_an_mjpeg_camera_gets_its_jpegs_unchanged(session, wire):
    with Viewer(wire, f"session_id={session.session_id}&mode=h264") as viewer:
        page = Decoding(viewer)
        seen = [page.next() for _ in range(10)]
    assert all(flags & JPEG_FLAG for _, flags, _ in seen)
    shown = [number_of(jpeg) for _, _, jpeg in seen]
    assert shown == sorted(set(shown))
    assert not page.told


def test_a_dead_viewer_is_disconnected(session, wire, monkeypatch):
    monkeypatch.setattr(StreamHandler, "ping_interval", 0.3)
    monkeypatch.setattr(StreamHandler, "ping_timeout", 0.3)
    with Viewer(wire, f"session_id={session.session_id}"):
        until(lambda: session.viewers == 1)
        until(lambda: session.viewers == 0)


def test_a_stream_is_refused_before_its_handshake(session, wire):
    assert refused(wire, "session_id=nothing") == (404, "no_session")
    assert refused(wire, "") == (400, "bad_field")
    for wrong in ("mode=other", "width=", "width=0", "width=a", "width=-1", "width=1e9"):
        assert refused(wire, f"session_id={session.session_id}&{wrong}") == (400, "bad_field")


def test_closing_a_session_disconnects_its_viewers(served, wire):
    station, camera, _ = served
    session = station.cameras.open(camera.url)
    with Viewer(wire, f"session_id={session.session_id}") as viewer:
        assert viewer.read() is not None
        station.cameras.close(session.session_id)
        while viewer.read() is not None:
            pass
    assert (viewer.close_code, viewer.close_reason) == (1001, "closed")


def test_stopping_the_server_disconnects_its_viewers(served):
    station, camera, _ = served
    session = station.cameras.open(camera.url)
    server = LocalServer(station)
    with Viewer(Wire(server.root), f"session_id={session.session_id}") as viewer:
        assert viewer.read() is not None
        server.stop()
        while viewer.read() is not None:
            pass
    assert (viewer.close_code, viewer.close_reason) == (1001, "")
    assert session.viewers == 0
    station.cameras.close(session.session_id)
