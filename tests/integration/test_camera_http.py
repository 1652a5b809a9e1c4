"""Odd MJPEG cameras, through a real station: what is recorded is what they sent."""

from __future__ import annotations

import base64
import itertools
import socket
import threading
import time
import zlib
from collections.abc import Iterator

import pytest

from camrec.camera_address import parse_address
from camrec.errors import CameraError
from camrec.session import SessionState
from camrec.station import Station
from support.at_once import at_once
from support.cameras.odd_dialogues import is_right_digest
from support.cameras.raw_http import JPEG_START, RawHttpCamera, encode_jpegs
from support.odd_cameras import record

pytestmark = pytest.mark.spread

BUSY_BODY = b"<ResponseStatus><statusString>Device Busy</statusString></ResponseStatus>"


@pytest.fixture
def station(binaries, tmp_path) -> Iterator[Station]:
    with Station(binaries.config(tmp_path, max_sessions=8)) as station:
        yield station


def assert_whole(recorded, seconds: float) -> None:
    """Each frame that was sent is shown, without a gap, but for those of the two ends."""
    assert recorded.has_all()
    assert recorded.receipt.gaps == []
    assert abs(recorded.receipt.duration - seconds) < 1


class LineFeeds(RawHttpCamera):
    """Its lines end with a bare line feed, also the line after the frame."""

    def part(self, jpeg: bytes) -> bytes:
        head = b"--frame\nContent-Type: image/jpeg\nContent-Length: %d\n\n"
        return head % len(jpeg) + jpeg + b"\n"


class NoBoundary(RawHttpCamera):
    content_type = "multipart/x-mixed-replace"


class WithLogin(RawHttpCamera):
    login = b"viewer:"
    userinfo = "viewer:@"

    def reply(self, peer, number, method, path, headers) -> bool:
        if headers.get("authorization") != f"Basic {base64.b64encode(self.login).decode()}":
            challenge = ('WWW-Authenticate: Basic realm="cam"', "Content-Length: 0")
            peer.sendall(self.head("401 Unauthorized", "text/plain", *challenge))
            return True
        return super().reply(peer, number, method, path, headers)


class PasswordAsTyped(WithLogin):
    login = b"viewer:P@ssw0rd#1"
    userinfo = "viewer:P@ssw0rd#1@"


class EndAsTyped(RawHttpCamera):
    path = "/video?"

    def reply(self, peer, number, method, path, headers) -> bool:
        if path != self.path:
            peer.sendall(self.head("404 Not Found", "text/plain", "Content-Length: 0"))
            return True
        return super().reply(peer, number, method, path, headers)


class EndAsTypedRelayed(EndAsTyped, LineFeeds):
    path = "/cgi&channel=1?"


class OddHead(RawHttpCamera):
    """It has header lines without a colon; go2rtc accepts no such response."""

    def head(self, status="200 OK", content_type="", *headers: str) -> bytes:
        first, rest = super().head(status, content_type, *headers).split(b"\r\n", 1)
        return first + b"\r\nIP Camera ready\r\nServer : cam\r\nX-B\xfcro: 1\r\n" + rest


class RefusesGo(RawHttpCamera):
    """It serves camrec, and would not serve go2rtc."""

    def reply(self, peer, number, method, path, headers) -> bool:
        if headers.get("user-agent", "").startswith("Go-http-client"):
            peer.sendall(self.head("403 Forbidden", "text/plain", "Content-Length: 0"))
            return True
        return super().reply(peer, number, method, path, headers)


@at_once(
    "kind",
    [LineFeeds, NoBoundary, WithLogin, PasswordAsTyped, EndAsTyped, EndAsTypedRelayed, OddHead],
)
def test_a_camera_is_recorded_whole_over_one_connection(station, kind):
    with kind(encode_jpegs()) as camera:
        recorded = record(station, camera, 3)
    assert_whole(recorded, 3)
    assert camera.connections == 2, "the inspection, and the one connection"
    assert camera.most_at_once == 1


def test_go2rtc_never_speaks_to_a_camera(station):
    with RefusesGo(encode_jpegs()) as camera:
        recorded = record(station, camera, 3)
    assert_whole(recorded, 3)
    assert len(camera.requests) == 2, "an inspection, and the relay"


