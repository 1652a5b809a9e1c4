"""MJPEG cameras of every kind, through the real go2rtc: each frame once, byte for byte."""

from __future__ import annotations

import hashlib
import logging
import os
import random
import socket
import time
from contextlib import closing, contextmanager
from itertools import islice

import cv2
import numpy as np
import psutil
import pytest

from camrec.camera_address import parse_address
from camrec.clock import Clock
from camrec.errors import CameraError
from camrec.mjpeg_relay import MjpegRelay
from camrec.mjpeg_relay.jpeg_splitter import MAX_JPEG_BYTES, JpegSplitter
from camrec.proxies import Go2rtc
from camrec.readers import StreamError
from camrec.session import MjpegUpstream
from support.cameras.mjpeg import MjpegCamera, Variant
from support.cameras.refusing import Refusing, http
from support.certificates import unknown_certificate
from support.units_made import until

pytestmark = pytest.mark.spread

PASSWORD = "c4n@ry/p#ss %w?d"
SMALL = {"size": (320, 180), "rate": 25}

TYPED = "Content-Type: image/jpeg\r\n"
LENGTH = "Content-Length: {length}\r\n"
VARIANTS = {
    "standard": Variant(),
    "no part type": Variant(headers=LENGTH + "\r\n"),
    "image/jpg": Variant(headers="Content-Type: image/jpg\r\n" + LENGTH + "\r\n"),
    "type with parameters": Variant(headers="Content-Type: image/jpeg; q=9\r\n" + LENGTH + "\r\n"),
    "nothing after the picture": Variant(after=b""),
    "line feeds": Variant(delimiter=b"--frame\n", headers=LENGTH[:-2] + "\n\n"),
    "space before the boundary": Variant("multipart/x-mixed-replace; boundary= frame"),
    "quoted boundary": Variant('multipart/x-mixed-replace; boundary="frame"'),
    "another boundary": Variant(delimiter=b"--another\r\n"),
    "lower-case headers": Variant(headers=(TYPED + LENGTH).lower() + "\r\n"),
    "further headers": Variant(headers="X-Time: 12\r\n" + TYPED + LENGTH + "\r\n"),
    "closed after each": Variant(after=b"\r\n--frame--\r\n"),
    "empty line first": Variant(preamble=b"\r\n"),
    "mjpg-streamer": Variant(
        preamble=b"--frame\r\n",
        delimiter=b"",
        headers=TYPED + LENGTH + "X-Timestamp: 1.5\r\n\r\n",
        after=b"\r\n--frame\r\n",
    ),
    "declared with dashes": Variant("multipart/x-mixed-replace;boundary=--frame"),
    "multipart/mixed": Variant("multipart/mixed; boundary=frame"),
    "no boundary": Variant("multipart/x-mixed-replace"),
    "no type": Variant(""),
    "octet-stream": Variant("application/octet-stream"),
    "upper-case type": Variant("Multipart/X-Mixed-Replace; boundary=frame"),
    "bare pictures": Variant("video/x-motion-jpeg", b"", b"", "", b""),
    "length 2 too long": Variant(headers=TYPED + "Content-Length: {more}\r\n\r\n"),
    "no dashes": Variant(delimiter=b"frame\r\n"),
    "no length": Variant(headers=TYPED + "\r\n"),
    "no length, nothing after": Variant(headers=TYPED + "\r\n", after=b""),
    "no length, line feeds": Variant(
        delimiter=b"--frame\n", headers=TYPED[:-2] + "\n\n", after=b"\n"
    ),
    "no length, line feeds, nothing after": Variant(
        delimiter=b"--frame\n", headers=TYPED[:-2] + "\n\n", after=b""
    ),
    "text first": Variant(preamble=b"this is a camera\r\n"),
    "length 0": Variant(headers=TYPED + "Content-Length: 0\r\n\r\n"),
    "type image/jpeg": Variant("image/jpeg"),
}


@contextmanager
def opened(address: str, proxy: Go2rtc):
    line = MjpegUpstream(parse_address(address), f"x{os.urandom(8).hex()}", Clock(), proxy)
    with closing(line):
        line.open()
        yield line


