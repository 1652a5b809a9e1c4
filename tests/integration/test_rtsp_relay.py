"""The RTSP relay alone: what it reads, what it writes, and which clients it serves."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from camrec.camera_address import parse_address
from camrec.errors import CameraError
from camrec.network_policy import NetworkPolicy
from camrec.rtp import H264Depacketizer, H265Depacketizer
from camrec.rtsp_relay import RtspRelay
from camrec.rtsp_relay.addresses import base_urls, control_urls
from camrec.rtsp_relay.description import parse_description, write_description
from camrec.rtsp_relay.messages import NotRtsp, RtspMessage, RtspMessageReader
from camrec.rtsp_relay.messages import encode_message as encode_message
from camrec.rtsp_relay.nal_packets import split_h264, split_h265
from camrec.rtsp_relay.unread_packets import MAX_PAYLOAD_BYTES
from support.cameras import odd_dialogues as odd
from support.cameras.raw_rtsp import RawRtspCamera, encode
from support.cameras.tls import TlsServer
from support.certificates import unknown_certificate

pytestmark = pytest.mark.spread

PATIENCE = 10.0
bounded = settings(max_examples=150, deadline=None, derandomize=True, database=None)


def eventually(holds) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


# Messages.


def everything(pieces: list[bytes]) -> list:
    inbox, found = RtspMessageReader(), []
    for piece in pieces:
        inbox.put(piece)
        while True:
            frames = inbox.frames()
            if frames:
                found.append(frames)
            message = inbox.message()
            if message is not None:
                found.append(message)
            elif not frames:
                break
    return found


def joined(found: list) -> list:
    """Frames that were received in several parts, each as one."""
    whole: list = []
    for each in found:
        if isinstance(each, bytes) and whole and isinstance(whole[-1], bytes):
            whole[-1] += each
        else:
            whole.append(each)
    return whole


REPLY = b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 4\r\n\r\nbody"
FRAME = b"$\x00\x00\x03RTS"


@bounded
@given(
    st.lists(st.sampled_from([REPLY, FRAME, b"$\x01\x00\x00", b"\r\n", b"OPTIONS * RTSP/1.0\n\n"])),
    st.lists(st.integers(1, 60), max_size=20),
)
def test_an_rtsp_connection_is_parsed_alike_however_it_is_cut(parts, cuts):
    data = b"".join(parts)
    pieces, at = [], 0
    for cut in (*cuts, len(data)):
        pieces.append(data[at : at + cut])
        at += cut
    assert joined(everything(pieces)) == joined(everything([data]))
    assert len([each for each in everything([data]) if isinstance(each, RtspMessage)]) == len(
        [part for part in parts if part[:1] in b"RO"]
    )


@bounded
@given(
    st.lists(
        st.sampled_from(
            [REPLY, FRAME, b"RTSP/1.0 ", b"Content-Length: 99999999999\r\n", b"\n\n", b"$\x00\xff"]
        )
        | st.binary(max_size=30),
        max_size=12,
    )
)
@example([b"SSH-2.0-x\r\n\r\n"])
def test_any_bytes_are_parsed_as_rtsp_or_rejected(pieces):
    try:
        for each in everything(pieces):
            assert each
    except NotRtsp:
        pass


def test_a_message_is_read_with_any_line_ends_and_names_in_any_case():
    for end in (b"\r\n", b"\n", b"\r"):
        data = end.join([b"rtsp/1.0  404  Stream Not Found", b"cseq:7", b"X : a: b", b"", b""])
        (message,) = everything([b"garbage! \x00" + end + data if end == b"\r\n" else data])
        assert (message.status, message.reason_phrase) == (404, "Stream Not Found")
        assert message.value("CSeq") == "7" and message.values("x") == ["a: b"]


def test_a_body_is_as_long_as_it_is_whatever_its_length_says():
    sdp = b"v=0\r\nm=video 0 RTP/AVP 96\r\na=control:t\r\n"
    head = b"RTSP/1.0 200 OK\r\nContent-Type: application/sdp\r\n"
    for length in (b"", b"Content-Length: 5\r\n", b"Content-Length: 500\r\n"):
        inbox = RtspMessageReader()
        inbox.put(head + length + b"\r\n" + sdp)
        message = inbox.message() or inbox.message(complete=True)
        assert message is not None and message.body == sdp and inbox.is_empty


def test_another_protocol_is_rejected_as_not_rtsp():
    for data in (b"HTTP/1.1 400 Bad Request\r\n\r\n", b"A" * 70_000):
        with pytest.raises(NotRtsp):
            everything([data])


# Addresses.

ASKED = "rtsp://cam.lan:554/live?ch=1&pwd="


@pytest.mark.parametrize(
    ("content_base", "control", "track", "url"),
    [
        ("", "", "trackID=0", ASKED + "/trackID=0"),
        ("", "*", "", ASKED),
        ("rtsp://10.0.0.9/inner/", "*", "t=0", "rtsp://cam.lan:554/inner/t=0"),
        ("10.0.0.9:554/inner/", "*", "t=0", "rtsp://cam.lan:554/inner/t=0"),
        ("10.0.0.9/inner/", "", "t=0", "rtsp://cam.lan:554/inner/t=0"),
        ("/inner", "", "t=0", "rtsp://cam.lan:554/inner/t=0"),
        ("", "*", "rtsp://10.0.0.9:8554/x/t=0?y", "rtsp://cam.lan:554/x/t=0?y"),
        ("", "*", "?ctype=video", ASKED + "?ctype=video"),
        ("", "rtsp://10.0.0.9/all/", "t=0", "rtsp://cam.lan:554/all/t=0"),
        ("rtsp://cam.lan:554/a/", "*", "/t=0", "rtsp://cam.lan:554/a/t=0"),
    ],
)
def test_a_track_is_asked_for_at_the_host_that_was_asked(content_base, control, track, url):
    headers = (("Content-Base", content_base),) if content_base else ()
    bases = base_urls(ASKED, RtspMessage("RTSP/1.0 200 OK", headers), control)
    assert control_urls(bases, track)[0] == url
    assert all(each.startswith("rtsp://cam.lan:554/") for each in bases)
    assert ASKED in bases


# Descriptions.


def written(*lines: str) -> str:
    description = parse_description("\r\n".join(lines).encode())
    tracks = []
    for kind in ("video", "audio"):
        for medium in description.media_of_kind(kind):
            if medium.format is not None:
                tracks.append((kind, medium.format))
    return write_description(tracks).decode()


def test_a_description_is_written_as_mediamtx_reads_it():
    text = written(
        "m=video 0 RTP/AVP 98 96",
        "a=rtpmap:98 MP4V-ES/90000",
        " a=rtpmap:96  h264/90000",
        "a=fmtp:96 packetization-mode=x; sprop-parameter-sets=Z0IAH5Y1QKALdNwEBAQI,aM48gA",
        "a=control:rtsp://10.0.0.9/t",
        "m=audio 0 RTP/AVP 104",
        "a=rtpmap:104 mpeg4-generic/16000/1",
        "a=fmtp:97 streamtype=3;mode=other;config=1408;SizeLength=13",
        "m=application 0 RTP/AVP 107",
    )
    assert text == "\r\n".join(
        [
            "v=0",
            "o=- 0 0 IN IP4 127.0.0.1",
            "s=camrec",
            "c=IN IP4 127.0.0.1",
            "t=0 0",
            "m=video 0 RTP/AVP 96",
            "a=rtpmap:96 H264/90000",
            "a=fmtp:96 sprop-parameter-sets=Z0IAH5Y1QKALdNwEBAQI,aM48gA==",
            "a=control:trackID=0",
            "m=audio 0 RTP/AVP 104",
            "a=rtpmap:104 MPEG4-GENERIC/16000/1",
            "a=fmtp:104 streamtype=5;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;"
            "config=1408",
            "a=control:trackID=1",
            "",
        ]
    )


@pytest.mark.parametrize(
    ("lines", "codec"),
    [
        (["m=video 0 RTP/AVP 96", "a=fmtp:96 sprop-parameter-sets=Z0I=,aM4="], "H264/90000"),
        (["m=video 0 RTP/AVP 96", "a=rtpmap:97 HEVC/90000"], "H265/90000"),
        (["m=video 0 RTP/AVP smart/1/90000", "a=rtpmap:96 H264/90000"], "H264/90000"),
        (["m=video 0 RTP/AVP 26"], "m=video 0 RTP/AVP 26"),
        (["m=video 0 RTP/AVP 96", "a=rtpmap:96 H264/90000/1"], "H264/90000\r\n"),
        (["m=audio 0 RTP/AVP 8", "a=sendonly"], "PCMA/8000"),
        (["m=video 0 RTP/AVP 96", "a=rtpmap:96 H265/90000", "a=fmtp:96 sprop-sps=QgE="], "H265"),
    ],
)
def test_a_bare_description_is_read_as_it_is_meant(lines, codec):
    assert codec in written(*lines)
    assert "sprop-sps" not in written(*lines)


def test_a_loudspeaker_is_no_audio_of_the_camera():
    talk = ["m=audio 0 RTP/AVP 0", "a=sendonly"]
    assert "m=audio" not in written("m=video 0 RTP/AVP 26", *talk)
    assert "m=audio 0 RTP/AVP 8" in written("m=video 0 RTP/AVP 26", *talk, "m=audio 0 RTP/AVP 8")


@bounded
@given(
    st.lists(
        st.sampled_from(
            [
                "m=video 0 RTP/AVP 96",
                "m=audio 0 RTP/AVP 97 0",
                "m=",
                "a=rtpmap:96 H264/x",
                "a=rtpmap:97 MPEG4-GENERIC/16000",
                "a=fmtp:97 config=zz",
                "a=fmtp:96 sprop-parameter-sets=,;=;x",
                "a=control:",
                "a=rtpmap:999999 /",
            ]
        )
        | st.text(max_size=30),
        max_size=12,
    )
)
def test_any_sdp_description_is_read_and_rewritten(lines):
    text = written(*lines)
    assert text.startswith("v=0") and text.endswith("\r\n")


# The relay.


class Player:
    """A client in MediaMTX's place, controlled by hand."""

    def __init__(self, url: str) -> None:
        self.url = url
        host, _, rest = url.removeprefix("rtsp://").partition(":")
        self.line = socket.create_connection((host, int(rest.partition("/")[0])), PATIENCE)
        self.inbox = RtspMessageReader()
        self.frames = 0
        self._requests = 0

    def ask(self, method: str, url: str = "", **headers: str) -> RtspMessage:
        self.send(method, url, **headers)
        while (message := self._next()) is None:
            if not self._receive():
                raise EOFError
        return message

    def send(self, method: str, url: str = "", **headers: str) -> None:
        self._requests += 1
        fields = [("CSeq", str(self._requests)), *headers.items()]
        self.line.sendall(encode_message(f"{method} {url or self.url} RTSP/1.0", fields))

    def play(self) -> None:
        assert self.ask("OPTIONS").status == 200
        answer = self.ask("DESCRIBE")
        assert answer.status == 200 and answer.value("Content-Base") == self.url + "/"
        answer = self.ask("SETUP", self.url + "/trackID=0", Transport="interleaved=0-1")
        assert "interleaved=0-1" in answer.value("Transport")
        assert self.ask("PLAY").status == 200

    def count(self, frames: int) -> None:
        """Wait until so many more have arrived."""
        wanted = self.frames + frames
        while self.frames < wanted:
            assert self._receive()
            self._next()

    def ends(self) -> bool:
        try:
            while self._receive():
                pass
        except ConnectionError:
            pass
        return True

    def close(self) -> None:
        self.line.close()

    def _receive(self) -> bool:
        data = self.line.recv(1 << 16)
        self.inbox.put(data)
        return bool(data)

    def _next(self) -> RtspMessage | None:
        self.frames += self.inbox.frames().count(b"$")
        return self.inbox.message()


