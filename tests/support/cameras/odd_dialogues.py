"""RTSP cameras with odd dialogues, as people have reported them."""

from __future__ import annotations

import base64
import hashlib
import re
import socket
import threading
from typing import ClassVar

from support.cameras.raw_rtsp import RawRtspCamera

AUDIO = ["m=audio 0 RTP/AVP 8", "a=control:trackID=1"]


def is_right_digest(given: str, method: str, user: str, password: str, algorithm: str) -> bool:
    """Whether an Authorization header is right for the realm "cam" and the nonce "n0nce"."""
    said = {k: a or b for k, a, b in re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', given)}
    if not given.startswith("Digest") or said.get("nonce") != "n0nce":
        return False

    def hashed(*parts: str) -> str:
        return hashlib.new(algorithm, ":".join(parts).encode()).hexdigest()

    first = hashed(user, "cam", password)
    if said.get("algorithm", "").endswith("-sess"):
        first = hashed(first, "n0nce", said["cnonce"])
    middle = [said[key] for key in ("nonce", "nc", "cnonce", "qop") if key in said]
    return said["response"] == hashed(first, *middle, hashed(method, said["uri"]))


class TwoPayloadTypes(RawRtspCamera):
    """One m= with two payload types, of which the second is sent."""

    def media(self):
        return [
            "m=video 0 RTP/AVP 98 96",
            "a=rtpmap:98 MP4V-ES/90000",
            "a=fmtp:98 profile-level-id=1",
            f"a=rtpmap:96 H264/{self.clock_rate}",
            f"a=fmtp:96 {self.format_parameters()}",
            "a=control:trackID=0",
        ]


class MetadataRefused(RawRtspCamera):
    """Its description has a second track, whose SETUP it rejects."""

    def media(self):
        return [
            *super().media(),
            "m=application 0 RTP/AVP 107",
            "a=rtpmap:107 vnd.onvif.metadata/90000",
            "a=control:trackID=1",
        ]

    def setup(self, connection, url, headers):
        if "trackID=1" in url:
            return "404 Stream Not Found", [], ""
        return super().setup(connection, url, headers)


class AudioRefused(RawRtspCamera):
    """Its audio is described, and its SETUP is rejected."""

    def media(self):
        return [*super().media(), *AUDIO]

    def setup(self, connection, url, headers):
        if "trackID=1" in url:
            return "403 Forbidden", [], ""
        return super().setup(connection, url, headers)


class AudioHangsUp(AudioRefused):
    """It hangs up instead of rejecting it."""

    def reply(self, connection, method, url, headers):
        if method == "SETUP" and "trackID=1" in url:
            return None
        return super().reply(connection, method, url, headers)


class AudioByUdpOnly(AudioRefused):
    """It rejects it like cameras that have no TCP; the video comes over TCP."""

    def setup(self, connection, url, headers):
        if "trackID=1" in url:
            return "461 Unsupported Transport", [], ""
        return RawRtspCamera.setup(self, connection, url, headers)


class AudioUnanswered(AudioRefused):
    """It never answers the SETUP of its audio."""

    def setup(self, connection, url, headers):
        if "trackID=1" in url:
            return "", [], ""
        return super().setup(connection, url, headers)

    def encode_reply(self, status, cseq, headers, body):
        return super().encode_reply(status, cseq, headers, body) if status else b""


class StartingUp(RawRtspCamera):
    """It knows no path on its first `unready` connections."""

    unready = 2

    def reply(self, connection, method, url, headers):
        if method == "DESCRIBE" and connection.number <= self.unready:
            return "503 Service Unavailable", [], ""
        return super().reply(connection, method, url, headers)


class AudioUnderAnotherNumber(RawRtspCamera):
    """The parameters of its audio are listed under another payload type than its own."""

    def media(self):
        return [
            *super().media(),
            "m=audio 0 RTP/AVP 104",
            "a=recvonly",
            "a=control:trackID=1",
            "a=rtpmap:104 MPEG4-GENERIC/16000",
            "a=fmtp:97 streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;"
            "indexdeltalength=3;config=1408",
        ]


class AudioWithoutParameters(AudioUnderAnotherNumber):
    """The parameters of its audio are nowhere."""

    def media(self):
        return [line for line in super().media() if not line.startswith("a=fmtp:97")]


class FramesBeforeTheReply(RawRtspCamera):
    """Packets come before the reply to PLAY."""

    def reply(self, connection, method, url, headers):
        if method == "PLAY":
            self.start_stream(connection)
            connection.over.wait(0.5)
        return super().reply(connection, method, url, headers)


class FramesBeforePlay(RawRtspCamera):
    """Packets come as soon as the track is set up."""

    def reply(self, connection, method, url, headers):
        if method == "PLAY":
            connection.over.wait(0.3)
        reply = super().reply(connection, method, url, headers)
        if method == "SETUP":
            timer = threading.Timer(0.02, self.start_stream, (connection,))
            timer.start()
            timer.join()
        return reply


class NoInterleaved(RawRtspCamera):
    """Its Transport does not say on which channel the packets come."""

    def setup(self, connection, url, headers):
        status, more, body = super().setup(connection, url, headers)
        return status, ["Transport: RTP/AVP/TCP;unicast", *more[1:]], body


class OtherChannel(RawRtspCamera):
    """It uses another channel than requested, and says so with spaces."""

    def setup(self, connection, url, headers):
        connection.video_channel = 6
        transport = "Transport: RTP/AVP/TCP; unicast; ssrc=1; interleaved = 6-7 ; mode=play"
        return "200 OK", [transport, f"Session: {self.session}"], ""


class ContentBaseWithoutScheme(RawRtspCamera):
    def content_base(self, url):
        return f"127.0.0.1:{self.port}{self.path}/"


class InnerAddresses(RawRtspCamera):
    """Its description contains an address that only its own network knows."""

    def content_base(self, url):
        return "10.9.8.7:554/live/"

    def media(self):
        return [
            line.replace("a=control:", "a=control:rtsp://10.9.8.7:554/live/")
            for line in super().media()
        ]


class QueryToTheLetter(RawRtspCamera):
    """It accepts its address only with a ? at the end."""

    path = "/live?"

    def reply(self, connection, method, url, headers):
        if method == "DESCRIBE" and not url.endswith("/live?"):
            return "404 Not Found", [], ""
        return super().reply(connection, method, url, headers)

    def content_base(self, url):
        return url


class BareLineFeeds(RawRtspCamera):
    def encode_reply(self, status, cseq, headers, body):
        body = body.replace("\r\n", "\n")
        return super().encode_reply(status, cseq, headers, body).replace(b"\r\n", b"\n")


class LengthTooLong(BareLineFeeds):
    """Its description is shorter than its Content-Length."""

    def encode_reply(self, status, cseq, headers, body):
        data = super().encode_reply(status, cseq, headers, body)
        return re.sub(rb"(?<=Content-Length: )\d+", lambda n: b"%d" % (int(n[0]) + 9), data)


class WrongCseq(RawRtspCamera):
    def encode_reply(self, status, cseq, headers, body):
        return super().encode_reply(status, "0", headers, body)


class NoCseq(RawRtspCamera):
    """It sends no CSeq, and header names in lower case."""

    def encode_reply(self, status, cseq, headers, body):
        head, _, body_sent = (
            super().encode_reply(status, cseq, headers, body).partition(b"\r\n\r\n")
        )
        start, _, *lines = head.split(b"\r\n")
        pairs = (line.partition(b":") for line in lines)
        small = [name.lower() + b":" + value.strip() for name, _, value in pairs]
        return b"\r\n".join([start, *small, b"", b""]) + body_sent


class NoLength(RawRtspCamera):
    """It does not say where its description ends."""

    def encode_reply(self, status, cseq, headers, body):
        data = super().encode_reply(status, cseq, headers, body)
        return re.sub(rb"Content-Length: \d+\r\n", b"", data)


class SpacedSession(RawRtspCamera):
    """Two Session headers, with spaces where there should be none."""

    session = "12345678 ; timeout = 60\r\nSession: 12345678"


class NoOptions(RawRtspCamera):
    def reply(self, connection, method, url, headers):
        if method == "OPTIONS":
            return "501 Not Implemented", [], ""
        return super().reply(connection, method, url, headers)


class BareDescription(RawRtspCamera):
    """No v=, o=, s= and t=; spaces before the lines."""

    def sdp(self):
        return "\n".join(["c=IN IP4", *(f" {line}" for line in self.media()), ""])


class Redirected(RawRtspCamera):
    """It redirects to another path of its own, or to `target`."""

    path = "/old"
    target = ""

    def reply(self, connection, method, url, headers):
        if method == "DESCRIBE" and "/old" in url:
            target = self.target or f"rtsp://127.0.0.1:{self.port}/live?x=1"
            return "302 Found", [f"location: {target}"], ""
        if method == "DESCRIBE":
            # In a form that MediaMTX cannot read.
            base = f"Content-Base: 127.0.0.1:{self.port}/live/"
            return "200 OK", [base, "Content-Type: application/sdp"], self.sdp()
        return super().reply(connection, method, url, headers)


class GuardedCamera(RawRtspCamera):
    """It accepts one kind of Digest.

    refused : requests with a wrong Authorization.
    """

    user, password = "viewer", "secret77"
    userinfo = "viewer:secret77@"
    challenges: ClassVar[list[str]] = ['Digest realm="cam", nonce="n0nce"']
    algorithm = "md5"
    hangs_up = False

    def __init__(self, frames):
        super().__init__(frames)
        self.refused = 0

    def reply(self, connection, method, url, headers):
        given = headers.get("authorization", "")
        if method == "OPTIONS" or self.is_right(method, given):
            return super().reply(connection, method, url, headers)
        self.refused += bool(given)
        connection.hang_up = self.hangs_up
        lines = [f"WWW-Authenticate: {each}" for each in self.challenges]
        return "401 Unauthorized", lines, ""

    def is_right(self, method: str, given: str) -> bool:
        return is_right_digest(given, method, self.user, self.password, self.algorithm)


class HangsUpAfter401(GuardedCamera):
    hangs_up = True


class EmptyPassword(GuardedCamera):
    password, userinfo = "", "viewer:@"


class TwoChallengesInOneLine(GuardedCamera):
    """It offers Basic first, and never accepts it."""

    challenges: ClassVar[list[str]] = [
        'Basic realm="cam", Digest realm="cam", nonce="n0nce", qop=auth, opaque=, algorithm=MD5'
    ]


class Sha256WithQop(GuardedCamera):
    """It requires qop."""

    algorithm = "sha256"
    challenges: ClassVar[list[str]] = [
        'Digest realm="cam", nonce="n0nce", qop="auth", algorithm=SHA-256, opaque="o"'
    ]

    def is_right(self, method, given):
        return "qop=auth" in given and super().is_right(method, given)


class Md5Sess(GuardedCamera):
    challenges: ClassVar[list[str]] = [
        'DIGEST REALM="cam", NONCE="n0nce", QOP="auth", ALGORITHM=MD5-sess'
    ]


class OneTimeNonce(GuardedCamera):
    """Each nonce is valid for one request."""

    nonce = 0

    def reply(self, connection, method, url, headers):
        given = headers.get("authorization", "")
        if method != "OPTIONS" and f'nonce="{self.nonce}"' not in given:
            challenge = f'WWW-Authenticate: Digest realm="cam", nonce="{self.nonce}", stale=true'
            return "401 Unauthorized", [challenge], ""
        if method != "OPTIONS":
            self.nonce += 1
        return RawRtspCamera.reply(self, connection, method, url, headers)


class NoContentType(RawRtspCamera):
    def reply(self, connection, method, url, headers):
        status, more, body = super().reply(connection, method, url, headers)
        return status, [each for each in more if not each.startswith("Content-Type")], body


class BasicUnquoted(GuardedCamera):
    challenges: ClassVar[list[str]] = ["basic realm=IP Camera"]

    def is_right(self, method, given):
        pair = base64.b64encode(b"viewer:secret77").decode()
        return given == f"Basic {pair}"


class KeepAliveHurts(RawRtspCamera):
    """It announces GET_PARAMETER, and answers it with 454 and the end of the connection."""

    session = "12345678;timeout=10"

    def reply(self, connection, method, url, headers):
        if method == "GET_PARAMETER":
            connection.hang_up = True
            return "454 Session Not Found", [], ""
        return super().reply(connection, method, url, headers)


class AnyKeepAliveHurts(KeepAliveHurts):
    """OPTIONS has the same effect while it plays."""

    def reply(self, connection, method, url, headers):
        if method == "OPTIONS" and connection.playing:
            return None
        return super().reply(connection, method, url, headers)


class UdpOnly(RawRtspCamera):
    """It has no RTP over TCP, and UDP does not get through either."""

    def setup(self, connection, url, headers):
        return "461 Unsupported Transport", [], ""


class UdpCamera(UdpOnly):
    """It sends over UDP only, and that gets through."""

    def setup(self, connection, url, headers):
        found = re.search(r"client_port=(\d+)-(\d+)", headers.get("transport", ""))
        if found is None:
            return "461 Unsupported Transport", [], ""
        line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        line.bind(("127.0.0.1", 0))
        port = line.getsockname()[1]
        self.lines.append(line)
        connection.video_channel = 0
        there = ("127.0.0.1", int(found[1]))
        connection.send_packet = lambda _, packet: line.sendto(packet, there)
        transport = f"RTP/AVP;unicast;{found[0]};server_port={port}-{port + 1}"
        return "200 OK", [f"Transport: {transport}", f"Session: {self.session}"], ""

    def __enter__(self):
        self.lines: list[socket.socket] = []
        return super().__enter__()

    def __exit__(self, *args: object) -> None:
        super().__exit__(*args)
        for line in self.lines:
            line.close()


class Answering400(RawRtspCamera):
    """It does not know this path, and answers 400 instead of 404."""

    def reply(self, connection, method, url, headers):
        if method == "DESCRIBE":
            return "400 Bad Request secret77", [], ""
        return super().reply(connection, method, url, headers)
