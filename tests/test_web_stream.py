"""The live picture over a WebSocket: newest first, bounded, and gone when its viewer is."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from cameras import barcode
from cameras.mjpeg import MjpegCamera
from wire import Wire, refused, serving

from camrec.config import Config
from camrec.web import LocalServer
from camrec.web.stream import HEADER, StreamHandler

JPEG = b"\xff\xd8"


@pytest.fixture(scope="module")
def served(binaries, tmp_path_factory):
    """A station with one camera open, for all of these."""
    folder = tmp_path_factory.mktemp("stream")
    config = Config(
        videos_dir=folder / "videos",
        bin_dir=folder / "bin",
        ffmpeg_path=str(binaries.ffmpeg),
        mediamtx_path=str(binaries.mediamtx),
        go2rtc_path=str(binaries.go2rtc),
        mediamtx_port=0,
        go2rtc_port=0,
    )
    with MjpegCamera(size=(1280, 720)) as camera, serving(config) as (station, wire):
        yield station, camera, wire


@pytest.fixture(scope="module")
def opened(served):
    station, camera, _ = served
    return station.open(camera.url)


@pytest.fixture
def session(opened):
    """No viewer is left when the test is over."""
    yield opened
    until(lambda: opened.viewers == 0)


@pytest.fixture
def wire(served) -> Wire:
    return served[2]


def until(condition, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "did not come to be"
        time.sleep(0.02)


def messages(line: socket.socket) -> Iterator[bytes]:
    """The binary messages of a server's WebSocket, after its handshake."""
    with line.makefile("rb") as stream:
        while stream.readline() not in (b"\r\n", b""):
            pass
        while True:
            kind, size = stream.read(2)
            if size > 125:
                size = int.from_bytes(stream.read(2 if size == 126 else 8), "big")
            data = stream.read(size)
            if kind == 0x82:
                yield data


def number_of(jpeg: bytes) -> int:
    """The number that the camera drew into the picture."""
    return barcode.read(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE))


def silent(wire: Wire, query: str) -> socket.socket:
    """A viewer that opens a stream and then reads nothing."""
    host, port = wire.host.split(":")
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 10)
    line.settimeout(30)
    line.connect((host, int(port)))
    line.sendall(
        f"GET /stream?{query} HTTP/1.1\r\nHost: {wire.host}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    return line


def test_each_message_is_one_jpeg(session, wire):
    async def run():
        async with wire.watch(f"session_id={session.session_id}") as viewer:
            pictures = [await viewer.read_message() for _ in range(10)]
            return pictures

    pictures = asyncio.run(run())
    assert all(each[:2] == JPEG and each[-2:] == b"\xff\xd9" for each in pictures)
    assert len(set(pictures)) == 10


def test_a_page_gets_times_numbers_and_facts(session, wire):
    async def run():
        async with wire.watch(f"session_id={session.session_id}&mode=page") as viewer:
            heads, facts = [], []
            while len(heads) < 10 or len(facts) < 2:
                message = await viewer.read_message()
                if isinstance(message, str):
                    facts.append(json.loads(message))
                    continue
                assert message[HEADER.size :][:2] == JPEG
                heads.append((*HEADER.unpack(message[: HEADER.size]), time.time_ns() // 1000))
                await viewer.write_message("ok")
            return heads, facts

    heads, facts = asyncio.run(run())
    numbers = [number for _, number, _ in heads]
    assert numbers == sorted(set(numbers))
    assert all(0 <= received - captured < 5_000_000 for captured, _, received in heads)
    assert set(facts[0]) == {"width", "height", "fps", "bit_rate", "age", "viewers"}
    assert (facts[0]["width"], facts[0]["height"], facts[0]["viewers"]) == (1280, 720, 1)


def test_a_page_that_draws_nothing_gets_two(session, wire):
    """And once it has drawn them it gets the newest, not what came meanwhile."""

    async def run():
        async with wire.watch(f"session_id={session.session_id}&mode=page") as page:
            first, facts = [], 0
            while facts < 3:
                message = await page.read_message()
                if isinstance(message, str):
                    facts += 1
                else:
                    first.append(HEADER.unpack(message[: HEADER.size])[1])
            # More answers than pictures buy nothing.
            for _ in range(20):
                await page.write_message("ok")
            after = []
            while facts < 5:
                message = await page.read_message()
                if isinstance(message, str):
                    facts += 1
                else:
                    after.append(HEADER.unpack(message[: HEADER.size])[1])
            return first, after

    first, after = asyncio.run(run())
    assert len(first) == 2 and len(after) <= 4
    assert after[0] > first[-1] + 10


def test_a_slow_viewer_is_bounded_and_costs_no_one_a_picture(session, wire):
    with silent(wire, f"session_id={session.session_id}") as slow:
        until(lambda: session.viewers == 1)

        async def run():
            async with wire.watch(f"session_id={session.session_id}&mode=page") as viewer:
                numbers = []
                while len(numbers) < 100:
                    message = await viewer.read_message()
                    if isinstance(message, bytes):
                        numbers.append(HEADER.unpack(message[: HEADER.size])[1])
                        await viewer.write_message("ok")
                return numbers, number_of(message[HEADER.size :])

        numbers, newest = asyncio.run(run())
        # A busy machine may pass over a picture; the slow viewer must not.
        assert numbers[-1] - numbers[0] < 120
        held = 0
        for message in messages(slow):
            if number_of(message) >= newest:
                break
            held += len(message)
        # What the two sockets hold, and not the 4 seconds that it did not read.
        assert held < 2 << 20


def test_a_viewer_that_is_dead_is_let_go(session, wire, monkeypatch):
    monkeypatch.setattr(StreamHandler, "ping_interval", 0.3)
    monkeypatch.setattr(StreamHandler, "ping_timeout", 0.3)
    with silent(wire, f"session_id={session.session_id}"):
        until(lambda: session.viewers == 1)
        until(lambda: session.viewers == 0)


def test_a_stream_is_refused_before_its_handshake(session, wire):
    async def run():
        assert await refused(wire, "session_id=nothing") == (404, "no_session")
        assert await refused(wire, "") == (400, "bad_field")
        known = f"session_id={session.session_id}"
        assert await refused(wire, f"{known}&mode=other") == (400, "bad_field")

    asyncio.run(run())


def test_the_end_of_a_session_ends_its_viewers(served, wire):
    station, camera, _ = served
    session = station.open(camera.url)

    async def run():
        async with wire.watch(f"session_id={session.session_id}") as viewer:
            assert await viewer.read_message() is not None
            await asyncio.to_thread(station.close, session.session_id)
            while await viewer.read_message() is not None:
                pass
            return viewer.close_code

    assert asyncio.run(run()) == 1001


def test_the_end_of_the_server_ends_its_viewers(served):
    station, camera, _ = served
    session = station.open(camera.url)
    server = LocalServer(station)

    async def run():
        async with Wire(server.url).watch(f"session_id={session.session_id}") as viewer:
            assert await viewer.read_message() is not None
            await asyncio.to_thread(server.stop)
            while await viewer.read_message() is not None:
                pass

    asyncio.run(run())
    until(lambda: session.viewers == 0)
    station.close(session.session_id)