def pictures(line: MjpegUpstream, count: int) -> list[bytes]:
    with closing(line.create_reader()) as reader:
        return [unit.data for unit in islice(reader.units(), count)]


def hashes(read: list[bytes]) -> list[str]:
    return [hashlib.sha1(each).hexdigest() for each in read]


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
def test_every_mjpeg_variant_is_read_once_and_byte_for_byte(go2rtc, variant):
    with MjpegCamera(variant=variant, **SMALL) as camera:
        with opened(camera.url, go2rtc) as line:
            read = hashes(pictures(line, 12))
            assert camera.connections == 2, "the inspection, and the one connection"
            until(lambda: camera.connected == 0)
        assert read == [sent.sha for sent in camera.truth() if sent.connection == 1][:12]


@pytest.mark.parametrize("auth", [None, "basic", "digest", "digest SHA-256"])
def test_single_frames_are_asked_for_on_one_connection(go2rtc, auth):
    camera = MjpegCamera(variant="snapshot", auth=auth, password=PASSWORD, **SMALL)
    with camera, opened(camera.url, go2rtc) as line:
        read = pictures(line, 8)
        assert len(set(read)) == 8
        newest = camera.connections - 1
        # The camera logs a frame after it has sent it.
        until(
            lambda: (
                set(hashes(read))
                <= {each.sha for each in camera.truth() if each.connection == newest}
            )
        )
        assert camera.connections <= 3


@pytest.mark.parametrize("auth", ["basic", "digest", "digest SHA-256", "digest auth-int"])
def test_the_relay_logs_in_with_the_camera_s_password(go2rtc, auth, caplog):
    caplog.set_level(logging.DEBUG)
    camera = MjpegCamera(variant="no_length", auth=auth, password=PASSWORD, **SMALL)
    with camera, opened(camera.url, go2rtc) as line:
        read = hashes(pictures(line, 5))
        newest = camera.truth()[-1].connection
        until(lambda: len([s for s in camera.truth() if s.connection == newest]) >= 5)
        assert read == [sent.sha for sent in camera.truth() if sent.connection == newest][:5]
        status, told = go2rtc._api.call("GET", "/api/streams")
        assert status == 200 and "c4n" not in told
    assert "c4n" not in caplog.text


def a_picture() -> bytes:
    return cv2.imencode(".jpg", np.full((120, 160, 3), 90, np.uint8))[1].tobytes()


def test_a_repeated_identical_jpeg_is_dropped(go2rtc):
    asked = []

    def answer(client, request: bytes) -> bool:
        asked.append(time.monotonic())
        return http("200 OK", "Content-Type: image/jpeg\r\n", a_picture())(client, request) or True

    with Refusing(answer) as camera, opened(f"http://127.0.0.1:{camera.port}/", go2rtc) as line:
        assert pictures(line, 2) == [a_picture()] * 2
    # At most 25 requests a second, however fast the camera could reply; all but two were dropped.
    assert 2 < len(asked) <= 3 + 25 * (asked[-1] - asked[0])


def test_the_relay_follows_a_redirect_of_the_camera(go2rtc):
    with MjpegCamera(variant="no_dashes", **SMALL) as camera:
        here = f"Location: http://127.0.0.1:{camera.port}/mjpeg\r\n"
        with (
            Refusing(http("302 Found", here)) as peer,
            opened(f"http://127.0.0.1:{peer.port}/", go2rtc) as line,
        ):
            assert len(pictures(line, 5)) == 5


def test_the_relay_reads_from_a_camera_with_a_self_signed_certificate(go2rtc, tmp_path):
    file = unknown_certificate(tmp_path, "localhost")
    answer = http("200 OK", "Content-Type: image/jpeg\r\n", a_picture())
    with Refusing(answer, certificate=file) as camera:
        with opened(f"https://127.0.0.1:{camera.port}/", go2rtc) as line:
            assert pictures(line, 1) == [a_picture()]
        # From plain HTTP to a self-signed certificate: go2rtc alone would reject it.
        there = f"Location: https://127.0.0.1:{camera.port}/\r\n"
        with (
            Refusing(http("302 Found", there)) as peer,
            opened(f"http://127.0.0.1:{peer.port}/", go2rtc) as line,
        ):
            assert pictures(line, 1) == [a_picture()]


