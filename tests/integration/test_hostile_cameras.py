"""Hostile and broken cameras are limited and reported, and delay no other camera."""

from __future__ import annotations

import contextlib
import itertools
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import cv2
import numpy as np
import psutil
import pytest

from camrec.camera_address import parse_address
from camrec.errors import CameraError, CamrecError
from camrec.mjpeg_relay import inspect_stream
from camrec.mjpeg_relay.jpeg_splitter import MAX_JPEG_BYTES, JpegSplitter
from camrec.network_policy import NetworkPolicy
from camrec.proxies import check_tls_handshake
from support.cameras.mjpeg import MjpegCamera
from support.cameras.refusing import Refusing
from support.proxy_requests import describe
from support.units_made import until
from support.wire import serving

pytestmark = pytest.mark.slow(1)

PART = b"--f\r\nContent-Type: image/jpeg\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=f\r\n\r\n"
JPEG = cv2.imencode(".jpg", np.zeros((48, 64, 3), np.uint8))[1].tobytes()
MEMORY = 160 << 20  # bytes that a hostile camera may cost at most


def bomb() -> bytes:
    """A small JPEG that claims to be 65500 by 65500: 12 GB when it is decoded."""
    at = JPEG.index(b"\xff\xc0") + 5
    return JPEG[:at] + struct.pack(">HH", 65500, 65500) + JPEG[at + 4 :]


def pours(*pieces: bytes, forever: bytes = b"") -> Callable[[socket.socket, bytes], bool]:
    """Sends `pieces`, then `forever` for as long as it is read."""

    def answer(client: socket.socket, request: bytes) -> bool:
        with contextlib.suppress(OSError):
            client.settimeout(5)
            for piece in itertools.chain(pieces, itertools.repeat(forever) if forever else ()):
                client.sendall(piece)
        return False

    return answer


NOISE = np.random.default_rng(1).integers(0, 256, 1 << 16, np.uint8).tobytes()
HTTP_CAMERAS = {
    "garbage": pours(NOISE * 16),
    "garbage for a body": pours(HEAD, forever=NOISE),
    "headers without an end": pours(b"HTTP/1.1 200 OK\r\n", forever=b"X: " + b"x" * 8192 + b"\r\n"),
    "one header without an end": pours(b"HTTP/1.1 200 OK\r\nX: ", forever=b"x" * 65536),
    "a part's headers without an end": pours(HEAD, PART, forever=b"X: " + b"x" * 999 + b"\r\n"),
    "a part without an end": pours(HEAD, PART, b"\r\n\xff\xd8\xff\xe0", forever=b"\0" * 65536),
    "a part of 4 GB": pours(
        HEAD, PART, b"Content-Length: 4294967295\r\n\r\n", forever=b"x" * 65536
    ),
    "a length below nothing": pours(HEAD, (PART + b"Content-Length: -5\r\n\r\n" + JPEG) * 9),
    "parts of nothing": pours(HEAD, forever=PART + b"Content-Length: 0\r\n\r\n\r\n"),
    "pictures too large to be": pours(HEAD, forever=PART + b"\r\n" + bomb()),
    "the same with their length": pours(
        HEAD, forever=PART + b"Content-Length: %d\r\n\r\n" % len(bomb()) + bomb()
    ),
    "a chunk of no end": pours(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
        forever=b"x" * 65536,
    ),
    "status that is none": pours(b"HTTP/1.1 -1 \r\n\r\n"),
    "a redirect to itself": pours(b"HTTP/1.1 302 F\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"),
}