@pytest.fixture
def relays() -> Iterator:
    """Creates relays and their players, and ends them."""
    made: list = []

    def make(camera, **given) -> tuple[RtspRelay, Player]:
        address = camera if isinstance(camera, str) else camera.url
        relay = RtspRelay(parse_address(address), **given).start()
        player = Player(relay.source.url)
        made.extend((player, relay))
        return relay, player

    yield make
    for each in made:
        each.close()


def test_a_client_without_the_relay_s_path_gets_404_and_no_camera_is_called(relays):
    with RawRtspCamera(encode("-g", "10")) as camera:
        relay, player = relays(camera)
        base = relay.source.url.rpartition("/")[0]
        for url in (base, base + "/", base + "/live", relay.source.url + "x", "*"):
            stranger = Player(relay.source.url)
            assert stranger.ask("DESCRIBE", url).status == 404
            assert stranger.ends()
            stranger.close()
        assert camera.connections == 0
        player.play()
        player.count(5)
        assert camera.connections == 1


def test_a_client_that_comes_later_takes_the_place_and_there_is_one_connection(relays):
    with RawRtspCamera(encode("-g", "10")) as camera:
        relay, player = relays(camera)
        player.play()
        player.count(3)
        second = Player(relay.source.url)
        second.play()
        second.count(3)
        assert player.ends()
        assert camera.connections == 2 and camera.most_at_once == 1
        second.close()
        eventually(lambda: not camera._open)


