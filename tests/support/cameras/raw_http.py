"""An HTTP-MJPEG camera on raw sockets: a subclass overrides what is odd about it."""

from __future__ import annotations

import contextlib
import itertools
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from typing import ClassVar

import imageio_ffmpeg

from support.cameras.raw_rtsp import SentFrame, has_left
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
    """JPEGs of a moving test picture, made by FFmpeg with `options`."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi"]
    command += ["-i", f"{source}=size={size}:rate={rate}", "-t", str(seconds)]
    command += ["-pix_fmt", pixel_format, "-c:v", "mjpeg", "-huffman", "default", "-q:v", "5"]
    command += [*options, "-f", "image2pipe", "-"]
    data = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    return tuple(JPEG_START + each for each in data.split(JPEG_START)[1:])


class RawHttpCamera:
    """A camera at `url` for as long as the ``with`` lasts; it repeats `frames` for ever.

    connections : how many there ever were.
    most_at_once : how many there were at the same time, at most.
    requests : the first line of each request, with its connection's number.
    sent : each frame that left.
    """

    rate: ClassVar[float] = 10
    path: ClassVar[str] = "/video"
    content_type: ClassVar[str] = "multipart/x-mixed-replace; boundary=frame"
    userinfo: ClassVar[str] = ""

    def __init__(self, frames: Sequence[bytes]) -> None:
        self.frames = frames
        self.connections = 0
        self.most_at_once = 0
        self.requests: list[tuple[int, str]] = []
        self.sent: list[SentFrame] = []
        self._peers: dict[int, socket.socket] = {}
        self._threads: list[threading.Thread] = []
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://{self.userinfo}127.0.0.1:{self.port}{self.path}"

    # What may be odd.

    def part(self, jpeg: bytes) -> bytes:
        """One part of the multipart."""
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
        """Answer a request on connection `number`; whether another one may follow on it."""
        peer.sendall(self.head())
        self.stream(peer, number)
        return False

    def stream(self, peer: socket.socket, number: int) -> None:
        begin = time.monotonic()
        for due in self.pace():
            if self._over.wait(max(0.0, begin + due - time.monotonic())):
                return
            peer.sendall(self.part(self.next_frame(number)))

    def next_frame(self, number: int) -> bytes:
        """The frame that is due on connection `number`, noted as sent."""
        with self._lock:
            place = len(self.sent)
            self.sent.append(SentFrame(place, time.monotonic_ns(), number))
        return self.frames[place % len(self.frames)]

    # The rest.

    def __enter__(self):
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            left = list(self._peers.values())
        for peer in left:
            with contextlib.suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)

    def _start(self, target, *args: object) -> None:
        thread = threading.Thread(target=target, args=args, name="raw camera", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                number = self.connections
                self._peers[number] = peer
                there = sum(not has_left(each) for each in self._peers.values())
                self.most_at_once = max(self.most_at_once, there)
            self._start(self._serve, peer, number)

    def _serve(self, peer: socket.socket, number: int) -> None:
        try:
            with contextlib.suppress(OSError):
                self._converse(peer, number)
        finally:
            with self._lock:
                del self._peers[number]
            peer.close()

    def _converse(self, peer: socket.socket, number: int) -> None:
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
