"""The built-in cameras, used like any other camera."""

from __future__ import annotations

import http.client
import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import av
import cv2
import numpy as np
import psutil
import pytest

from camrec.demo import DemoCameras, audio_track, broadcast, rtsp_camera
from camrec.demo.birdhouse import BirdhouseScene
from camrec.demo.mjpeg_camera import DemoMjpegCamera
from camrec.demo.street import StreetScene
from camrec.errors import ServiceError
from support.forked import server_pids
from support.private_files import is_private
from support.units_made import until

pytestmark = pytest.mark.spread

NOON = 1_800_000_000.0


@pytest.fixture
def demo(binaries, tmp_path: Path) -> Iterator[DemoCameras]:
    demo = DemoCameras(mediamtx=binaries.mediamtx, folder=tmp_path)
    demo.start()
    yield demo
    demo.stop()
    assert not os.listdir(tmp_path)


def mediamtx() -> psutil.Process:
    """The server of the RTSP camera."""
    [server] = [each for each in psutil.Process().children() if each.pid not in server_pids()]
    return server


def watch(url: str, media: str = "video+audio") -> av.container.InputContainer:
    options = {"rtsp_transport": "tcp", "allowed_media_types": media}
    return av.open(url, options=options, timeout=10)


def pictures(url: str) -> Iterator[np.ndarray]:
    """The JPEGs of a multipart body, parsed strictly."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
    connection.request("GET", address.path)
    response = connection.getresponse()
    try:
        assert response.status == 200
        kind = response.getheader("Content-Type")
        assert kind == "multipart/x-mixed-replace; boundary=frame"
        while True:
            assert response.readline() == b"--frame\r\n"
            head = dict(line.split(": ") for line in iter(lambda: _line(response), ""))
            assert head["Content-Type"] == "image/jpeg"
            jpeg = response.read(int(head["Content-Length"]))
            assert response.readline() == b"\r\n"
            yield cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    finally:
        response.close()
        connection.close()


def _line(response: http.client.HTTPResponse) -> str:
    return response.readline().decode().rstrip("\r\n")


def test_the_rtsp_camera_sends_frames_and_audio(demo: DemoCameras) -> None:
    sounds, decoded = 0, []
    with watch(demo.rtsp_url) as stream:
        video, audio = stream.streams.video[0], stream.streams.audio[0]
        assert (video.codec_context.name, video.width, video.height) == ("h264", 1280, 720)
        assert (audio.codec_context.name, audio.rate) == ("aac", 48_000)
        for packet in stream.demux():
            if packet.stream is audio:
                sounds += 1
            elif packet.pts is not None:
                decoded += packet.decode()
            if sounds > 100 and len(decoded) > 50:
                break
    first, last = decoded[0].to_ndarray(format="bgr24"), decoded[-1].to_ndarray(format="bgr24")
    assert first.shape == (720, 1280, 3) and (first != last).any()
    assert 40 < first.mean() < 200


def test_the_rtsp_demo_camera_has_steady_frame_times(demo: DemoCameras) -> None:
    times, keys = [], []  # the time of each frame, and which of them are key frames
    # Video alone: with two tracks, FFmpeg changes the timestamps at the first sender report.
    with watch(demo.rtsp_url, "video") as stream:
        for packet in stream.demux():
            if packet.pts is not None:
                times.append(float(packet.pts * packet.time_base))
                if packet.is_keyframe:
                    keys.append(len(times))
            if len(keys) >= 3:
                break
    steps = np.diff(times) * broadcast.VIDEO_FRAMES_PER_SECOND
    # On a busy machine many frames are left out, but each has its own time.
    assert np.allclose(steps, np.round(steps), atol=0.01)
    assert min(steps) == pytest.approx(1, abs=0.01)
    assert list(np.diff(keys)) == [broadcast.VIDEO_FRAMES_PER_SECOND] * 2


def test_the_mjpeg_camera_sends_different_frames(demo: DemoCameras) -> None:
    watching, other = pictures(demo.mjpeg_url), pictures(demo.mjpeg_url)
    first, second, elsewhere = next(watching), next(watching), next(other)
    assert first.shape == elsewhere.shape == (720, 1280, 3)
    assert (first != second).any()
    watching.close()
    other.close()
    address = urlsplit(demo.mjpeg_url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
    connection.request("GET", "/other")
    assert connection.getresponse().status == 404
    connection.close()


def test_starting_running_demo_cameras_again_keeps_their_addresses(demo: DemoCameras) -> None:
    before = demo.rtsp_url, demo.mjpeg_url
    demo.start()
    assert before == (demo.rtsp_url, demo.mjpeg_url)


def test_publishing_to_the_demo_needs_the_password_which_is_never_exposed(
    demo: DemoCameras, tmp_path, binaries
) -> None:
    assert not os.listdir(tmp_path)
    server = mediamtx()
    password = demo._rtsp._password
    assert password not in " ".join(server.cmdline())
    assert password not in demo.rtsp_url
    sending = [binaries.ffmpeg, "-f", "lavfi", "-i", "testsrc=d=5", "-c:v", "libx264"]
    sending += ["-f", "rtsp", "-rtsp_transport", "tcp", demo.rtsp_url]
    refused = subprocess.run(sending, capture_output=True, timeout=30)
    assert refused.returncode != 0 and b"401 Unauthorized" in refused.stderr


def test_the_demo_server_s_settings_are_readable_by_the_owner_only(
    binaries, tmp_path: Path
) -> None:
    camera = rtsp_camera.DemoRtspCamera(binaries.mediamtx, tmp_path)
    camera._make_process()
    [settings] = tmp_path.iterdir()
    assert camera._password in settings.read_text("utf-8")
    assert is_private(settings)
    camera.stop()
    assert not os.listdir(tmp_path)


def test_the_rtsp_demo_camera_recovers_after_its_server_was_killed(
    demo: DemoCameras, caplog
) -> None:
    with watch(demo.rtsp_url) as stream:
        next(stream.demux())
        server = mediamtx()
        server.kill()
        for _ in stream.demux():
            pass

    def delivers() -> bool:
        try:
            with watch(demo.rtsp_url) as stream:
                return next(stream.decode(video=0)).width == 1280
        except av.FFmpegError:
            return False

    until(delivers)
    assert demo._rtsp._password not in caplog.text


def test_a_hanging_demo_server_does_not_delay_the_stop(demo: DemoCameras) -> None:
    server = mediamtx()
    server.suspend()
    demo.stop()
    assert not server.is_running()


def test_demo_cameras_without_a_server_fail_and_leave_no_file(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(rtsp_camera, "DEMO_START_TIMEOUT_S", 0.5)
    demo = DemoCameras(mediamtx=tmp_path / "nothing", folder=tmp_path)
    with pytest.raises(ServiceError) as caught:
        demo.start()
    assert caught.value.code == "proxy_failed"
    assert not os.listdir(tmp_path)


class CountedScene:
    def __init__(self) -> None:
        self.drawn = 0

    def draw(self, moment: float) -> np.ndarray:
        self.drawn += 1
        return np.zeros((720, 1280, 3), np.uint8)


def test_a_demo_camera_without_viewers_draws_nothing() -> None:
    scene = CountedScene()
    camera = DemoMjpegCamera(scene)
    camera.start()
    try:
        assert scene.drawn == 0
        watching = pictures(camera.url)
        next(watching)
        watching.close()
        names = lambda: [thread.name for thread in threading.enumerate()]  # noqa: E731
        until(lambda: "demo mjpeg viewer" not in names())
        assert scene.drawn > 0
    finally:
        camera.stop()


def test_a_demo_viewer_that_reads_nothing_does_not_delay_the_stop() -> None:
    camera = DemoMjpegCamera(BirdhouseScene())
    camera.start()
    address = urlsplit(camera.url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
    connection.request("GET", address.path)
    response = connection.getresponse()
    camera.stop()
    response.close()
    connection.close()


@pytest.mark.parametrize("make", [StreetScene, BirdhouseScene])
def test_a_demo_scene_moves_and_shows_the_time(make: type) -> None:
    scene = make()
    picture = scene.draw(NOON)
    assert picture.shape == (720, 1280, 3) and picture.dtype == np.uint8
    assert np.array_equal(picture, scene.draw(NOON))
    changed = np.argwhere((picture != scene.draw(NOON + 1)).any(axis=2))
    assert (changed[:, 0] < 600).any()
    hundredth = np.argwhere((picture != scene.draw(NOON + 0.011)).any(axis=2))
    assert (hundredth[:, 0] > 660).any()
    for moment in np.linspace(NOON, NOON + 60, 150):
        scene.draw(moment)


def test_the_scenes_of_the_demo_cameras_differ() -> None:
    street, birdhouse = StreetScene().draw(NOON), BirdhouseScene().draw(NOON)
    assert np.abs(street.astype(int) - birdhouse).mean() > 20


def test_the_audio_ticks_each_second_and_repeats_without_a_click() -> None:
    heard = audio_track.make_night_audio()
    assert heard.shape == (480_000,) and heard.dtype == np.float32
    assert 0.05 < np.abs(heard).max() < 0.5
    seconds = heard.reshape(10, audio_track.AUDIO_SAMPLE_RATE_HZ)
    tick, rest = np.abs(seconds[:, :960]).max(axis=1), np.abs(seconds[:, 24_000:]).max(axis=1)
    assert (tick > 1.3 * rest).all()
    assert abs(heard[0] - heard[-1]) < 0.03
