"""RTSP over one TCP connection (RFC 2326): requests, responses, and packets between them."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from camrec.readers.errors import StreamError
from camrec.rtp import parse_int
from camrec.tcp_sockets import interrupt_socket

RECEIVE_BUFFER_BYTES = 1 << 20  # the kernel's: enough for a second in which no Python runs
PACKET_BUFFER_BYTES = 1 << 18  # ours: more than the longest packet (64 KiB)
MAX_RESPONSE_HEAD_BYTES = 1 << 14
MAX_RESPONSE_BODY_BYTES = 1 << 16
USER_AGENT = "camrec"


@dataclass(frozen=True)
class RtspResponse:
    """A response. `headers` has names in lower case. Status 0 means a request of the server."""

    status: int
    headers: dict[str, str]
    body: str


class RtspConnection:
    """Sends requests, and reads responses and packets with few system calls.

    Each read blocks for at most `patience` seconds. It raises TimeoutError after that,
    StreamError("lost") if the data is not RTSP, EOFError at the end, and OSError if the connection
    breaks.

    has_more : the last read filled the whole buffer, so more data is probably waiting.
    """

    def __init__(self, url: str, timeout: float) -> None:
        address = urlsplit(url)
        self._url = url
        self._requests = 0
        self._session = ""
        self._buffer = bytearray(PACKET_BUFFER_BYTES)
        self._view = memoryview(self._buffer)
        self._buffer_start = self._buffer_end = 0
        self.has_more = False
        family = socket.AF_INET6 if ":" in (address.hostname or "") else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.patience = timeout
            self._socket.connect((address.hostname, address.port or 554))
        except OSError:
            self._socket.close()
            raise

    @property
    def patience(self) -> float:
        """Seconds that a read may block."""
        return self._timeout

    @patience.setter
    def patience(self, seconds: float) -> None:
        self._timeout = seconds
        self._socket.settimeout(seconds)

    def request(self, method: str, url: str = "", **headers: str) -> RtspResponse:
        """Send a request and wait for its response."""
        self.send(method, url, **headers)
        return self.read_response()

    def read_response(self) -> RtspResponse:
        """Wait for the next response. Its session is used in later requests."""
        while True:
            for item in self._receive():
                if isinstance(item, RtspResponse):
                    self._session = item.headers.get("session", self._session)
                    return item

    def send(self, method: str, url: str = "", **headers: str) -> None:
        """Send a request without waiting for the response."""
        self._requests += 1
        lines = [f"{method} {url or self._url} RTSP/1.0", f"CSeq: {self._requests}"]
        lines += [f"User-Agent: {USER_AGENT}"]
        if self._session:
            lines.append(f"Session: {self._session.partition(';')[0]}")
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())

    @property
    def session_timeout(self) -> float:
        """Seconds without a request after which the server may end the session."""
        for setting in self._session.lower().split(";")[1:]:
            name, _, value = setting.strip().partition("=")
            if name == "timeout" and (seconds := parse_int(value)):
                return float(seconds)
        return 60.0

    def packets(self, patience: float) -> list[tuple[int, memoryview]]:
        """(channel, packet) of everything that arrives; waits for at most `patience` seconds.

        The views are valid until the next call. Raises EOFError if the stream ended.
        """
        if patience != self._timeout:
            self.patience = patience
        try:
            return [item for item in self._receive() if not isinstance(item, RtspResponse)]
        except TimeoutError:
            return []

    def interrupt(self) -> None:
        """End a read in another thread: it raises EOFError or OSError."""
        interrupt_socket(self._socket)

    def close(self) -> None:
        """Close the connection. No read may be running."""
        self._socket.close()

    def _receive(self) -> Iterator[RtspResponse | tuple[int, memoryview]]:
        """All complete items that arrived. The next call yields those that are not taken."""
        before = self._buffer_start
        yield from self._parse_buffer()  # what the last caller did not take
        if self._buffer_start > before:
            return
        left = self._buffer_end - self._buffer_start
        self._view[:left] = self._view[self._buffer_start : self._buffer_end]
        self._buffer_start, self._buffer_end = 0, left
        count = self._socket.recv_into(self._view[self._buffer_end :])
        if not count:
            raise EOFError
        self._buffer_end += count
        self.has_more = self._buffer_end == PACKET_BUFFER_BYTES
        yield from self._parse_buffer()

    def _parse_buffer(self) -> Iterator[RtspResponse | tuple[int, memoryview]]:
        """The complete items in the buffer."""
        while self._buffer_start < self._buffer_end:
            item = (
                self._parse_packet()
                if self._buffer[self._buffer_start] == 0x24
                else self._parse_response()
            )
            if item is None:
                break
            yield item

    def _parse_packet(self) -> tuple[int, memoryview] | None:
        """Parse ``$``, channel, size in 16 bits, packet; None if the packet is not complete."""
        begin = self._buffer_start + 4
        if begin > self._buffer_end:
            return None
        end = begin + (self._buffer[begin - 2] << 8 | self._buffer[begin - 1])
        if end > self._buffer_end:
            return None
        self._buffer_start = end
        return self._buffer[begin - 3], self._view[begin:end]

    def _parse_response(self) -> RtspResponse | None:
        """Parse a text message: a response, or a request of the server, which is ignored.

        None if it is not complete.
        """
        close = self._buffer.find(b"\r\n\r\n", self._buffer_start, self._buffer_end)
        if close < 0:
            if self._buffer_end - self._buffer_start > MAX_RESPONSE_HEAD_BYTES:
                raise StreamError("lost", "not RTSP")
            return None
        first, *lines = (
            self._buffer[self._buffer_start : close].decode("utf-8", "replace").split("\r\n")
        )
        pairs = (line.partition(":") for line in lines)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        length = parse_int(headers.get("content-length", "0"))
        if length is None or length > MAX_RESPONSE_BODY_BYTES:
            raise StreamError("lost", "not RTSP")
        end = close + 4 + length
        if end > self._buffer_end:
            return None
        body = self._buffer[close + 4 : end].decode("utf-8", "replace")
        self._buffer_start = end
        words = first.split()
        status = words[1] if len(words) > 1 and words[0].startswith("RTSP/") else ""
        return RtspResponse(parse_int(status) or 0, headers, body)
