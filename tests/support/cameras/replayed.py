"""A camera that says again what a report of `camrec probe --save` has."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import threading
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

from support.cameras.raw_rtsp import SentFrame, has_left

HOST = re.compile(r"camera\.invalid(?::\d+)?|192\.0\.2\.\d{1,3}(?::\d+)?")
CSEQ = re.compile(rb"(?im)^(cseq[ \t]*:[ \t]*)([^\r\n]*)")
LENGTH = re.compile(r"(?im)^(content-length[ \t]*:[ \t]*)\d+")
HEAD_END = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True)
class Said:
    """What one side said, `at` so many seconds; a media's bytes, or a message's text."""

    at: float
    by_camera: bool
    data: bytes
    is_text: bool


class ReplayedCamera:
    """A camera at `url` for as long as the ``with`` lasts.

    Each connection gets the replies of the report's connection of that number, of the last one
    where there are no more; a request is answered by what followed the next request of its method.

    connections, most_at_once : as of `RawRtspCamera`.
    """

    def __init__(self, report: Path) -> None:
        with zipfile.ZipFile(report) as archive:
            self.summary = json.loads(archive.read("summary.json"))
            lines = archive.read("dialogue.jsonl").splitlines()
            self._media = archive.read("media.bin")
        self.connections = 0
        self.most_at_once = 0
        self.sent: list[SentFrame] = []  # what of the media is one frame is not known
        self._open: dict[int, socket.socket] = {}
        self._threads: list[threading.Thread] = []
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._authority = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._told: dict[int, list[Said]] = {}
        for entry in map(json.loads, lines):
            self._told.setdefault(entry["connection"], []).append(self._said(entry))
        scheme, rest = self.summary["address"].split("://", 1)
        path = rest[rest.find("/") :] if "/" in rest else ""
        userinfo = "viewer:anything@" if self.summary["logs_in"] else ""
        # What was TLS is plain here: the report has what was inside.
        scheme = {"rtsps": "rtsp", "https": "http"}.get(scheme, scheme)
        self.url = f"{scheme}://{userinfo}{self._authority}{path}"

    def __enter__(self) -> ReplayedCamera:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            left = list(self._open.values())
        for peer in left:
            with contextlib.suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)

    def _said(self, entry: dict) -> Said:
        by_camera = entry["from"] == "camera"
        if "media" in entry:
            start, size = entry["media"]
            return Said(entry["at"], by_camera, self._media[start : start + size], False)
        message = HOST.sub(self._authority, entry["text"])
        head = HEAD_END.search(message.encode("latin-1"))
        if head is not None and len(message) > head.end():
            length = str(len(message) - head.end())
            message = LENGTH.sub(lambda found: found[1] + length, message, count=1)
        return Said(entry["at"], by_camera, message.encode("latin-1"), True)

    def _start(self, target, *args: object) -> None:
        thread = threading.Thread(target=target, args=args, name="replayed camera", daemon=True)
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
                self._open[number] = peer
                there = sum(not has_left(each) for each in self._open.values())
                self.most_at_once = max(self.most_at_once, there)
            self._start(self._serve, peer, number)

    def _serve(self, peer: socket.socket, number: int) -> None:
        told = self._told.get(min(number, max(self._told, default=1)), [])
        try:
            with contextlib.suppress(OSError):
                self._converse(peer, told)
        finally:
            with self._lock:
                del self._open[number]
            peer.close()

    def _converse(self, peer: socket.socket, told: list[Said]) -> None:
        received, place = b"", 0
        while True:
            request, received = self._request(peer, received)
            if request is None:
                return
            method = request.split(b" ", 1)[0]
            found = self._next_request(told, place, method)
            if found is None:
                return
            place = found + 1
            place = self._reply(peer, told, place, told[found].at, request)

    def _request(self, peer: socket.socket, received: bytes) -> tuple[bytes | None, bytes]:
        """The client's next request, RTCP of its passed over; None where it leaves."""
        while True:
            if received[:1] == b"$" and len(received) >= 4:
                size = 4 + int.from_bytes(received[2:4], "big")
                if len(received) >= size:
                    received = received[size:]
                    continue
            elif b"\r\n\r\n" in received:
                head, rest = received.split(b"\r\n\r\n", 1)
                return head + b"\r\n\r\n", rest
            data = peer.recv(65536)
            if not data:
                return None, b""
            received += data

    @staticmethod
    def _next_request(told: list[Said], place: int, method: bytes) -> int | None:
        for at in range(place, len(told)):
            each = told[at]
            if not each.by_camera and each.is_text and each.data.startswith(method + b" "):
                return at
        return None

    def _reply(
        self, peer: socket.socket, told: list[Said], place: int, asked: float, request: bytes
    ) -> int:
        """Say what the camera said until the next request; the place of that is returned."""
        began = time.monotonic()
        cseq = CSEQ.search(request)
        while place < len(told):
            each = told[place]
            if not each.by_camera and each.is_text:
                # A keep-alive in the middle of the media: what follows it is media too.
                if not any(later.by_camera and not later.is_text for later in told[:place]):
                    return place
            elif each.by_camera:
                if self._over.wait(max(0.0, began + each.at - asked - time.monotonic())):
                    return place
                data = each.data
                if each.is_text and cseq is not None:
                    data = CSEQ.sub(lambda found, own=cseq[2]: found[1] + own, data, count=1)
                peer.sendall(data)
            place += 1
        return place
