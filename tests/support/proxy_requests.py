"""Requests to a proxy without camrec."""

from __future__ import annotations

import base64
import json
import re
import socket
from urllib.parse import urlsplit

from camrec.proxies import Go2rtc


def describe(url: str) -> str:
    """The status line of an RTSP DESCRIBE."""
    port = int(re.search(r":(\d+)/", url)[1])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as peer:
        peer.sendall(f"DESCRIBE {url} RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode())
        return peer.recv(4096).decode().split("\r\n")[0]


def from_websocket(proxy: Go2rtc, path: str, seconds: float = 20.0) -> bytes | str:
    """The first frame of a path, what go2rtc says instead, or "nothing"."""
    url, user, password = proxy.stream_endpoint(path)
    where = urlsplit(url)
    token = base64.b64encode(f"{user}:{password}".encode()).decode()
    head = (
        f"GET {where.path}?{where.query} HTTP/1.1\r\nHost: {where.netloc}\r\n"
        f"Authorization: Basic {token}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    ask = b'{"type":"mjpeg"}'
    with (
        socket.create_connection((where.hostname, where.port), timeout=seconds) as peer,
        peer.makefile("rb") as answer,
    ):
        peer.sendall(head.encode())
        assert b"101" in answer.readline()
        while answer.readline() != b"\r\n":
            pass
        peer.sendall(bytes((0x81, 0x80 | len(ask), 0, 0, 0, 0)) + ask)
        try:
            while True:
                kind, length = answer.read(2)
                if length >= 126:
                    length = int.from_bytes(answer.read(2 if length == 126 else 8), "big")
                message = answer.read(length)
                if kind == 0x82:
                    return message
                told = json.loads(message)
                if told["type"] == "error":
                    return told["value"]
        except TimeoutError:
            return "nothing"
