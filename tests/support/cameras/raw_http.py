"""An HTTP MJPEG camera on raw sockets: a subclass overrides what is odd about it."""

from __future__ import annotations

import itertools
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from typing import ClassVar

import imageio_ffmpeg

from support.cameras.raw_server import RawConnection, RawServer, SentFrame
from support.clips import kept

JPEG_START = b"\xff\xd8\xff"


@kept
def encode_jpegs(
    *options: str,
    size: str = "320x240",
    rate: int = 10,
    seconds: float = 4,
    pixel_format: str = "yuvj420p",
    source: str = "testsrc2",
) -> tuple[bytes, ...]:
    """JPEGs of a moving test pattern, encoded by FFmpeg with `options`."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi"]
    command += ["-i", f"{source}=size={size}:rate={rate}", "-t", str(seconds)]
    command += ["-pix_fmt", pixel_format, "-c:v", "mjpeg", "-huffman", "default", "-q:v", "5"]
    command += [*options, "-f", "image2pipe", "-"]
    data = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    return tuple(JPEG_START + each for each in data.split(JPEG_START)[1:])


class RawHttpCamera(RawServer):
    """A camera at `url` for as long as the ``with`` lasts; it repeats `frames` forever.

    requests : the first line of each request, with its connection's number.
    """

    rate: ClassVar[float] = 10
    path: ClassVar[str] = "/video"
    content_type: ClassVar[str] = "multipart/x-mixed-replace; boundary=frame"
    userinfo: ClassVar[str] = ""

    def __init__(self, frames: Sequence[bytes]) -> None:
        super().__init__()
        self.frames = frames
        self.requests: list[tuple[int, str]] = []
        self.url = f"http://{self.userinfo}127.0.0.1:{self.port}{self.path}"

    # What may be odd.

    def part(self, jpeg: bytes) -> bytes:
        """One part of the multipart body."""
        head = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"
        return head % len(jpeg) + jpeg + b"\r\n"

    def head(self, status: str = "200 OK", content_type: str = "", *headers: str) -> bytes:
        kind = f"Content-Type: {content_type or self.content_type}"
        return "\r\n".join([f"HTTP/1.1 {status}", kind, *headers, "", ""]).encode()

    def pace(self) -> Iterator[float]:
        """When each frame is due, in seconds from the request."""
        return (number / self.rate for number in itertools.count())

    def reply(
        self, peer: socket.socket, number: int, method: str, path: str, headers: dict[str, str]
    ) -> bool:
        """Reply to a request on connection `number`; returns whether another one may follow."""
        peer.sendall(self.head())
        self.stream(peer, number)
        return False

    def stream(self, peer: socket.socket, number: int) -> None:
        begin = time.perf_counter()
        for due in self.pace():
            if self._over.wait(max(0.0, begin + due - time.perf_counter())):
                return
            peer.sendall(self.part(self.next_frame(number)))

    def next_frame(self, number: int) -> bytes:
        """The frame that is due on connection `number`; it is logged as sent."""
        with self._lock:
            place = len(self.sent)
            self.sent.append(SentFrame(place, time.perf_counter_ns(), number))
        return self.frames[place % len(self.frames)]

    # The rest.

    def _converse(self, connection: RawConnection) -> None:
        peer, number = connection.peer, connection.number
        received = b""
        while True:
            while b"\r\n\r\n" not in received:
                data = peer.recv(4096)
                if not data:
                    return
                received += data
            head, received = received.split(b"\r\n\r\n", 1)
            first, *lines = head.decode("latin1").split("\r\n")
            pairs = (line.partition(":") for line in lines)
            headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
            self.requests.append((number, first))
            method, path, *_ = first.split(" ")
            if not self.reply(peer, number, method, path, headers):
                return
