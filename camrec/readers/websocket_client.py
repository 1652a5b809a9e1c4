"""A blocking WebSocket client (RFC 6455), with only what a reader of go2rtc needs.

Tornado's client would need an event loop, and has tasks that outlive a connection.
"""

from __future__ import annotations

import base64
import hashlib
import os
import socket
import struct
from urllib.parse import urlsplit

from camrec.readers.errors import StreamError
from camrec.tcp_sockets import interrupt_socket

TEXT_OPCODE, BINARY_OPCODE, CLOSE_OPCODE, PING_OPCODE = 1, 2, 8, 9
MAX_MESSAGE_BYTES = 50 << 20
MAX_HANDSHAKE_LINE_BYTES = 1 << 14
HANDSHAKE_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class WebSocketClient:
    """Connects when it is created. Each call may raise OSError.

    A call raises TimeoutError after `patience` seconds without a byte; at first it is `timeout`.
    """

    def __init__(self, url: str, timeout: float) -> None:
        self._address = urlsplit(url)
        host, port = self._address.hostname or "", self._address.port or 80
        self._socket = socket.create_connection((host, port), timeout)
        self._file = self._socket.makefile("rb", 1 << 16)

    @property
    def patience(self) -> float | None:
        """Seconds without a byte after which a call fails."""
        return self._socket.gettimeout()

    @patience.setter
    def patience(self, seconds: float) -> None:
        self._socket.settimeout(seconds)

    def open(self, user: str, password: str) -> None:
        """Send the handshake with a login.

        Raises StreamError: "refused" if the login fails, "lost" if it is not a WebSocket.
        """
        key = base64.b64encode(os.urandom(16)).decode()
        login = base64.b64encode(f"{user}:{password}".encode()).decode()
        lines = [
            f"GET {self._address.path or '/'}?{self._address.query} HTTP/1.1",
            f"Host: {self._address.netloc}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
            f"Authorization: Basic {login}",
        ]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())
        status = self._file.readline(MAX_HANDSHAKE_LINE_BYTES).split()
        headers = {}
        while line := self._file.readline(MAX_HANDSHAKE_LINE_BYTES).strip():
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        if len(status) > 1 and status[1] in (b"401", b"403"):
            raise StreamError("refused")
        wanted = base64.b64encode(hashlib.sha1((key + HANDSHAKE_GUID).encode()).digest()).decode()
        if status[1:2] != [b"101"] or headers.get("sec-websocket-accept") != wanted:
            raise StreamError("lost", "not a WebSocket")

    def send(self, text: str) -> None:
        """Send a text message of at most 125 bytes."""
        self._send_frame(TEXT_OPCODE, text.encode())

    def receive(self) -> str | bytes:
        """The next complete message. Raises EOFError when the server closed the connection."""
        whole, kind = b"", 0
        while True:
            final, code, data = self._read_frame()
            if code == CLOSE_OPCODE:
                raise EOFError
            if code == PING_OPCODE:
                self._send_frame(PING_OPCODE + 1, data)
            if code > BINARY_OPCODE:
                continue
            kind = code or kind
            if len(whole) + len(data) > MAX_MESSAGE_BYTES:
                raise StreamError("lost", "message too long")
            whole = whole + data if whole else data
            if final:
                return whole.decode("utf-8", "replace") if kind == TEXT_OPCODE else whole

    def interrupt(self) -> None:
        """End a `receive` in another thread: it raises EOFError or OSError."""
        interrupt_socket(self._socket)

    def close(self) -> None:
        """Close the connection. No call may be running."""
        self._file.close()
        self._socket.close()

    def _read_frame(self) -> tuple[bool, int, bytes]:
        first, second = self._read_exactly(2)
        size = second & 127
        if size == 126:
            (size,) = struct.unpack(">H", self._read_exactly(2))
        elif size == 127:
            (size,) = struct.unpack(">Q", self._read_exactly(8))
        if size > MAX_MESSAGE_BYTES:
            raise StreamError("lost", "message too long")
        return first >= 128, first & 15, self._read_exactly(size)

    def _read_exactly(self, size: int) -> bytes:
        data: bytes = self._file.read(size)
        if len(data) < size:
            raise EOFError
        return data

    def _send_frame(self, code: int, data: bytes) -> None:
        data = data[:125]  # all messages that camrec sends are short
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[place & 3] for place, byte in enumerate(data))
        self._socket.sendall(bytes([128 | code, 128 | len(data)]) + mask + masked)