def test_a_lost_mjpeg_camera_is_reported_and_recovers(go2rtc):
    camera = MjpegCamera(variant="no_length", **SMALL)
    with camera, opened(camera.url, go2rtc) as line:
        assert len(pictures(line, 3)) == 3
        camera.stop()
        since = time.perf_counter_ns()
        with closing(line.create_reader()) as reader, pytest.raises(StreamError) as ended:
            next(reader.units())
        assert line.reason(ended.value, since).code == "camera_refused"
        with pytest.raises(CameraError):
            line.open()
        camera.start()
        line.open()
        assert len(pictures(line, 3)) == 3


def relayed_from(camera: MjpegCamera) -> list:
    """camrec's own connections to the camera."""
    return [
        each
        for each in psutil.Process().net_connections("inet")
        if each.raddr and each.raddr[1] == camera.port and each.status == psutil.CONN_ESTABLISHED
    ]


def test_a_frozen_camera_is_left_when_its_reader_leaves(go2rtc):
    camera = MjpegCamera(variant="no_length", **SMALL)
    with camera, opened(camera.url, go2rtc) as line:
        with closing(line.create_reader()) as reader:
            units = reader.units()
            assert len(list(islice(units, 3))) == 3
            camera.freeze()
            assert len(relayed_from(camera)) == 1
        until(lambda: not relayed_from(camera))
        camera.thaw()
        assert len(pictures(line, 3)) == 3
        until(lambda: not relayed_from(camera))


def test_a_changed_mjpeg_variant_is_inspected_again(go2rtc):
    camera = MjpegCamera(variant="no_length", **SMALL)
    with camera, opened(camera.url, go2rtc) as line:
        assert len(pictures(line, 3)) == 3
        until(lambda: camera.connected == 0)
        camera._variant, before = Variant(), camera.connections
        line.open()
        assert camera.connections == before + 1, "the inspection"
        assert len(pictures(line, 3)) == 3


def ask(relay: MjpegRelay, target: str) -> tuple[socket.socket, bytes]:
    client = socket.create_connection(("127.0.0.1", relay.source.port), timeout=10)
    client.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    return client, client.recv(12)


def test_the_mjpeg_relay_listens_on_this_computer_only():
    with closing(MjpegRelay(parse_address("http://127.0.0.1:1/")).start()) as relay:
        address = psutil.Process().net_connections("inet")
        ours = [each for each in address if each.laddr and each.laddr[1] == relay.source.port]
        assert {each.laddr[0] for each in ours} == {"127.0.0.1"}


def test_the_mjpeg_relay_has_a_secret_path_and_serves_the_newest_client():
    with MjpegCamera(variant="no_length", **SMALL) as camera:
        with closing(MjpegRelay(parse_address(camera.url)).start()) as relay:
            stranger, said = ask(relay, "/")
            stranger.close()
            assert said.endswith(b"404") and camera.connections == 0
            path = relay.source.url.split(str(relay.source.port), 1)[1]
            first, said = ask(relay, path)
            assert said.endswith(b"200")
            second, said = ask(relay, path)
            assert said.endswith(b"200")
            while first.recv(65536):
                pass
            until(lambda: camera.connected == 1)
            assert camera.connections == 2
            first.close()
        while second.recv(65536):
            pass
        second.close()
        until(lambda: camera.connected == 0)


# The splitter.


def noisy(number: int) -> bytes:
    picture = np.random.default_rng(number).integers(0, 255, (60, 80, 3), np.uint8)
    options = [cv2.IMWRITE_JPEG_PROGRESSIVE, number % 2, cv2.IMWRITE_JPEG_RST_INTERVAL, number]
    return cv2.imencode(".jpg", picture, options)[1].tobytes()


