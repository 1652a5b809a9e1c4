"""A camera that replays a report of `camrec probe --save`."""

from __future__ import annotations

import json
import re
import socket
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

from support.cameras.raw_server import RawConnection, RawServer

HOST = re.compile(r"camera\.invalid(?::\d+)?|192\.0\.2\.\d{1,3}(?::\d+)?")
CSEQ = re.compile(rb"(?im)^(cseq[ \t]*:[ \t]*)([^\r\n]*)")
LENGTH = re.compile(r"(?im)^(content-length[ \t]*:[ \t]*)\d+")
HEAD_END = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True)
class Said:
    """What one side sent, after `at` seconds: bytes of media, or the text of a message."""

    at: float
    by_camera: bool
    data: bytes
    is_text: bool


class ReplayedCamera(RawServer):
    """A camera at `url` for as long as the ``with`` lasts.

    Each connection gets the replies of the report's connection with the same number, or of the last
    one if the report has fewer. A request is answered by what followed the next request of its
    method. The report does not say which media bytes are one frame, so `sent` stays empty.
    """

    def __init__(self, report: Path) -> None:
        super().__init__()
        with zipfile.ZipFile(report) as archive:
            self.summary = json.loads(archive.read("summary.json"))
            lines = archive.read("dialogue.jsonl").splitlines()
            self._media = archive.read("media.bin")
        self._authority = f"127.0.0.1:{self.port}"
        self._told: dict[int, list[Said]] = {}
        for entry in map(json.loads, lines):
            self._told.setdefault(entry["connection"], []).append(self._said(entry))
        scheme, rest = self.summary["address"].split("://", 1)
        path = rest[rest.find("/") :] if "/" in rest else ""
        userinfo = "viewer:anything@" if self.summary["logs_in"] else ""
        # What was TLS is plain here: the report contains what was inside.
        scheme = {"rtsps": "rtsp", "https": "http"}.get(scheme, scheme)
        self.url = f"{scheme}://{userinfo}{self._authority}{path}"

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

    def _converse(self, connection: RawConnection) -> None:
        peer = connection.peer
        told = self._told.get(min(connection.number, max(self._told, default=1)), [])
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
        """The client's next request, without its RTCP; None if it leaves."""
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
        """Send what the camera sent until the next request; returns the position of that one."""
        began = time.perf_counter()
        cseq = CSEQ.search(request)
        while place < len(told):
            each = told[place]
            if not each.by_camera and each.is_text:
                # A keep-alive in the middle of the media: what follows it is media too.
                if not any(later.by_camera and not later.is_text for later in told[:place]):
                    return place
            elif each.by_camera:
                if self._over.wait(max(0.0, began + each.at - asked - time.perf_counter())):
                    return place
                data = each.data
                if each.is_text and cseq is not None:
                    data = CSEQ.sub(lambda found, own=cseq[2]: found[1] + own, data, count=1)
                peer.sendall(data)
            place += 1
        return place
