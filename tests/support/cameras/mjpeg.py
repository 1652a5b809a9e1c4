"""An HTTP MJPEG camera for the tests, with a log of what it sent."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import queue
import re
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

import cv2
import numpy as np

from camrec.tcp_sockets import interrupt_socket
from support.cameras import barcode, schedule

SMALL = (320, 180)  # a browser draws such frames in a quarter of the time of the usual ones


@dataclass(frozen=True)
class Sent:
    """One JPEG as sent: when (monotonic nanoseconds, just before), and on which connection."""

    number: int
    at: int
    sha: str
    connection: int


@dataclass(frozen=True)
class Variant:
    """How a camera writes its multipart body; go2rtc can read some variants and not others.

    headers : `{stated}` is the UTC that is `encoding` seconds before the JPEG is sent.
    """

    content_type: str = "multipart/x-mixed-replace; boundary=frame"
    preamble: bytes = b""
    delimiter: bytes = b"--frame\r\n"
    headers: str = "Content-Type: image/jpeg\r\nContent-Length: {length}\r\n\r\n"
    after: bytes = b"\r\n"
    once: bool = False
    body: bytes = b""
    encoding: float = 0.05


VARIANTS = {
    "standard": Variant(),
    "no_type": Variant(headers="Content-Length: {length}\r\n\r\n"),
    "quoted": Variant(content_type='multipart/x-mixed-replace; boundary="frame"'),
    "declared_dashes": Variant(content_type="multipart/x-mixed-replace;boundary=--frame"),
    "lower_case": Variant(headers="content-type: image/jpeg\r\ncontent-length: {length}\r\n\r\n"),
    # From here on: those that go2rtc cannot read.
    "no_dashes": Variant(delimiter=b"frame\r\n"),
    "no_length": Variant(headers="Content-Type: image/jpeg\r\n\r\n"),
    "zero_length": Variant(headers="Content-Type: image/jpeg\r\nContent-Length: 0\r\n\r\n"),
    "preamble": Variant(preamble=b"this is a camera\r\n"),
    "jpeg_type": Variant(content_type="image/jpeg"),
    "too_long": Variant(headers="Content-Type: image/jpeg\r\nContent-Length: {more}\r\n\r\n"),
    "stated": Variant(
        headers="Content-Type: image/jpeg\r\nContent-Length: {length}\r\n"
        "X-Timestamp: {stated}\r\n\r\n"
    ),
    # One frame per request.
    "snapshot": Variant(content_type="image/jpeg", once=True),
    # Not a camera.
    "html": Variant(content_type="text/html", body=b"<html>no camera</html>"),
}


@lru_cache(maxsize=4000)
def picture(number: int, size: tuple[int, int]) -> bytes:
    """A JPEG with its number as a bar code; all cameras count from 0 and share these JPEGs."""
    width, height = size
    line = np.full((1, width, 3), (90, 120 + number % 60, 140), np.uint8)
    canvas = line.repeat(height, axis=0)  # quicker than all pixels one by one
    row = np.frombuffer(barcode.rows(number, width), np.uint8)
    canvas[: height // 8] = row[None, :, None]
    cv2.putText(canvas, str(number), (20, height // 2), cv2.FONT_HERSHEY_SIMPLEX, 2, (255,) * 3, 3)
    return cv2.imencode(".jpg", canvas)[1].tobytes()


class MjpegCamera:
    """A camera at `url` for as long as the ``with`` lasts.

    Parameters
    ----------
    size
        May be changed while it runs.
    irregular
        The times of `schedule.irregular`; otherwise `rate` frames per second.
    variant
        A name in `VARIANTS`, or a Variant.
    auth
        None, "basic", "digest", "digest SHA-256" or "digest auth-int" (two kinds offered), with
        `user` and `password`. They are in `url`.
    status
        Another status than 200 for every request, such as 404 or 503.
    """

    def __init__(
        self,
        *,
        size: tuple[int, int] = (640, 360),
        irregular: bool = False,
        rate: float = 10,
        variant: str | Variant = "standard",
        auth: str | None = None,
        user: str = "viewer",
        password: str = "p@s:s/w#o%r d?&+é",
        status: int = 200,
    ) -> None:
        self.size = size
        self._irregular, self._rate = irregular, rate
        self._variant = VARIANTS[variant] if isinstance(variant, str) else variant
        self._auth, self._user, self._password = auth, user, password
        self._nonce = secrets.token_hex(8)
        self._status = status
        self._lock = threading.Lock()
        self._sent: list[Sent] = []
        self._viewers: dict[int, queue.Queue] = {}
        self._sockets: dict[int, socket.socket] = {}
        self._threads: list[threading.Thread] = []
        self._over = threading.Event()
        self._thawed = threading.Event()
        self._thawed.set()
        self._listener: socket.socket | None = None
        self._numbers = 0
        self.port = 0
        self.connections = 0
        """How many connections it was ever asked for."""

    @property
    def address(self) -> str:
        """Without the credential."""
        return f"http://127.0.0.1:{self.port}/mjpeg"

    @property
    def url(self) -> str:
        if not self._auth:
            return self.address
        user, password = (quote(part, safe="") for part in (self._user, self._password))
        return f"http://{user}:{password}@127.0.0.1:{self.port}/mjpeg"

    @property
    def connected(self) -> int:
        """How many connections there are now."""
        return len(self._sockets)

    def truth(self) -> list[Sent]:
        """Every JPEG sent so far, in order."""
        with self._lock:
            return list(self._sent)

    def start(self) -> MjpegCamera:
        self._over.clear()
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        self._spawn(self._accept)
        self._spawn(self._send_frames)
        return self

    def stop(self) -> None:
        """Disappear, as if unplugged; `start` brings it back at the same port."""
        self._over.set()
        self._thawed.set()
        with self._lock:
            ends = [self._listener, *self._sockets.values()]
        for end in ends:
            interrupt_socket(end)
        self._listener.close()
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def restart(self) -> None:
        self.stop()
        self.start()

    def freeze(self) -> None:
        """Keep the connections open and send nothing."""
        self._thawed.clear()

    def thaw(self) -> None:
        self._thawed.set()

    def __enter__(self) -> MjpegCamera:
        return self.start()

    def __exit__(self, *error) -> None:
        self.stop()

    def _spawn(self, work, *given) -> None:
        thread = threading.Thread(target=work, args=given, name="mjpeg-camera", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                connection = self.connections
                self.connections += 1
                self._sockets[connection] = client
            self._spawn(self._serve, client, connection)

    def _serve(self, client: socket.socket, connection: int) -> None:
        try:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while not self._over.is_set() and self._answer(client, connection):
                pass
        except OSError:
            pass
        finally:
            with self._lock:
                self._viewers.pop(connection, None)
                self._sockets.pop(connection, None)
            client.close()

    def _answer(self, client: socket.socket, connection: int) -> bool:
        """Handle one request; returns whether another one may follow on this connection."""
        request = b""
        while b"\r\n\r\n" not in request:
            piece = client.recv(4096)
            if not piece:
                return False
            request += piece
        self._thawed.wait()
        head = request.decode("latin-1")
        path = head.split(" ", 2)[1]
        if self._status != 200 or path != "/mjpeg":
            client.sendall(self._refusal(self._status if self._status != 200 else 404))
            return True
        if self._auth and not self._allowed(head):
            client.sendall(self._refusal(401))
            return True
        variant = self._variant
        if variant.body:
            client.sendall(self._head(variant.content_type, len(variant.body)) + variant.body)
            return True
        pictures: queue.Queue = queue.Queue(maxsize=4)
        with self._lock:
            self._viewers[connection] = pictures
        if not variant.once:
            client.sendall(self._head(variant.content_type) + variant.preamble)
        while not self._over.is_set():
            try:
                number, jpeg = pictures.get(timeout=0.2)
            except queue.Empty:
                continue
            at = time.perf_counter_ns()
            client.sendall(self._wrapped(jpeg))
            with self._lock:
                self._sent.append(Sent(number, at, hashlib.sha1(jpeg).hexdigest(), connection))
            if variant.once:
                return True
        return False

    def _wrapped(self, jpeg: bytes) -> bytes:
        variant = self._variant
        if variant.once:
            return self._head(variant.content_type, len(jpeg)) + jpeg
        stated = f"{time.time() - variant.encoding:.6f}"
        head = variant.headers.format(length=len(jpeg), more=len(jpeg) + 2, stated=stated).encode()
        return variant.delimiter + head + jpeg + variant.after

    def _send_frames(self) -> None:
        times: Iterator[float]
        times = schedule.irregular() if self._irregular else schedule.steady(self._rate)
        start = time.perf_counter()
        for at in times:
            jpeg = picture(self._numbers, self.size) if self._viewers else None
            if self._over.wait(max(0.0, start + at - time.perf_counter())):
                return
            self._numbers += 1
            if jpeg is None or not self._thawed.is_set():
                continue
            with self._lock:
                viewers = list(self._viewers.values())
            for pictures in viewers:
                with contextlib.suppress(queue.Full):
                    pictures.put_nowait((self._numbers - 1, jpeg))

    def _head(self, content_type: str, length: int | None = None) -> bytes:
        size = "" if length is None else f"Content-Length: {length}\r\n"
        return f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\n{size}\r\n".encode()

    def _refusal(self, status: int) -> bytes:
        challenge = ""
        if status == 401:
            kind = "Basic" if self._auth == "basic" else "Digest"
            challenge = f'WWW-Authenticate: {kind} realm="cam"'
            if kind == "Digest":
                ways = "auth,auth-int" if "auth-int" in self._auth else "auth"
                challenge += f', nonce="{self._nonce}", qop="{ways}"'
                challenge += ", algorithm=SHA-256" if "SHA-256" in self._auth else ""
            challenge += "\r\n"
        return f"HTTP/1.1 {status} No\r\n{challenge}Content-Length: 0\r\n\r\n".encode()

    def _allowed(self, head: str) -> bool:
        given = re.search(r"(?im)^authorization: (\w+) (.*?)\r$", head)
        if given is None:
            return False
        if self._auth == "basic":
            wanted = base64.b64encode(f"{self._user}:{self._password}".encode()).decode()
            return given[1].lower() == "basic" and given[2] == wanted
        said = dict(re.findall(r'(\w+)="?([^",]+)"?', given[2]))
        digest = _sha256 if "SHA-256" in self._auth else _md5
        first = digest(f"{self._user}:cam:{self._password}")
        second = digest(f"GET:{said.get('uri')}")
        middle = ":".join(said.get(key, "") for key in ("nonce", "nc", "cnonce", "qop"))
        return said.get("nonce") == self._nonce and said.get("response") == digest(
            f"{first}:{middle}:{second}"
        )


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
