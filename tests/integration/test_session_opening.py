"""How a camera opens: live once a frame is decoded, on one connection, however slow it is."""

from __future__ import annotations

import itertools
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from camrec.camera_address import parse_address
from camrec.cli.open_camera import open_camera
from camrec.errors import CamrecError
from camrec.mjpeg_relay import inspect_stream
from camrec.recording import RecordingState
from camrec.session import SessionState, mjpeg_upstream, return_wait
from camrec.session.opening_wait import FIRST_MEDIA_TIMEOUT_S
from camrec.station import Station
from support.cameras.mjpeg import MjpegCamera
from support.cameras.raw_http import RawHttpCamera, encode_jpegs
from support.cameras.raw_rtsp import RawRtspCamera, encode
from support.full_queue import full_queue
from support.odd_cameras import shown_times
from support.units_made import until

pytestmark = pytest.mark.spread

PATIENCE = 60.0


@pytest.fixture
def station(binaries, tmp_path):
    with Station(binaries.config(tmp_path)) as station:
        yield station


class SlowRtsp(RawRtspCamera):
    """A frame every eight seconds, each a key frame."""

    rate = 1 / 8


class SlowAndLate(SlowRtsp):
    """Nothing at first: its first frame comes after eight seconds."""

    def pace(self):
        return (8.0 * number for number in itertools.count(1))


class SlowHttp(RawHttpCamera):
    rate = 1 / 8


SLOW = {
    "rtsp": lambda: SlowRtsp(encode("-g", "1")),
    "rtsp, late": lambda: SlowAndLate(encode("-g", "1")),
    "http": lambda: SlowHttp(encode_jpegs()),
}


@pytest.mark.slow(30)
def test_a_camera_with_a_frame_every_eight_seconds_is_recorded_on_one_connection(station):
    with ThreadPoolExecutor(len(SLOW)) as pool:  # all at once: they are slow
        for recorded in [pool.submit(record_slow_camera, station, kind) for kind in SLOW]:
            recorded.result()


def record_slow_camera(station: Station, kind: str) -> None:
    with SLOW[kind]() as camera:
        session = station.cameras.open(camera.url)
        states = []
        session.machine.changed.connect(lambda old, new: states.append(new))
        recording = station.recordings.start(session.session_id, 18)
        assert recording.wait(PATIENCE)
        assert recording.state is RecordingState.SAVED, recording.error
        assert set(states) == {SessionState.LIVE} or not states
        looks = 1 if kind == "http" else 0  # the inspection, which ends before the session connects
        assert camera.connections == 1 + looks
        assert camera.most_at_once == 1
        (receipt,) = recording.receipts
        assert receipt.gaps == [] and receipt.parts == 1
        times = shown_times(station.library.folder / recording.filename)
        assert len(times) in (3, 4)  # the first is the one that was shown when it began


class Shared(RawRtspCamera):
    """Every client gets what is sent to all: the next key frame may be far away."""

    def __init__(self, frames):
        super().__init__(frames)
        self._began = time.monotonic()
        self._sets = super().parameter_sets()
        self._whole = frames

    def parameter_sets(self):
        return self._sets

    def stream(self, connection):
        place = int((time.monotonic() - self._began) * self.rate) % len(self._whole)
        self.frames = [*self._whole[place:], *self._whole[:place]]
        super().stream(connection)


@pytest.mark.slow
def test_a_key_frame_is_awaited_on_one_connection_and_the_session_says_so(station):
    frames = encode("-g", "100", "-x264-params", "scenecut=0", seconds=10)
    with Shared(frames) as camera:
        time.sleep(0.5)
        awaited = set()
        session = station.cameras.begin_open(camera.url)
        session.changed.connect(lambda: awaited.add(session.waiting_for))
        assert session.machine.wait(lambda state: state is not SessionState.OPENING, PATIENCE)
        assert session.state is SessionState.LIVE
        assert "key_frame" in awaited and session.waiting_for is None
        recording = station.recordings.start(session.session_id, 2)
        assert recording.wait(PATIENCE)
        assert recording.state is RecordingState.SAVED, recording.error
        assert camera.connections == 1


class Prompt(RawRtspCamera):
    """A key frame soon after PLAY, as most cameras send one; the next one is ten seconds away."""

    def pace(self):
        return (0.05 + number / self.rate for number in itertools.count())