def with_thumbnail(picture: bytes) -> bytes:
    inside = b"Exif\0\0" + noisy(1)
    return picture[:2] + b"\xff\xe1" + (len(inside) + 2).to_bytes(2, "big") + inside + picture[2:]


PICTURES = [*map(noisy, range(4)), with_thumbnail(noisy(5))]


@pytest.mark.parametrize("piece", [1, 7, 4096, 1 << 20])
@pytest.mark.parametrize("head", [b"", b"--x\r\n\r\n", b"Content-Length: %d\r\n\r\n"])
def test_frames_are_cut_out_whole_whatever_the_pieces(piece, head):
    body = b"".join(
        (head % len(each) if b"%" in head else head) + each + b"\r\n" for each in PICTURES
    )
    splitter = JpegSplitter()
    cut = []
    for at in range(0, len(body), piece):
        cut += splitter.feed(body[at : at + piece])
    assert cut == PICTURES


def test_a_jpeg_is_returned_with_its_last_byte():
    splitter = JpegSplitter()
    for each in PICTURES:
        assert splitter.feed(b"\r\n--x\r\n\r\n" + each[:-1]) == []
        assert splitter.feed(each[-1:]) == [each]


@pytest.mark.parametrize("wrong", [2, -2, -50])
def test_a_wrong_content_length_loses_no_jpeg(wrong):
    body = b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(p) + wrong, p) for p in PICTURES)
    assert JpegSplitter().feed(body) == PICTURES


def test_a_correct_content_length_delimits_a_jpeg_with_a_missing_or_false_end_marker():
    endless = PICTURES[0][:-2]
    false = PICTURES[2][:-40] + b"\xff\xd9" + PICTURES[2][-40:]
    body = b"".join(
        b"Content-Length: %d\r\n\r\n%s\r\n" % (len(p), p) for p in (endless, false, PICTURES[1])
    )
    assert JpegSplitter().feed(body) == [endless, false, PICTURES[1]]


@pytest.mark.parametrize("piece", [1, 7, 4096, 1 << 20])
@pytest.mark.parametrize(
    ("head", "after"),
    [
        (b"--frame\r\nContent-Type: image/jpeg\r\n\r\n", b"\r\n"),
        (b"--frame \nX-Time: 1\n\n", b"\n"),
        (b"--x\r\n\r\n", b"\r\n"),
        (b"--frame\r\n\r\n", b""),
        (b"", b""),
    ],
)
@pytest.mark.parametrize("missing", [2, 40])
def test_a_jpeg_without_an_end_marker_ends_at_the_next_part_or_frame(piece, head, after, missing):
    sent = [PICTURES[0][:-missing], PICTURES[1], PICTURES[2][:-missing], PICTURES[4]]
    body = b"".join(head + each + after for each in sent)
    splitter, cut = JpegSplitter(), []
    for at in range(0, len(body), piece):
        cut += splitter.feed(body[at : at + piece])
    assert cut == sent and splitter.dropped == 0


def test_a_jpeg_without_an_end_marker_is_returned_with_the_delimiter_after_it():
    splitter = JpegSplitter()
    head = b"\r\n--frame\r\nContent-Type: image/jpeg\r\n\r\n"
    splitter.feed(head)
    assert splitter.feed(PICTURES[0][:-2]) == []
    assert splitter.feed(b"\r\n--frame") == []
    assert splitter.feed(b"\r\n") == [PICTURES[0][:-2]]
    # Also by a correct length, although nothing else says that the frame is complete.
    splitter.feed(b"Content-Length: %d\r\n\r\n" % (len(PICTURES[1]) - 2))
    assert splitter.feed(PICTURES[1][:-2]) == []
    assert splitter.feed(b"\r\n--frame\r\n") == [PICTURES[1][:-2]]
    splitter.feed(b"Content-Length: %d\r\n\r\n" % (len(PICTURES[2]) - 2))
    assert splitter.feed(PICTURES[2][:-2]) == [PICTURES[2][:-2]], "known by now"


