"""Speaks to camrec's server as a program does: plain HTTP, and WebSockets."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from camrec.config import Config
from camrec.station import Station
from camrec.web import LocalServer

HANDSHAKE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@dataclass(frozen=True)
class Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of an error; fails if the response does not have the one form of errors."""
        reply = self.json()
        assert set(reply) == {"error"} and set(reply["error"]) == {"code", "message"}, reply
        assert all(isinstance(part, str) and part for part in reply["error"].values())
        assert self.headers["Content-Type"] == "application/json; charset=utf-8"
        assert self.headers["X-Content-Type-Options"] == "nosniff"
        return reply["error"]["code"]


class Wire:
    """One server. Nothing is added to a request: no header, no normalised path."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.host = urlsplit(url).netloc

    def ask(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Reply:
        """`body`: bytes are sent as they are, anything else as JSON."""
        connection = http.client.HTTPConnection(self.host, timeout=60)
        given = {"Host": self.host, **(headers or {})}
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        if data is not None:
            given.setdefault("Content-Length", str(len(data)))
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in given.items():
                connection.putheader(name, value)
            connection.endheaders(data)
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Reply:
        return self.ask("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def post(self, path: str, body: Any, **headers: str) -> Reply:
        return self.ask("POST", path, body, {k.replace("_", "-"): v for k, v in headers.items()})


class Viewer:
    """A WebSocket on /stream; a context manager.

    read_buffer : how little the system buffers before it is read.
    """

    def __init__(self, wire: Wire, query: str, read_buffer: int | None = None) -> None:
        self.close_code: int | None = None
        self.close_reason = ""
        self._socket = socket.socket()
        if read_buffer is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, read_buffer)
        self._socket.settimeout(30)
        host, port = wire.host.split(":")
        self._socket.connect((host, int(port)))
        head = {"Host": wire.host, **HANDSHAKE}
        lines = [f"GET /stream?{query} HTTP/1.1", *(f"{k}: {v}" for k, v in head.items()), "", ""]
        self._socket.sendall("\r\n".join(lines).encode())
        self._stream = self._socket.makefile("rb")
        status = self._stream.readline()
        while self._stream.readline() != b"\r\n":
            pass
        assert b" 101 " in status, status

    def read(self) -> str | bytes | None:
        """The next message; None at the end."""
        while len(head := self._stream.read(2)) == 2:
            size = head[1]
            if size > 125:
                size = int.from_bytes(self._stream.read(2 if size == 126 else 8), "big")
            data = self._stream.read(size)
            if head[0] == 0x81:
                return data.decode()
            if head[0] == 0x82:
                return data
            if head[0] == 0x88:
                self.close_code = int.from_bytes(data[:2], "big")
                self.close_reason = data[2:].decode()
                break
        return None

    def say(self, message: str) -> None:
        # A client's messages are masked; a mask of zeros leaves them as they are.
        self._socket.sendall(bytes([0x81, 0x80 | len(message)]) + bytes(4) + message.encode())

    def __enter__(self) -> Viewer:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()
        self._socket.close()


def refused(wire: Wire, query: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
    """Status and code with which a WebSocket is rejected before its handshake."""
    reply = wire.ask("GET", f"/stream?{query}", headers={**HANDSHAKE, **(headers or {})})
    return reply.status, reply.code


@contextmanager
def serving(config: Config) -> Iterator[tuple[Station, Wire]]:
    """A started station and its server."""
    with Station(config) as station:
        server = LocalServer(station)
        try:
            yield station, Wire(server.root)
        finally:
            server.stop()