def test_a_tear_down_and_the_relay_s_end_leave_the_camera(relays):
    with RawRtspCamera(encode("-g", "10")) as camera:
        relay, player = relays(camera)
        player.play()
        player.send("TEARDOWN")
        assert player.ends()
        eventually(lambda: not camera._open)
        assert any(line.startswith("TEARDOWN") for _, line in camera.requests)
        second = Player(relay.source.url)
        second.play()
        relay.close()
        assert second.ends()
        second.close()
        eventually(lambda: not camera._open)


class AnswersWith454(RawRtspCamera):
    """It answers each keep-alive with 454 while the frames continue."""

    def reply(self, connection, method, url, headers):
        if connection.playing and method == "OPTIONS":
            return "454 Session Not Found", [], "v=0\n"
        return super().reply(connection, method, url, headers)


def test_a_keep_alive_that_is_refused_ends_nothing(relays):
    with AnswersWith454(encode("-g", "10")) as camera:
        _, player = relays(camera)
        player.play()
        for _ in range(3):
            player.count(2)
            assert player.ask("OPTIONS").status == 200
        player.count(5)
        eventually(lambda: sum("OPTIONS" in line for _, line in camera.requests) == 4)
        assert camera.connections == 1


def test_a_camera_that_hangs_up_at_each_keep_alive_gets_none_any_more(relays):
    with odd.AnyKeepAliveHurts(encode("-g", "10")) as camera:
        relay, player = relays(camera)
        player.play()
        player.count(2)
        player.send("OPTIONS")
        assert player.ends()
        second = Player(relay.source.url)
        second.play()
        for _ in range(3):
            second.count(2)
            assert second.ask("OPTIONS").status == 200
        second.count(5)
        assert camera.connections == 2
        second.close()