STALE = PICTURES[3]
BROKEN = {
    "text": (b"camera error" * 3, 1),
    "much text": (b"\x13camera error" * 900, 1),
    "a picture's start": (PICTURES[1][:160], 1),
    "a start and garbage": (b"\xff\xd8\xff" + b"\x13camera error" * 9, 1),
    "a start and much garbage": (b"\xff\xd8\xff" + b"\x13camera error" * 900, 1),
    "nothing": (b"", 0),
}


@pytest.mark.parametrize("piece", [1, 4096, 1 << 20])
@pytest.mark.parametrize(("body", "lost"), BROKEN.values(), ids=BROKEN)
def test_a_part_without_a_jpeg_is_counted_and_loses_no_other(piece, body, lost):
    head = b"--frame\r\nContent-Type: image/jpeg\r\n\r\n"
    parts = [PICTURES[0], body, PICTURES[2], body, body, PICTURES[4], PICTURES[1]]
    sent = b"".join(head + each + b"\r\n" for each in parts)
    splitter, cut = JpegSplitter(), []
    for at in range(0, len(sent), piece):
        cut += splitter.feed(sent[at : at + piece])
    assert cut == [PICTURES[0], PICTURES[2], PICTURES[4], PICTURES[1]]
    assert splitter.dropped == 3 * lost


@pytest.mark.parametrize("stale", [STALE[900:], STALE[:900], b"\xff\xd8\xff garbage", bytes(9000)])
def test_leftover_bytes_of_an_older_jpeg_are_neither_returned_nor_counted(stale):
    head = b"--frame\r\nContent-Type: image/jpeg\r\n\r\n"
    splitter = JpegSplitter()
    sent = b"".join(head + each + stale + b"\r\n" for each in PICTURES)
    assert splitter.feed(sent) == PICTURES and splitter.dropped == 0


def test_audio_between_the_frames_is_passed_over():
    splitter = JpegSplitter()
    sound = b"\xff\xd8\xff" + b"\xd5" * 797
    audio = b"--frame\r\nContent-Type: audio/basic\r\nContent-Length: 800\r\n\r\n" + sound
    head = b"\r\n--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"
    sent = b"".join(audio + head % len(each) + each + b"\r\n" for each in PICTURES)
    assert splitter.feed(sent) == PICTURES and splitter.dropped == 0


@pytest.mark.parametrize("seed", range(20))
def test_the_splitter_is_bounded_on_random_input_and_finds_the_jpegs_after_it(seed):
    chance = random.Random(seed)
    head = b"\r\n--frame\r\nContent-Type: image/jpeg\r\n\r\n"
    marks = [
        b"\xff\xd8\xff",
        b"\xff\xd9",
        head,
        b"--frame",
        b"\xff\xda",
        b"Content-Length: 99999\r\n",
    ]
    splitter = JpegSplitter()
    for _ in range(60):
        sent = bytearray(chance.choice(PICTURES))
        for _ in range(chance.randrange(6)):
            at = chance.randrange(len(sent))
            sent[at : at + chance.randrange(40)] = chance.choice(marks)
        splitter.feed(bytes(head + sent))
        assert len(splitter._data) <= 200_000
    rest = splitter.feed(b"".join(head + each for each in PICTURES * 8))
    assert rest[-3:] == PICTURES[-3:]


def test_the_only_jpeg_of_a_body_may_lack_its_end_marker():
    splitter = JpegSplitter()
    assert splitter.feed(PICTURES[0][:-2]) == [] and splitter.flush() == PICTURES[0][:-2]
    splitter.feed(PICTURES[1])
    assert splitter.flush() is None
    # One that ends before its stated length.
    splitter = JpegSplitter()
    splitter.feed(b"Content-Length: %d\r\n\r\n%s" % (len(PICTURES[0]), PICTURES[0][:-40]))
    assert splitter.flush() is None


def test_the_memory_of_the_relay_is_bounded():
    splitter = JpegSplitter()
    splitter.feed(PICTURES[0][:-2])
    for _ in range(40):
        assert splitter.feed(bytes(1 << 20)) == []
        assert len(splitter._data) <= MAX_JPEG_BYTES + (1 << 20)
    assert splitter.feed(PICTURES[1]) == [PICTURES[1]]