def test_the_first_key_frame_is_not_missed(station):
    frames = encode("-g", "100", "-x264-params", "scenecut=0", seconds=10)

    def record_a_second() -> None:
        with Prompt(frames) as camera:
            session = station.cameras.open(camera.url)
            assert session.frames_seen < 100
            recording = station.recordings.start(session.session_id, 1)
            assert recording.wait(PATIENCE)
            assert recording.state is RecordingState.SAVED, recording.error
            station.cameras.close(session.session_id)
            assert camera.connections == 1

    with ThreadPoolExecutor(3) as pool:  # as many as a station opens at once
        for recorded in [pool.submit(record_a_second) for _ in range(5)]:
            recorded.result()


class Broken(RawRtspCamera):
    """Its key frames come without their second half."""

    def payloads(self, frame):
        packets = super().payloads(frame)
        return packets[: len(packets) // 2] if len(packets) > 4 else packets


@pytest.mark.slow
def test_a_session_whose_frames_cannot_be_decoded_is_not_live(station):
    frames = encode("-g", "10", size="640x360")
    with Broken(frames) as camera:
        session = station.cameras.begin_open(camera.url)
        assert not session.machine.wait(lambda state: state is not SessionState.OPENING, 8)
        assert session.frames_seen > 50 and session.waiting_for in ("key_frame", "picture")
        station.cameras.close(session.session_id)
        assert camera.connections == 1


class Mute(RawHttpCamera):
    """It announces video and sends none."""

    def stream(self, peer, number):
        self._over.wait(PATIENCE)


@pytest.mark.slow
def test_a_mute_mjpeg_camera_has_failed_after_fifteen_seconds(station):
    with Mute(encode_jpegs()) as camera, pytest.raises(CamrecError) as refused:
        began = time.monotonic()
        station.cameras.open(camera.url)
    assert refused.value.code == "camera_no_picture"
    assert FIRST_MEDIA_TIMEOUT_S <= time.monotonic() - began < FIRST_MEDIA_TIMEOUT_S + 5


def test_a_reader_that_lost_its_proxy_is_back_without_another_call_of_the_camera(station):
    with RawRtspCamera(encode("-g", "10")) as camera:
        session = station.cameras.open(camera.url)
        before = session.feed.newest
        session._thread._publisher._reader._reader._connection.interrupt()
        deadline = time.monotonic() + PATIENCE
        while session.feed.newest is before or session.retries or not session.feed.current_gop():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert session.state is SessionState.LIVE
        assert camera.connections == 1


def test_a_camera_that_answers_no_connection_is_noticed_by_a_short_one(station, monkeypatch):
    """No full attempt is made meanwhile, and there are never two connections at a time."""
    monkeypatch.setattr(return_wait, "MAX_RETURN_WAIT_S", 3600.0)
    inspect = partial(inspect_stream, seconds=0.5)
    monkeypatch.setattr(mjpeg_upstream, "inspect_stream", inspect)
    camera = MjpegCamera(size=(160, 120))
    with full_queue() as camera.port:
        source = parse_address(camera.url)
        session = station.cameras.open_again(source, "Yard", "0123456789abcdef", None)
        errors: list[CamrecError | None] = []
        session.changed.connect(lambda: errors.append(session.error))
        until(lambda: session.error is not None, PATIENCE)
    with camera:
        until(lambda: session.state is SessionState.LIVE, PATIENCE)
        until(lambda: camera.connected == 1, PATIENCE)
        # Between the two the port refuses connections for a moment; on Windows it always does.
        if not any(each.code == "camera_refused" for each in errors if each is not None):
            assert camera.connections == 3, "a short one, the inspection, and the relay"


@pytest.mark.slow
def test_a_gop_of_ten_seconds_is_recorded_every_time(binaries, tmp_path):
    """`camrec record --duration 5` as a user runs it."""
    frames = encode("-g", "100", "-x264-params", "scenecut=0", seconds=10)

    def record_with_a_new_station(number: int) -> None:
        with Prompt(frames) as camera, Station(binaries.config(tmp_path / str(number))) as station:
            session = station.cameras.open(camera.url)
            recording = station.recordings.start(session.session_id, 5)
            assert recording.wait(PATIENCE)
            assert recording.state is RecordingState.SAVED, recording.error
            assert recording.receipts[0].duration > 4.5
            assert camera.connections == 1

    with ThreadPoolExecutor(3) as pool:
        for recorded in [pool.submit(record_with_a_new_station, number) for number in range(3)]:
            recorded.result()


def test_the_command_line_prints_what_an_opening_camera_is_waiting_for(binaries, tmp_path, capsys):
    frames = encode("-g", "60", "-x264-params", "scenecut=0")
    with Shared(frames) as camera, Station(binaries.config(tmp_path)) as station:
        time.sleep(0.3)
        session = open_camera(station, camera.url)
        assert session.state is SessionState.LIVE
    assert "key frame" in capsys.readouterr().err