class OldNonce(odd.GuardedCamera):
    """Its nonce is valid until the stream begins."""

    renewed = 0

    def reply(self, connection, method, url, headers):
        if connection.playing and 'nonce="n0nce"' in headers.get("authorization", ""):
            return "401 Unauthorized", ['WWW-Authenticate: Digest realm="cam", nonce="new"'], ""
        if 'nonce="new"' in headers.get("authorization", ""):
            self.renewed += 1
            return "200 OK", [], ""
        return super().reply(connection, method, url, headers)

    def is_right(self, method, given):
        return method != "OPTIONS" and super().is_right(method, given)


def test_a_nonce_that_grew_old_while_it_plays_is_replaced(relays):
    with OldNonce(encode("-g", "10")) as camera:
        _, player = relays(camera)
        player.play()
        player.count(2)
        player.ask("OPTIONS")
        eventually(lambda: camera.renewed == 1)
        player.count(5)
        assert camera.connections == 1 and camera.refused == 0


def test_a_password_that_was_refused_is_not_tried_again_by_itself(relays):
    with odd.GuardedCamera(encode("-g", "10")) as camera:
        relay, player = relays(camera.url.replace("secret77", "wrong"))
        began = time.perf_counter_ns()
        assert player.ask("DESCRIBE").status == 502
        error = relay.reason(began)
        assert error is not None and error.code == "camera_wrong_password"
        for _ in range(3):
            again = Player(relay.source.url)
            assert again.ask("DESCRIBE").status == 502
            again.close()
        assert camera.connections == 1 and camera.refused == 1
        relay.clear_error()
        again = Player(relay.source.url)
        assert again.ask("DESCRIBE").status == 502
        again.close()
        assert camera.connections == 2