class NoEnd(RawHttpCamera):
    """Its frames have neither a length nor an end."""

    def part(self, jpeg: bytes) -> bytes:
        return b"--frame\r\nContent-Type: image/jpeg\r\n\r\n" + jpeg[:-2] + b"\r\n"


class NoEndAndBoundariesThatChange(NoEnd):
    def part(self, jpeg: bytes) -> bytes:
        return super().part(jpeg).replace(b"--frame", b"--%d" % len(self.sent))


class HalfNowAndThen(NoEnd):
    """Only half of each tenth frame is sent."""

    def part(self, jpeg: bytes) -> bytes:
        return super().part(jpeg[: len(jpeg) // 2] if len(self.sent) % 10 == 5 else jpeg + b"\r\n")


class StaleBuffer(RawHttpCamera):
    """Each frame is followed by what an older, larger one left in its buffer."""

    def part(self, jpeg: bytes) -> bytes:
        old = self.frames[3]
        head = b"--frame\r\nContent-Type: image/jpeg\r\n\r\n"
        return head + jpeg + old[len(old) // 3 :] + old[:700] + b"\r\n"


class Esp32(RawHttpCamera):
    """As the ESP32-CAM's example sends it: delimiter, header and frame each in a chunk."""

    delimiter, line_end, extension = b"\r\n--12345678900000\r\n", b"\r\n", b""

    def reply(self, peer, number, method, path, headers) -> bool:
        peer.sendall(self.head("200 OK", "", "Transfer-Encoding: chunked"))
        self.stream(peer, number)
        return False

    def part(self, jpeg: bytes) -> bytes:
        head = b"Content-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(jpeg)
        return b"".join(self.chunk(each) for each in (self.delimiter, head, jpeg))

    def chunk(self, data: bytes) -> bytes:
        return b"%x" % len(data) + self.extension + self.line_end + data + self.line_end


class OddChunks(Esp32):
    line_end, extension = b"\n", b' ; note="a;b"'


class ChunksThatAreNone(Esp32):
    delimiter = b"--frame\r\n"

    def chunk(self, data: bytes) -> bytes:
        return data


class Compressed(RawHttpCamera):
    """Compressed without a request for it, as by a server in front of the camera."""

    coding, window = "gzip", 31

    def reply(self, peer, number, method, path, headers) -> bool:
        assert headers.get("accept-encoding", "identity") == "identity"
        coder = zlib.compressobj(1, zlib.DEFLATED, self.window)
        peer.sendall(self.head("200 OK", "", f"Content-Encoding: {self.coding}"))
        begin = time.perf_counter()
        for due in self.pace():
            if self._over.wait(max(0.0, begin + due - time.perf_counter())):
                return False
            part = coder.compress(self.part(self.next_frame(number)))
            peer.sendall(part + coder.flush(zlib.Z_SYNC_FLUSH))
        return False


class Deflated(Compressed):
    coding, window = "deflate", -15


class SaysThatItIsCompressed(RawHttpCamera):
    def head(self, status="200 OK", content_type="", *headers: str) -> bytes:
        return super().head(status, content_type, "Content-Encoding: gzip", *headers)


class Shoutcast(RawHttpCamera):
    first = b"ICY 200 OK"

    def head(self, status="200 OK", content_type="", *headers: str) -> bytes:
        lines = super().head(status, content_type, *headers).split(b"\r\n")
        return b"\r\n".join([self.first, *lines[1:]] if self.first else lines[1:])


class NoVersion(Shoutcast):
    first = b"HTTP 200"


class NoStatusLine(Shoutcast):
    """A script's headers; its server puts no status line in front."""

    first = b""


class EmptyLineFirst(Shoutcast):
    first = b"\r\nHTTP/1.1 200OK"


class NoHead(RawHttpCamera):
    """HTTP 0.9: the body alone."""

    def head(self, status="200 OK", content_type="", *headers: str) -> bytes:
        return b""


class PartialContent(RawHttpCamera):
    def head(self, status="200 OK", content_type="", *headers: str) -> bytes:
        return super().head("206 Partial Content", content_type, *headers)


class LengthOfItsFirstPicture(RawHttpCamera):
    def head(self, status="200 OK", content_type="", *headers: str) -> bytes:
        more = ("Connection: close", f"Content-Length: {len(self.frames[0])}")
        return super().head(status, content_type, *more, *headers)


class LengthZero(RawHttpCamera):
    def head(self, status="200 OK", content_type="", *headers: str) -> bytes:
        return super().head(status, content_type, "Content-Length: 0", *headers)


class AudioBetween(RawHttpCamera):
    def part(self, jpeg: bytes) -> bytes:
        sound = JPEG_START + b"\xd5" * 797
        head = b"--frame\r\nContent-Type: audio/basic\r\nContent-Length: %d\r\n\r\n" % len(sound)
        return head + sound + b"\r\n" + super().part(jpeg)


@pytest.mark.slow
@at_once(
    "kind",
    [
        *(NoEnd, NoEndAndBoundariesThatChange, HalfNowAndThen, StaleBuffer, AudioBetween),
        *(Esp32, OddChunks, ChunksThatAreNone, Compressed, Deflated, SaysThatItIsCompressed),
        *(Shoutcast, NoVersion, NoStatusLine, EmptyLineFirst, NoHead, PartialContent),
        *(LengthOfItsFirstPicture, LengthZero),
    ],
)
def test_an_mjpeg_stream_that_other_players_open_is_recorded_completely(station, kind):
    with kind(encode_jpegs()) as camera:
        recorded = record(station, camera, 2)
    assert_whole(recorded, 2)
    assert recorded.receipt.warnings == []
    assert camera.connections == 2 and camera.most_at_once == 1


def test_an_address_is_opened_as_it_was_pasted(station):
    with RawHttpCamera(encode_jpegs()) as camera:
        pasted = f" “<{camera.url}>”,\r\n"
        assert station.cameras.resolve_address(pasted) == parse_address(camera.url)
        session = station.cameras.open(pasted)
        assert session.source == parse_address(camera.url)
        station.cameras.close(session.session_id)


class BrokenNowAndThen(RawHttpCamera):
    """Each tenth part contains no frame, although its headers say so."""

    broken = b"camera error " * 40

    def part(self, jpeg: bytes) -> bytes:
        if len(self.sent) % 10 != 5:
            return super().part(jpeg)
        head = b"--frame\r\nContent-Type: image/jpeg\r\n\r\n"
        return head + self.broken + b"\r\n"


class HeadersAloneNowAndThen(BrokenNowAndThen):
    """It breaks off before the frame's coded data begins."""

    @property
    def broken(self) -> bytes:
        return self.frames[0][:300]


@at_once("kind", [BrokenNowAndThen, HeadersAloneNowAndThen])
def test_a_frame_that_cannot_be_relayed_is_counted_in_the_receipt(station, kind):
    with kind(encode_jpegs()) as camera:
        recorded = record(station, camera, 4)
    (warning,) = recorded.receipt.warnings
    assert warning.code == "frames_left_out"
    left_out = warning.facts["frames"]
    assert 3 <= left_out <= 5 and len(recorded.receipt.gaps) == left_out
    assert recorded.has_all(left_out)
    assert camera.connections == 2


class Brotli(Compressed):
    coding = "br"

    def part(self, jpeg: bytes) -> bytes:
        return bytes(each ^ 0x55 for each in jpeg)


def test_a_compression_that_cannot_be_read_is_named(station):
    with Brotli(encode_jpegs()) as camera, pytest.raises(CameraError) as refused:
        station.cameras.open(camera.url)
    assert refused.value.code == "camera_compressed"
    assert refused.value.facts["coding"] == "br" and camera.connections == 1


class OffersWhatItDoesNotKnow(RawHttpCamera):
    """It never accepts its SHA-256; its MD5 works."""

    userinfo = "viewer:secret77@"
    offers = (
        'Digest realm="cam", nonce="s", qop="auth", algorithm=SHA-256',
        'Digest realm="cam", nonce="n0nce", qop="auth", algorithm=MD5',
    )
    password = "secret77"

    def reply(self, peer, number, method, path, headers) -> bool:
        given = headers.get("authorization", "")
        right = is_right_digest(given, method, "viewer", self.password, "md5")
        if right:
            return super().reply(peer, number, method, path, headers)
        challenges = [f"WWW-Authenticate: {each}" for each in self.offers]
        more = (*challenges, "Content-Length: 0")
        peer.sendall(self.head("401 Unauthorized", "text/plain", *more))
        return True


class OffersBothInOneLine(OffersWhatItDoesNotKnow):
    offers = (", ".join(OffersWhatItDoesNotKnow.offers),)


class AnotherPassword(OffersWhatItDoesNotKnow):
    password = "another"


@at_once("kind", [OffersWhatItDoesNotKnow, OffersBothInOneLine])
def test_the_second_digest_is_answered_where_the_first_is_refused(station, kind):
    with kind(encode_jpegs()) as camera:
        recorded = record(station, camera, 2)
    assert_whole(recorded, 2)
    assert camera.connections == 2


def test_a_wrong_http_camera_password_is_tried_a_limited_number_of_times(station):
    with AnotherPassword(encode_jpegs()) as camera, pytest.raises(CameraError) as refused:
        station.cameras.open(camera.url)
    assert refused.value.code == "camera_wrong_password"
    assert (len(camera.requests), camera.connections) == (3, 1)


class LeadsAwayLater(RawHttpCamera):
    """Right when it is inspected; later it redirects to another machine."""

    target = ""

    def reply(self, peer, number, method, path, headers) -> bool:
        if number == 1:
            return super().reply(peer, number, method, path, headers)
        more = (f"Location: {self.target}", "Content-Length: 0")
        peer.sendall(self.head("302 Found", "text/plain", *more))
        return False


class LeadsAwayLaterWithLogin(LeadsAwayLater):
    userinfo = "viewer:secret77@"


@at_once("kind", [LeadsAwayLater, LeadsAwayLaterWithLogin])
def test_a_redirect_to_another_host_after_the_inspection_is_not_followed(station, kind):
    with kind(encode_jpegs()) as camera, socket.create_server(("127.0.0.2", 0)) as other:
        other.settimeout(0.0)
        camera.target = f"http://127.0.0.2:{other.getsockname()[1]}/video"
        with pytest.raises(CameraError) as refused:
            station.cameras.open(camera.url)
        assert refused.value.code == "camera_elsewhere"
        with pytest.raises(BlockingIOError):
            other.accept()


class LooksWellOnly(RawHttpCamera):
    """Its first response is right, and none after that."""

    status = "404 Not Found"

    def reply(self, peer, number, method, path, headers) -> bool:
        if number == 1:
            return super().reply(peer, number, method, path, headers)
        if self.status:
            challenge = ('WWW-Authenticate: Basic realm="cam"', "Content-Length: 0")
            peer.sendall(self.head(self.status, "text/plain", *challenge))
        return False


class LooksWellOnlyWithLogin(LooksWellOnly):
    status = "401 Unauthorized"
    userinfo = "viewer:secret77@"


class LooksWellOnlyAndFails(LooksWellOnly):
    status = "500 Internal Server Error"


class LooksWellOnlyAndShowsAPage(LooksWellOnly):
    def reply(self, peer, number, method, path, headers) -> bool:
        if number == 1:
            return super().reply(peer, number, method, path, headers)
        peer.sendall(self.head("200 OK", "text/html", "Content-Length: 4") + b"busy")
        return False


class LooksWellOnlyAndHangsUp(LooksWellOnly):
    status = ""


@at_once(
    "kind, code",
    [
        (LooksWellOnly, "camera_no_path"),
        (LooksWellOnlyWithLogin, "camera_wrong_password"),
        (LooksWellOnlyAndFails, "camera_failed"),
        (LooksWellOnlyAndHangsUp, "camera_hung_up"),
        (LooksWellOnlyAndShowsAPage, "camera_hung_up"),
    ],
)
def test_a_camera_that_rejects_after_the_inspection_is_not_called_in_a_loop(station, kind, code):
    with kind(encode_jpegs()) as camera, pytest.raises(CameraError) as refused:
        station.cameras.open(camera.url)
    assert refused.value.code == code
    assert camera.connections <= 25 and camera.most_at_once == 1
    if code == "camera_wrong_password":
        assert sum(number > 1 for number, _ in camera.requests) <= 3


class OnePlace(RawHttpCamera):
    """One viewer at a time; it notices only after 3 s that one left, and hangs up on others."""

    free_at: float | None = 0.0

    def reply(self, peer, number, method, path, headers) -> bool:
        if self.free_at is None or time.perf_counter() < self.free_at:
            return False
        self.free_at = None
        try:
            return super().reply(peer, number, method, path, headers)
        finally:
            self.free_at = time.perf_counter() + 3


def test_a_camera_for_one_client_is_retried_until_it_is_free(station):
    with OnePlace(encode_jpegs()) as camera:
        recorded = record(station, camera, 3)
    assert_whole(recorded, 3)
    assert camera.connections <= 9 and camera.most_at_once == 1


class Cookie(RawHttpCamera):
    """It sets a cookie in a redirect to itself, and requires it."""

    def reply(self, peer, number, method, path, headers) -> bool:
        if "sid=abc" not in headers.get("cookie", ""):
            more = (f"Location: {path}", "Set-Cookie: sid=abc; Path=/", "Content-Length: 0")
            peer.sendall(self.head("302 Found", "text/html", *more))
            return True
        return super().reply(peer, number, method, path, headers)


def test_a_cookie_set_on_the_way_opens_the_camera(station):
    with Cookie(encode_jpegs()) as camera:
        recorded = record(station, camera, 3)
    assert_whole(recorded, 3)
    assert len({number for number, _ in camera.requests[-2:]}) == 1, "asked again on one connection"
    assert camera.most_at_once == 1


class Circle(RawHttpCamera):
    def reply(self, peer, number, method, path, headers) -> bool:
        more = (f"Location: {'/b' if path == '/a' else '/a'}", "Content-Length: 0")
        peer.sendall(self.head("302 Found", "text/html", *more))
        return True


def test_a_redirect_loop_of_an_http_camera_has_its_own_error(station):
    with Circle(encode_jpegs()) as camera, pytest.raises(CameraError) as refused:
        station.cameras.open(camera.url)
    assert refused.value.code == "camera_circle"
    assert len(camera.requests) == 3, "asked once, not three times"
    assert "302" not in str(refused.value)


class Still(RawHttpCamera):
    """One JPEG per request."""

    path = "/ISAPI/Streaming/channels/101/picture"
    refused = 0

    def refusal(self, asked: int) -> bytes:
        """What to reply instead of a frame; None: a frame."""
        return b""

    def reply(self, peer, number, method, path, headers) -> bool:
        said = self.refusal(len(self.requests))
        if said:
            self.refused += 1
            peer.sendall(said)
            return True
        if self._over.wait(0.1):
            return False
        jpeg = self.next_frame(number)
        peer.sendall(self.head("200 OK", "image/jpeg", f"Content-Length: {len(jpeg)}") + jpeg)
        return True

    def busy(self, *headers: str) -> bytes:
        length = f"Content-Length: {len(BUSY_BODY)}"
        status = "503 Service Unavailable"
        return self.head(status, "application/xml", length, *headers) + BUSY_BODY


class BusyNowAndThen(Still):
    def refusal(self, asked: int) -> bytes:
        return b"" if asked % 7 else self.busy()


class BusyWithRetryAfter(Still):
    def refusal(self, asked: int) -> bytes:
        return b"" if asked % 7 else self.busy("Retry-After: 0")


class BusyAtFirst(Still):
    def refusal(self, asked: int) -> bytes:
        return self.busy() if asked <= 2 or asked in (5, 6) else b""


class EmptyNowAndThen(Still):
    def refusal(self, asked: int) -> bytes:
        return b"" if asked % 7 else self.head("200 OK", "image/jpeg", "Content-Length: 0")


@at_once("kind", [Still, BusyNowAndThen, BusyWithRetryAfter, BusyAtFirst, EmptyNowAndThen])
def test_a_refusal_now_and_then_costs_a_still_one_frame_only(station, kind):
    with kind(encode_jpegs()) as camera:
        recorded = record(station, camera, 5)
    assert_whole(recorded, 5)
    apart = [after - before for before, after in itertools.pairwise(recorded.times)]
    assert max(apart) < 0.9, "a pause of a second"
    assert camera.connections <= 6 and camera.most_at_once == 1


class StillWithOddHead(OddHead, Still):
    path = Still.path


def test_a_still_with_an_odd_head_is_asked_for_over_one_connection(station):
    with StillWithOddHead(encode_jpegs()) as camera:
        recorded = record(station, camera, 3)
    assert_whole(recorded, 3)
    assert camera.connections == 2, camera.requests


class LosesConnections(Still):
    """It hangs up on each seventh request."""

    def reply(self, peer, number, method, path, headers) -> bool:
        return bool(len(self.requests) % 7) and super().reply(peer, number, method, path, headers)


def test_a_lost_connection_now_and_then_costs_a_still_one_frame_only(station):
    with LosesConnections(encode_jpegs()) as camera:
        recorded = record(station, camera, 5)
    assert_whole(recorded, 5)
    assert max(b - a for a, b in itertools.pairwise(recorded.times)) < 0.9


class OnePartAnAnswer(RawHttpCamera):
    """A multipart body with one frame, which then ends."""

    def reply(self, peer, number, method, path, headers) -> bool:
        if not self._over.wait(0.1):
            part = self.part(self.next_frame(number))
            peer.sendall(self.head("200 OK", "", "Connection: close") + part + b"--frame--\r\n")
        return False


class FivePartsAnAnswer(RawHttpCamera):
    def pace(self) -> Iterator[float]:
        return (number / self.rate for number in range(1, 6))


@at_once("kind", [OnePartAnAnswer, FivePartsAnAnswer])
def test_a_multipart_that_ends_is_asked_for_again_at_once(station, kind):
    with kind(encode_jpegs()) as camera:
        recorded = record(station, camera, 5)
    assert_whole(recorded, 5)
    assert len(recorded.times) > 25, "several pictures a second"
    assert max(b - a for a, b in itertools.pairwise(recorded.times)) < 0.9
    assert camera.most_at_once == 1


class Turns(RawHttpCamera):
    """After two seconds, its multipart is one that go2rtc cannot read, on each connection."""

    turned_after = 20

    def part(self, jpeg: bytes) -> bytes:
        if len(self.sent) <= self.turned_after:
            return super().part(jpeg)
        return LineFeeds.part(self, jpeg)


class TurnsAndCloses(Turns):
    """From then on each connection ends after its first part."""

    def stream(self, peer: socket.socket, number: int) -> None:
        if len(self.sent) < self.turned_after:
            super().stream(peer, number)
        elif not self._over.wait(0.02):
            peer.sendall(self.part(self.next_frame(number)))

    def pace(self) -> Iterator[float]:
        return (number / self.rate for number in range(self.turned_after))


@at_once("kind", [Turns, TurnsAndCloses])
def test_a_storm_is_stopped_whatever_its_cause(station, kind):
    with kind(encode_jpegs()) as camera:
        session = station.cameras.open(camera.url)
        # Long after the change.
        end = time.perf_counter() + 30
        while len(camera.sent) < 60:
            assert time.perf_counter() < end, "it does not deliver any more"
            assert not threading.Event().wait(0.05)
        begun, connections = time.perf_counter(), camera.connections
        recording = station.recordings.start(session.session_id, 3)
        assert recording.wait(60)
        lasted = time.perf_counter() - begun
        assert session.state is SessionState.LIVE
        most = 0 if kind is Turns else 25 * lasted + 2
        assert camera.connections - connections <= most
        assert connections < 50
        assert camera.most_at_once <= 2
    (receipt,) = recording.receipts
    assert receipt.frames > 20


class EndsGo2rtc(Turns):
    """Its lengths become negative: this would end go2rtc, and with it all cameras."""

    def part(self, jpeg: bytes) -> bytes:
        head = b"--frame\r\nContent-Length: %d\r\n\r\n"
        length = len(jpeg) if len(self.sent) <= self.turned_after else -len(jpeg)
        return head % length + jpeg + b"\r\n"


def test_a_camera_that_go2rtc_would_end_on_does_not_end_it(station):
    with EndsGo2rtc(encode_jpegs()) as odd, RawHttpCamera(encode_jpegs()) as camera:
        sessions = [station.cameras.open(each.url) for each in (odd, camera)]
        (go2rtc,) = (each for each in station.proxies if each.name == "go2rtc")
        end = time.perf_counter() + 60
        while len(odd.sent) < 60 or any(each.state is not SessionState.LIVE for each in sessions):
            assert time.perf_counter() < end, "they did not come back"
            assert not threading.Event().wait(0.05)
        assert go2rtc.start_count == 1
        recording = station.recordings.start(sessions[0].session_id, 3)
        assert recording.wait(60)
        (receipt,) = recording.receipts
        assert receipt.gaps == [] and receipt.frames > 20
        assert go2rtc.start_count == 1