OK = b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: DESCRIBE, SETUP, PLAY\r\n\r\n"
RTSP_CAMERAS = {
    "garbage": pours(NOISE * 16),
    "headers without an end": pours(b"RTSP/1.0 200 OK\r\n", forever=b"X: " + b"x" * 999 + b"\r\n"),
    "a body of 4 GB": pours(
        b"RTSP/1.0 200 OK\r\nContent-Length: 4294967295\r\n\r\n", forever=NOISE
    ),
    "a body below nothing": pours(b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: -1\r\n\r\n"),
    "packets before the answer": pours(forever=b"$\x00\xff\xff" + NOISE[:0xFFFF]),
    "lengths that do not hold": pours(OK, b"$\x00\x00\x00$\x00\xff\xff$"),
}


@pytest.fixture(scope="module")
def served(binaries, tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    config = binaries.config(folder, max_sessions=64)
    with serving(config) as (station, wire):
        yield station, wire


@contextlib.contextmanager
def heaviest() -> Iterator[Callable[[], int]]:
    """The largest memory in bytes of this process and its children since the last call."""
    me, over, most = psutil.Process(), threading.Event(), [0]

    def taken() -> int:
        with contextlib.suppress(psutil.Error):
            return sum(each.memory_info().rss for each in (me, *me.children(recursive=True)))
        return 0

    def watch() -> None:
        while not over.wait(0.1):
            most[0] = max(most[0], taken())

    before = taken()
    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield lambda: most[0] - before
    finally:
        over.set()
        watcher.join()


def test_hostile_cameras_cost_little_and_no_other_one_a_frame(served):
    """All at once, for a hundred frames of a good camera that is recorded."""
    station, wire = served
    hostile = [("http", HTTP_CAMERAS), ("rtsp", RTSP_CAMERAS), ("rtsps", {"silent": None})]
    with contextlib.ExitStack() as stack, MjpegCamera(rate=20) as good:
        session = station.cameras.open(good.url)
        recording = station.recordings.start(session.session_id, 600)
        grown = stack.enter_context(heaviest())
        begun = time.perf_counter_ns()
        opened = {}
        for scheme, cameras in hostile:
            for name, answer in cameras.items():
                port = stack.enter_context(Refusing(answer)).port
                opened[scheme, name] = station.cameras.begin_open(
                    f"{scheme}://127.0.0.1:{port}/", name
                )

        before = len(good.truth())
        until(lambda: len(good.truth()) >= before + 100, 60)
        assert wire.get("/health").status == 200
        for each in opened.values():
            state = each.state.value
            if state == "failed":
                assert isinstance(each.error, CamrecError) and each.error.code != "internal"
            station.cameras.close(each.session_id)
        # None of them ever sent video, except for frames that nobody can decode.
        ended = time.perf_counter_ns()
        station.recordings.stop(recording_id=recording.recording_id)
        # An earlier try of this test has left its video.
        made = [each.receipt for each in station.library.videos()]
        (receipt,) = (each for each in made if each.recording_id == recording.recording_id)
        sent = [each for each in good.truth() if begun < each.at < ended]
        assert len(sent) >= 100
        assert receipt.gaps == []
        assert receipt.frames >= len(sent)
        print(f"{len(opened)} hostile cameras: at most {grown() >> 20} MB more")
        assert grown() < MEMORY + (64 << 20)
        station.cameras.close(session.session_id)


@pytest.mark.parametrize("name", HTTP_CAMERAS)
def test_a_stream_inspection_is_bounded_in_time_and_bytes(name):
    with Refusing(HTTP_CAMERAS[name]) as camera, heaviest() as grown:
        with contextlib.suppress(CamrecError):
            inspect_stream(parse_address(f"http://127.0.0.1:{camera.port}/"), seconds=0.3)
        assert grown() < 64 << 20


def test_the_jpeg_splitter_buffers_no_more_than_a_frame():
    splitter = JpegSplitter()
    for _ in range(3 * MAX_JPEG_BYTES >> 16):
        assert splitter.feed(b"\xff\xd8\xff\xe0" + b"\0" * 65532) is not None
        assert len(splitter._data) <= MAX_JPEG_BYTES + (1 << 17)


def test_a_silent_tls_peer_never_gets_to_mediamtx():
    with Refusing(None) as camera, pytest.raises(CameraError) as refused:
        check_tls_handshake(
            parse_address(f"rtsps://127.0.0.1:{camera.port}/"), NetworkPolicy(), seconds=0.2
        )
    assert refused.value.code == "camera_no_answer"
    with Refusing(None, greeting=b"RTSP/1.0 400 Bad Request\r\n\r\n") as camera:
        check_tls_handshake(
            parse_address(f"rtsps://127.0.0.1:{camera.port}/"), NetworkPolicy(), seconds=5
        )


def test_a_proxy_that_hangs_is_started_again(served):
    station, _ = served
    proxy = station.mediamtx
    proxy.ensure_ready()
    pid = proxy.pid
    proxy._api._timeout = 0.3
    psutil.Process(pid).suspend()
    proxy.add("x" * 16, parse_address("rtsp://127.0.0.1:1/x"))
    until(lambda: proxy.pid not in (None, pid) and proxy.state.value == "ready", 60)
    proxy.remove("x" * 16)


def test_a_proxy_path_must_be_known_to_read_or_publish(served):
    """Other users of this machine can reach the proxies' ports; a path's name is its password."""
    station, _ = served
    with MjpegCamera() as camera:
        session = station.cameras.open(camera.url)
        station.mediamtx.ensure_ready()
        path = urlsplit(session.local_url).path.strip("/")
        assert len(path) >= 16
        for proxy in station.proxies:
            for guess in ("", "x", path[:-1], "live", "cam", "..", "all"):
                assert " 200 " not in describe(proxy.local_url(guess) or "/"), guess
            # go2rtc accepts this, and it has no effect.
            announced(proxy.local_url("mine"))
            assert " 200 " not in describe(proxy.local_url("mine"))
            assert status(proxy._api.port, "GET", "/") in (401, 404)
            for call in ("/api/streams", "/api/config", "/v3/config/global/get", "/v3/paths/list"):
                assert status(proxy._api.port, "GET", call) in (401, 404), call
        assert "mine" not in json.loads(station.go2rtc._api.call("GET", "/api/streams")[1])
        assert json.loads(station.mediamtx._api.call("GET", "/v3/paths/list")[1])["items"] == []
        # camrec's own password does not allow more than it should either.
        for call in ("/api/config", "/api/exit", "/api/restart", "/api/log", "/api/ffmpeg", "/"):
            assert station.go2rtc._api.call("GET", call)[0] == 404, call
        for source in ("exec:true", "echo:true", "expr:1", "ffmpeg:x", "file:///etc/passwd"):
            query = {"name": "mine", "src": source}
            assert station.go2rtc._api.call("PATCH", "/api/streams", query=query)[0] == 400, source
        station.cameras.close(session.session_id)


def announced(url: str) -> str:
    where = urlsplit(url)
    sdp = b"v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=x\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n"
    head = f"ANNOUNCE {url} RTSP/1.0\r\nCSeq: 1\r\nContent-Type: application/sdp\r\n"
    with socket.create_connection((where.hostname, where.port), timeout=10) as peer:
        peer.sendall(f"{head}Content-Length: {len(sdp)}\r\n\r\n".encode() + sdp)
        return peer.recv(4096).decode().split("\r\n")[0]


def status(port: int, method: str, path: str) -> int:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as peer:
        peer.sendall(f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        return int(peer.recv(64).split()[1])