def test_a_track_s_audio_is_passed_with_the_video(relays):
    class WithAudio(RawRtspCamera):
        def media(self):
            return [*super().media(), *odd.AUDIO]

        def stream(self, connection):
            connection.send_packet(2, b"\x80\x08" + bytes(10))
            connection.send_packet(3, b"\x80\xc8" + bytes(10))
            super().stream(connection)

    with WithAudio(encode("-g", "10")) as camera:
        relay, player = relays(camera)
        assert player.ask("OPTIONS").status == 200
        described = player.ask("DESCRIBE").body
        assert b"m=audio 0 RTP/AVP 8" in described and relay.unsupported_audio == ""
        for place in (0, 1):
            told = player.ask("SETUP", f"{player.url}/trackID={place}").value("Transport")
            assert f"interleaved={2 * place}-{2 * place + 1}" in told
        assert player.ask("SETUP", f"{player.url}/trackID=2").status == 404


class WithLateAudio(odd.AudioUnderAnotherNumber):
    """Its audio is available, although its parameters are listed under another number."""

    audio = threading.Event()

    def stream(self, connection):
        self.audio.wait(PATIENCE)
        connection.send_packet(2, b"\x80\x68" + bytes(10))
        super().stream(connection)


def test_audio_under_another_payload_type_is_unsupported_until_it_arrives(relays):
    with WithLateAudio(encode("-g", "10")) as camera:
        relay, player = relays(camera)
        player.play()
        assert relay.unsupported_audio == "MPEG4-GENERIC"
        camera.audio.set()
        player.count(3)
        eventually(lambda: relay.unsupported_audio == "")


class Listening(RawRtspCamera):
    """It records what arrives between two requests while it plays."""

    def _converse(self, connection):
        self.reports = 0

        class Peer(socket.socket):
            def recv(peer, *given):
                data = super().recv(*given)
                self.reports += data.count(REPORT)
                return data

        connection.peer = Peer(fileno=connection.peer.detach())
        super()._converse(connection)


REPORT = b"$\x01\x00\x08\x80\xc9" + bytes(6)


def test_receiver_reports_come_to_the_camera(relays):
    with Listening(encode("-g", "10")) as camera:
        _, player = relays(camera)
        player.play()
        for _ in range(5):
            player.line.sendall(REPORT)
        eventually(lambda: camera.reports == 5)
        player.count(5)


def test_the_rtsp_relay_connects_only_to_allowed_networks(relays):
    with RawRtspCamera(encode("-g", "10")) as camera:
        relay, player = relays(camera, network_policy=NetworkPolicy(["192.168.1.0/24"]))
        began = time.perf_counter_ns()
        assert player.ask("DESCRIBE").status == 502
        error = relay.reason(began)
        assert isinstance(error, CameraError) and error.code == "address_not_allowed"
        assert camera.connections == 0


