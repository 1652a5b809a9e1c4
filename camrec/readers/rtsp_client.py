"""RTSP over one TCP connection (RFC 2326): requests, answers, and the packets between them."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from camrec.readers.errors import StreamError
from camrec.readers.parse_int import number

RECEIVE_BUFFER = 1 << 20  # the kernel's: bears a second in which no Python runs
ROOM = 1 << 18  # ours: more than the longest packet (64 KiB)
LONGEST_HEAD = 1 << 14
LONGEST_BODY = 1 << 16
AGENT = "camrec"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: str


class Dialogue:
    """Sends requests and takes in what comes, large pieces at a time.

    Each reading blocks for at most the timeout that was set and raises TimeoutError then,
    StreamError("lost") where what comes is not RTSP, OSError where the connection breaks.
    """

    def __init__(self, url: str, timeout: float) -> None:
        address = urlsplit(url)
        self._url = url
        self._requests = 0
        self._session = ""
        self._buffer = bytearray(ROOM)
        self._view = memoryview(self._buffer)
        self._begin = self._end = 0
        self.more = False
        """The last reading took all the room: there is more to be read."""
        family = socket.AF_INET6 if ":" in (address.hostname or "") else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.patience = timeout
            self._socket.connect((address.hostname, address.port or 554))
        except OSError:
            self._socket.close()
            raise

    @property
    def patience(self) -> float:
        """Seconds that a reading may block."""
        return self._patience

    @patience.setter
    def patience(self, seconds: float) -> None:
        self._patience = seconds
        self._socket.settimeout(seconds)

    def ask(self, method: str, url: str = "", **headers: str) -> Answer:
        """Send a request and wait for its answer."""
        self.send(method, url, **headers)
        return self.answer()

    def answer(self) -> Answer:
        """Wait for the next answer; its session is kept for requests to come."""
        while True:
            for item in self._receive():
                if isinstance(item, Answer):
                    self._session = item.headers.get("session", self._session)
                    return item

    def send(self, method: str, url: str = "", **headers: str) -> None:
        """Send a request and do not wait."""
        self._requests += 1
        lines = [f"{method} {url or self._url} RTSP/1.0", f"CSeq: {self._requests}"]
        lines += [f"User-Agent: {AGENT}"]
        if self._session:
            lines.append(f"Session: {self._session.partition(';')[0]}")
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())

    @property
    def session_timeout(self) -> float:
        """Seconds without a request after which the server may end the session."""
        for setting in self._session.lower().split(";")[1:]:
            name, _, value = setting.strip().partition("=")
            if name == "timeout" and (seconds := number(value)):
                return float(seconds)
        return 60.0

    def packets(self, patience: float) -> list[tuple[int, memoryview]]:
        """(channel, packet) of all that came, after a wait of at most `patience` seconds.

        The views are good until the next call. EOFError: the stream ended.
        """
        if patience != self._patience:
            self.patience = patience
        try:
            return [item for item in self._receive() if not isinstance(item, Answer)]
        except TimeoutError:
            return []

    def interrupt(self) -> None:
        """Wake a reading in another thread: it sees the end of the stream."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._socket.close()

    def _receive(self) -> Iterator[Answer | tuple[int, memoryview]]:
        """All that came whole; what is not taken of it now is there the next time."""
        before = self._begin
        yield from self._whole()  # left from the last time, where not all was taken
        if self._begin > before:
            return
        left = self._end - self._begin
        self._view[:left] = self._view[self._begin : self._end]
        self._begin, self._end = 0, left
        count = self._socket.recv_into(self._view[self._end :])
        if not count:
            raise EOFError
        self._end += count
        self.more = self._end == ROOM
        yield from self._whole()

    def _whole(self) -> Iterator[Answer | tuple[int, memoryview]]:
        """What is here already."""
        while self._begin < self._end:
            item = self._packet() if self._buffer[self._begin] == 0x24 else self._answer()
            if item is None:
                break
            yield item

    def _packet(self) -> tuple[int, memoryview] | None:
        """``$``, channel, size in 16 bits, the packet; None: not yet whole."""
        begin = self._begin + 4
        if begin > self._end:
            return None
        end = begin + (self._buffer[begin - 2] << 8 | self._buffer[begin - 1])
        if end > self._end:
            return None
        self._begin = end
        return self._buffer[begin - 3], self._view[begin:end]

    def _answer(self) -> Answer | None:
        """A text message: an answer, or a request of the server's, which nobody looks at."""
        close = self._buffer.find(b"\r\n\r\n", self._begin, self._end)
        if close < 0:
            if self._end - self._begin > LONGEST_HEAD:
                raise StreamError("lost", "not RTSP")
            return None
        first, *lines = self._buffer[self._begin : close].decode("utf-8", "replace").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        length = number(headers.get("content-length", "0"))
        if length is None or length > LONGEST_BODY:
            raise StreamError("lost", "not RTSP")
        end = close + 4 + length
        if end > self._end:
            return None
        body = self._buffer[close + 4 : end].decode("utf-8", "replace")
        self._begin = end
        words = first.split()
        status = words[1] if len(words) > 1 and words[0].startswith("RTSP/") else ""
        return Answer(number(status) or 0, headers, body)
