"""RTSP over one TCP connection (RFC 2326): requests, answers, and the packets between them."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from camrec.readers.errors import StreamError
from camrec.rtp import parse_int

RECEIVE_BUFFER_BYTES = 1 << 20  # the kernel's: bears a second in which no Python runs
PACKET_BUFFER_BYTES = 1 << 18  # ours: more than the longest packet (64 KiB)
MAX_RESPONSE_HEAD_BYTES = 1 << 14
MAX_RESPONSE_BODY_BYTES = 1 << 16
USER_AGENT = "camrec"


@dataclass(frozen=True)
class RtspResponse:
    status: int
    headers: dict[str, str]
    body: str


class RtspConnection:
    """Sends requests and takes in what comes, large pieces at a time.

    Each reading blocks for at most the timeout that was set and raises TimeoutError then,
    StreamError("lost") where what comes is not RTSP, OSError where the connection breaks.
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
        """The last reading took all the room: there is more to be read."""
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
        """Seconds that a reading may block."""
        return self._timeout

    @patience.setter
    def patience(self, seconds: float) -> None:
        self._timeout = seconds
        self._socket.settimeout(seconds)

    def ask(self, method: str, url: str = "", **headers: str) -> RtspResponse:
        """Send a request and wait for its answer."""
        self.send(method, url, **headers)
        return self.answer()

    def answer(self) -> RtspResponse:
        """Wait for the next answer; its session is kept for requests to come."""
        while True:
            for item in self._receive():
                if isinstance(item, RtspResponse):
                    self._session = item.headers.get("session", self._session)
                    return item

    def send(self, method: str, url: str = "", **headers: str) -> None:
        """Send a request and do not wait."""
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
        """(channel, packet) of all that came, after a wait of at most `patience` seconds.

        The views are good until the next call. EOFError: the stream ended.
        """
        if patience != self._timeout:
            self.patience = patience
        try:
            return [item for item in self._receive() if not isinstance(item, RtspResponse)]
        except TimeoutError:
            return []

    def interrupt(self) -> None:
        """Wake a reading in another thread: it sees the end of the stream."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._socket.close()

    def _receive(self) -> Iterator[RtspResponse | tuple[int, memoryview]]:
        """All that came whole; what is not taken of it now is there the next time."""
        before = self._buffer_start
        yield from self._parse_buffer()  # left from the last time, where not all was taken
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
        """What is here already."""
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
        """``$``, channel, size in 16 bits, the packet; None: not yet whole."""
        begin = self._buffer_start + 4
        if begin > self._buffer_end:
            return None
        end = begin + (self._buffer[begin - 2] << 8 | self._buffer[begin - 1])
        if end > self._buffer_end:
            return None
        self._buffer_start = end
        return self._buffer[begin - 3], self._view[begin:end]

    def _parse_response(self) -> RtspResponse | None:
        """A text message: an answer, or a request of the server's, which nobody looks at."""
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