class TlsCamera(TlsServer, RawRtspCamera):
    """A camera that speaks TLS."""


@pytest.mark.parametrize("known", [True, False])
def test_rtsps_is_spoken_here_and_its_certificate_is_checked(relays, tmp_path, monkeypatch, known):
    file = unknown_certificate(tmp_path, "127.0.0.1")
    if known:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
    TlsCamera.certificate = str(file)
    with TlsCamera(encode("-g", "10")) as camera:
        relay, player = relays(camera.url.replace("rtsp:", "rtsps:"))
        began = time.perf_counter_ns()
        if known:
            player.play()
            player.count(20)
            assert player.ask("OPTIONS").status == 200
            player.count(5)
        else:
            assert player.ask("DESCRIBE").status == 502
            error = relay.reason(began)
            assert error is not None and error.code == "camera_certificate"
        assert camera.connections == 1


def test_a_camera_that_talks_without_end_is_bounded(relays):
    class Chatty(RawRtspCamera):
        def encode_reply(self, status, cseq, headers, body):
            return b"RTSP/1.0 100 Continue\r\n\r\n" * 1000

    with Chatty(encode("-g", "10")) as camera:
        relay, player = relays(camera)
        began = time.perf_counter_ns()
        assert player.ask("DESCRIBE").status == 502
        error = relay.reason(began)
        assert error is not None and error.code == "camera_not_a_camera"


def test_a_closed_rtsp_relay_leaves_no_thread():
    before = threading.active_count()
    with RawRtspCamera(encode("-g", "10")) as camera:
        relay = RtspRelay(parse_address(camera.url)).start()
        player = Player(relay.source.url)
        player.play()
        relay.close()
        player.close()
    eventually(lambda: threading.active_count() <= before)


# H.264 and H.265 that MediaMTX must not look into.

LONG = bytes(range(1, 255)) * 20


def nals_of(codec: str, payloads: list[bytes]) -> list[bytes]:
    reader = {"h264": H264Depacketizer, "h265": H265Depacketizer}[codec]()
    return [nal for each in payloads for nal in reader.push(memoryview(each), False)]


def fragments(codec: str, nal: bytes, size: int) -> list[bytes]:
    head = bytes([nal[0] & 0xE0 | 28]) if codec == "h264" else bytes([nal[0] & 0x81 | 98, nal[1]])
    kind, rest = (nal[0] & 31, nal[1:]) if codec == "h264" else (nal[0] >> 1, nal[2:])
    return [
        head
        + bytes([kind | (128 if at == 0 else 0) | (64 if at + size >= len(rest) else 0)])
        + rest[at : at + size]
        for at in range(0, len(rest), size)
    ]


@pytest.mark.parametrize("codec", ["h264", "h265"])
@pytest.mark.parametrize("start_code", [b"", b"\0\0\1", b"\0\0\0\1"])
def test_long_payloads_in_pieces_are_the_same_nal_units(codec, start_code):
    head = b"\x65" if codec == "h264" else b"\x26\x01"
    split = split_h264 if codec == "h264" else split_h265
    nal = head + LONG
    whole = start_code + nal
    several = {"h264": b"\x18", "h265": b"\x60\x01"}[codec]
    for each in (whole, head + b"\x88small"):
        several += len(each).to_bytes(2, "big") + each
    for payloads in ([whole], fragments(codec, whole, 2000), [several]):
        pieces = [piece for payload in payloads for piece in split(payload)]
        assert max(map(len, pieces)) <= MAX_PAYLOAD_BYTES
        assert nals_of(codec, pieces) == nals_of(codec, payloads)
        assert nals_of(codec, pieces)[0] == nal


@bounded
@given(st.binary(min_size=1402, max_size=4000), st.sampled_from([split_h264, split_h265]))
def test_any_long_payload_is_split_or_left(payload, split):
    pieces = split(payload)
    assert pieces == [payload] or all(len(each) <= MAX_PAYLOAD_BYTES for each in pieces)
