"""An RTSP camera on raw sockets: a subclass overrides what is odd about it."""

from __future__ import annotations

import base64
import contextlib
import itertools
import re
import struct
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import imageio_ffmpeg

from support.cameras.raw_server import RawConnection, RawServer, SentFrame
from support.clips import kept

Frame = Sequence[bytes]  # the NAL units of one coded frame
Reply = tuple[str, Sequence[str], str]  # status line, headers, body

MAX_PAYLOAD_BYTES = 1400

_START_CODE = re.compile(rb"\x00\x00\x00?\x01")


@dataclass
class RtspConnection(RawConnection):
    """One client. `hang_up` closes the connection after the reply that is being sent."""

    video_channel: int | None = None
    playing: bool = False
    hang_up: bool = False

    def send(self, data: bytes) -> None:
        with self.lock:
            self.peer.sendall(data)

    def send_packet(self, channel: int, packet: bytes) -> None:
        """Send an interleaved RTP or RTCP packet."""
        self.send(struct.pack(">BBH", 0x24, channel, len(packet)) + packet)


@kept
def encode(
    *options: str,
    size: str = "320x240",
    rate: int = 10,
    seconds: float = 6,
    codec: str = "libx264",
    container: str = "h264",
    pixel_format: str = "yuv420p",
    source: str = "testsrc2",
) -> tuple[tuple[bytes, ...], ...]:
    """Frames of a moving test pattern, encoded by FFmpeg with `options`."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi"]
    command += ["-i", f"{source}=size={size}:rate={rate}", "-t", str(seconds)]
    command += ["-pix_fmt", pixel_format, "-c:v", codec, "-preset", "ultrafast", *options]
    command += ["-f", container, "-"]
    data = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    return split_frames(data, container)


def split_frames(data: bytes, codec: str = "h264") -> tuple[tuple[bytes, ...], ...]:
    """Split an Annex B byte stream into frames; `codec` is "h264" or "hevc"."""
    frames: list[list[bytes]] = [[]]
    has_slice = False
    for nal in filter(None, (nal.rstrip(b"\0") for nal in _START_CODE.split(data))):
        kind = nal_type(nal, codec)
        is_slice = 1 <= kind <= 5 if codec == "h264" else kind < 32
        begins_frame = not is_slice or nal[1 if codec == "h264" else 2] & 0x80
        if has_slice and begins_frame:
            frames.append([])
            has_slice = False
        frames[-1].append(nal)
        has_slice = has_slice or is_slice
    return tuple(map(tuple, frames))


def nal_type(nal: bytes, codec: str = "h264") -> int:
    return nal[0] & 31 if codec == "h264" else nal[0] >> 1 & 63


class RawRtspCamera(RawServer):
    """A camera at `url` for as long as the ``with`` lasts; it repeats `frames` forever.

    requests : the first line of each request, with its connection's number.
    """

    connection_type = RtspConnection

    rate: ClassVar[float] = 10
    clock_rate: ClassVar[int] = 90_000
    payload_type: ClassVar[int] = 96
    codec: ClassVar[str] = "H264"
    public: ClassVar[str] = "OPTIONS, DESCRIBE, SETUP, TEARDOWN, PLAY, GET_PARAMETER"
    session: ClassVar[str] = "12345678;timeout=60"
    path: ClassVar[str] = "/live"
    userinfo: ClassVar[str] = ""
    """What stands in front of the host in `url`, such as ``"viewer:@"``."""

    def __init__(self, frames: Sequence[Frame]) -> None:
        super().__init__()
        self.frames = frames
        self.requests: list[tuple[int, str]] = []
        self.url = f"rtsp://{self.userinfo}127.0.0.1:{self.port}{self.path}"

    # What may be odd.

    def parameter_sets(self) -> dict[int, bytes]:
        """The first parameter set of each kind in the frames."""
        codec = "h264" if self.codec == "H264" else "hevc"
        wanted = (7, 8) if self.codec == "H264" else (32, 33, 34)
        found: dict[int, bytes] = {}
        for nal in itertools.chain.from_iterable(self.frames[:50]):
            if (kind := nal_type(nal, codec)) in wanted:
                found.setdefault(kind, nal)
        return found

    def format_parameters(self) -> str:
        """What follows ``a=fmtp:96``."""
        sets = {k: base64.b64encode(nal).decode() for k, nal in self.parameter_sets().items()}
        if self.codec == "H264":
            return f"packetization-mode=1;sprop-parameter-sets={sets[7]},{sets[8]}"
        return f"sprop-vps={sets[32]};sprop-sps={sets[33]};sprop-pps={sets[34]}"

    def media(self) -> list[str]:
        """The media descriptions of the SDP."""
        return [
            f"m=video 0 RTP/AVP {self.payload_type}",
            f"a=rtpmap:{self.payload_type} {self.codec}/{self.clock_rate}",
            f"a=fmtp:{self.payload_type} {self.format_parameters()}",
            "a=control:trackID=0",
        ]

    def sdp(self) -> str:
        head = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=cam", "c=IN IP4 0.0.0.0", "t=0 0"]
        return "\r\n".join([*head, "a=control:*", *self.media(), ""])

    def content_base(self, url: str) -> str:
        return url.rstrip("/") + "/"

    def pace(self) -> Iterator[float]:
        """When each frame is due, in seconds from PLAY."""
        return (number / self.rate for number in itertools.count())

    def timestamp(self, seconds: float) -> int:
        """The RTP timestamp of what is due at `seconds`."""
        return int(seconds * self.clock_rate) + 1000 & 0xFFFFFFFF

    def payloads(self, frame: Frame) -> list[tuple[bytes, bool]]:
        """(payload, marker) of each packet of one frame."""
        packets: list[tuple[bytes, bool]] = []
        for place, nal in enumerate(frame):
            last = place == len(frame) - 1
            if len(nal) <= MAX_PAYLOAD_BYTES:
                packets.append((nal, last))
            else:
                packets += self._fragments(nal, last)
        return packets

    def reply(
        self, connection: RtspConnection, method: str, url: str, headers: dict[str, str]
    ) -> Reply | None:
        """The reply to a request; None hangs up without one. Header names are in lower case."""
        session = [f"Session: {self.session}"]
        if method == "OPTIONS":
            return "200 OK", [f"Public: {self.public}"], ""
        if method == "DESCRIBE":
            base = f"Content-Base: {self.content_base(url)}"
            return "200 OK", [base, "Content-Type: application/sdp"], self.sdp()
        if method == "SETUP":
            return self.setup(connection, url, headers)
        return "200 OK", session, ""

    def setup(self, connection: RtspConnection, url: str, headers: dict[str, str]) -> Reply:
        found = re.search(r"interleaved=(\d+)-(\d+)", headers.get("transport", ""))
        if found is None:
            return "461 Unsupported Transport", [], ""
        if "trackID=0" in url or connection.video_channel is None:
            connection.video_channel = int(found[1])
        transport = f"RTP/AVP/TCP;unicast;{found[0]};ssrc=11223344"
        return "200 OK", [f"Transport: {transport}", f"Session: {self.session}"], ""

    def encode_reply(self, status: str, cseq: str, headers: Sequence[str], body: str) -> bytes:
        """A reply as it is sent."""
        text = [f"RTSP/1.0 {status}", f"CSeq: {cseq}", *headers]
        text += [f"Content-Length: {len(body.encode())}"] if body else []
        return ("\r\n".join([*text, "", ""]) + body).encode()

    def stream(self, connection: RtspConnection) -> None:
        """Send frames until the connection is over."""
        sequence = connection.number * 1000
        begin = time.perf_counter()
        for number, due in enumerate(self.pace()):
            if connection.over.wait(max(0.0, begin + due - time.perf_counter())):
                return
            stamp = self.timestamp(due)
            for payload, marker in self.payloads(self.frames[number % len(self.frames)]):
                kind = (0x80 if marker else 0) | self.payload_type
                head = struct.pack(">BBHII", 0x80, kind, sequence & 0xFFFF, stamp, 0x11223344)
                assert connection.video_channel is not None
                connection.send_packet(connection.video_channel, head + payload)
                sequence += 1
            self.sent.append(SentFrame(number, time.perf_counter_ns(), connection.number))

    # The rest.

    def start_stream(self, connection: RtspConnection) -> None:
        """Start to send, once per connection."""
        if not connection.playing:
            connection.playing = True
            self._start(self._stream, connection)

    def _fragments(self, nal: bytes, last: bool) -> Iterator[tuple[bytes, bool]]:
        if self.codec == "H264":
            head, rest, kind = bytes([nal[0] & 0xE0 | 28]), nal[1:], nal[0] & 31
        else:
            head, rest = bytes([nal[0] & 0x81 | 49 << 1, nal[1]]), nal[2:]
            kind = nal[0] >> 1 & 63
        for at in range(0, len(rest), MAX_PAYLOAD_BYTES):
            end = at + MAX_PAYLOAD_BYTES >= len(rest)
            flags = (0x80 if at == 0 else 0) | (0x40 if end else 0)
            piece = rest[at : at + MAX_PAYLOAD_BYTES]
            yield head + bytes([kind | flags]) + piece, last and end

    def _converse(self, connection: RtspConnection) -> None:
        received = b""
        while True:
            if received[:1] == b"$":  # the client's RTCP
                size = 4 + int.from_bytes(received[2:4], "big")
                if len(received) >= max(4, size):
                    received = received[size:]
                    continue
            elif b"\r\n\r\n" in received:
                received = self._request(connection, received)
                if connection.hang_up:
                    return
                continue
            data = connection.peer.recv(65536)
            if not data:
                return
            received += data

    def _request(self, connection: RtspConnection, received: bytes) -> bytes:
        """Handle the first request in what was received; returns what follows it."""
        head, rest = received.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin1").split("\r\n")
        headers = {k.strip().lower(): v.strip() for k, _, v in (at.partition(":") for at in lines)}
        length = int(headers.get("content-length", 0))
        while len(rest) < length:
            rest += connection.peer.recv(4096)
        method, url, *_ = first.split(" ")
        self.requests.append((connection.number, first))
        reply = self.reply(connection, method, url, headers)
        if reply is None:
            connection.hang_up = True
            return rest[length:]
        status, more, body = reply
        connection.send(self.encode_reply(status, headers.get("cseq", ""), more, body))
        if method == "PLAY" and status.startswith("200"):
            self.start_stream(connection)
        return rest[length:]

    def _stream(self, connection: RtspConnection) -> None:
        with contextlib.suppress(OSError):
            self.stream(connection)
