"""Speaking with camrec's server as a program does: HTTP as it is on the line, and WebSockets."""

from __future__ import annotations

import http.client
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from camrec.config import Config
from camrec.station import Station
from camrec.web import LocalServer


@dataclass(frozen=True)
class Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """An error's code; fails when it has not the one shape."""
        reply = self.json()
        assert set(reply) == {"error"} and set(reply["error"]) == {"code", "message"}, reply
        assert all(isinstance(part, str) and part for part in reply["error"].values())
        assert self.headers["Content-Type"] == "application/json; charset=utf-8"
        assert self.headers["X-Content-Type-Options"] == "nosniff"
        return reply["error"]["code"]


class Wire:
    """One server. Nothing is added to what is asked: no header, no normalised path."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.host = urlsplit(url).netloc

    def ask(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Reply:
        """`body`: bytes as they are, anything else as JSON."""
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

    @asynccontextmanager
    async def watch(
        self, query: str, headers: dict[str, str] | None = None
    ) -> AsyncIterator[WebSocketClientConnection]:
        """A WebSocket on /stream; raises HTTPClientError when it is refused."""
        url = f"ws://{self.host}/stream?{query}"
        request = HTTPRequest(url, headers=headers, request_timeout=20)
        viewer = await websocket_connect(request)
        try:
            yield viewer
        finally:
            viewer.close()
            while viewer.protocol is not None and await viewer.read_message() is not None:
                pass


async def refused(wire: Wire, query: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
    """Status and code with which a WebSocket is refused before its handshake."""
    try:
        async with wire.watch(query, headers):
            return 101, ""
    except HTTPClientError as error:
        return error.code, json.loads(error.response.body)["error"]["code"]


@contextmanager
def serving(config: Config) -> Iterator[tuple[Station, Wire]]:
    """A started station and its server."""
    with Station(config) as station:
        server = LocalServer(station)
        try:
            yield station, Wire(server.url)
        finally:
            server.stop()
