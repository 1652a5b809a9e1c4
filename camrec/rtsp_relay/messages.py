"""Parses RTSP messages (RFC 2326) and interleaved frames, as cameras send them.

An interleaved frame is an RTP or RTCP packet after ``$``, its channel and its size.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from http.client import HTTPException

MAX_HEAD_BYTES = 64 << 10
MAX_BODY_BYTES = 256 << 10

_INTERLEAVED_MARKER = 0x24
_MESSAGE_START_PATTERN = re.compile(rb"[A-Za-z_]+[ /]")
_NEXT_MESSAGE_PATTERN = re.compile(rb"(?i)RTSP/1|\$")
_RTSP_HEAD_END_PATTERN = re.compile(rb"\r?\n\r?\n|\r\r")
_LINE_END_PATTERN = re.compile(r"\r\n|\n|\r")
_STATUS_LINE_PATTERN = re.compile(r"RTSP/\d+(?:\.\d+)? +(\d{3})\b *(.*)", re.IGNORECASE)
_SDP_LINES_PATTERN = re.compile(rb"\s*(?:[a-z]=[^\r\n]*(?:\r?\n|\r|$))+")


class NotRtsp(HTTPException):
    """The data is not RTSP."""


@dataclass(frozen=True)
class RtspMessage:
    """A request or a response.

    start : the first line.
    headers : names and values in order, as they were sent.
    """

    start: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    @property
    def status(self) -> int | None:
        """The status of a response; None for a request."""
        found = _STATUS_LINE_PATTERN.match(self.start)
        return int(found[1]) if found else None

    @property
    def reason_phrase(self) -> str:
        """The text after the status."""
        found = _STATUS_LINE_PATTERN.match(self.start)
        return found[2].strip() if found else ""

    @property
    def method(self) -> str:
        """The method of a request, in upper case."""
        return self.start.split(" ", 1)[0].upper()

    @property
    def url(self) -> str:
        """The address of a request."""
        return (self.start.split(" ") + ["", ""])[1]

    def values(self, name: str) -> list[str]:
        """The values of all headers with this name, in any case."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def value(self, name: str) -> str:
        """The value of the first header with this name; "" if there is none."""
        return next(iter(self.values(name)), "")


def encode_message(start: str, headers: Iterable[tuple[str, str]], body: bytes = b"") -> bytes:
    """The bytes of a message. Header text is latin-1, so that a camera's bytes are not changed."""
    lines = [start, *(f"{name}: {value}" for name, value in headers)]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + body


def contains_channel(frames: bytes, channel: int) -> bool:
    """Whether one of these complete frames belongs to `channel`."""
    at = 0
    while at < len(frames):
        if frames[at + 1] == channel:
            return True
        at += 4 + (frames[at + 2] << 8 | frames[at + 3])
    return False


class RtspMessageReader:
    """Buffers the data of one connection, and returns its messages and frames."""

    def __init__(self) -> None:
        self._data = b""

    @property
    def is_empty(self) -> bool:
        """Whether all data was returned."""
        return not self._data

    def put(self, data: bytes) -> None:
        """Add data that was received."""
        self._data = self._data + data if self._data else data

    def frames(self) -> bytes:
        """The complete interleaved frames at the start, with their headers, as one string."""
        if self._data and self._data[0] != _INTERLEAVED_MARKER:
            self._skip_noise()
        data, at, end = self._data, 0, len(self._data)
        while at + 4 <= end and data[at] == _INTERLEAVED_MARKER:
            size = 4 + (data[at + 2] << 8 | data[at + 3])
            if at + size > end:
                break
            at += size
        self._data = data[at:]
        return data[:at] if at < end else data

    def message(self, complete: bool = False) -> RtspMessage | None:
        """The message at the start; None if it is not complete.

        Lines may end in CRLF, LF or CR. Anything that is neither a message nor a frame is skipped.

        Parameters
        ----------
        complete
            No more data will arrive: a body without a length, or with a length that is too large,
            ends here.

        Raises
        ------
        NotRtsp
            The head is too long, or belongs to another protocol.
        """
        self._skip_noise()
        end = _RTSP_HEAD_END_PATTERN.search(self._data)
        if end is None or self._data[0] == _INTERLEAVED_MARKER:
            if len(self._data) > MAX_HEAD_BYTES and self._data[0] != _INTERLEAVED_MARKER:
                raise NotRtsp
            return None
        head = self._data[: end.start()].decode("latin-1")
        start, *lines = _LINE_END_PATTERN.split(head)
        pairs = (line.partition(":") for line in lines)
        headers = tuple((name.strip(), value.strip()) for name, _, value in pairs)
        message = RtspMessage(start.strip(), headers)
        if not re.match(r"RTSP/|\S+ \S+ RTSP/", message.start, re.IGNORECASE):
            raise NotRtsp
        body = self._read_body(message, self._data[end.end() :], complete)
        if body is None:
            return None
        self._data = self._data[end.end() + len(body) :]
        return RtspMessage(message.start, headers, body)

    @property
    def awaits_body(self) -> bool:
        """Whether only the body of a message is missing."""
        return (
            self._data[:1] not in (b"", b"$")
            and _RTSP_HEAD_END_PATTERN.search(self._data) is not None
        )

    @property
    def lacks_length(self) -> bool:
        """Whether the message that `awaits_body` has no Content-Length."""
        end = _RTSP_HEAD_END_PATTERN.search(self._data)
        return end is not None and b"content-length" not in self._data[: end.start()].lower()

    def _read_body(self, message: RtspMessage, rest: bytes, complete: bool) -> bytes | None:
        content_length = re.match(r"\d{1,9}", message.value("Content-Length"))
        described = "sdp" in message.value("Content-Type").lower() or rest.startswith(b"v=")
        if content_length is None:
            if not described or message.status != 200:
                return b""
            return _cut_at_next_message(rest) if complete else None
        length = int(content_length[0])
        if length > MAX_BODY_BYTES:
            raise NotRtsp
        if len(rest) < length:
            return rest if complete else None
        # The length may be too short: SDP lines after it belong to the body.
        more = _SDP_LINES_PATTERN.match(rest, length) if described else None
        return rest[: more.end() if more else length]

    def _skip_noise(self) -> None:
        data = self._data.lstrip(b"\r\n")
        if (
            data
            and data[0] != _INTERLEAVED_MARKER
            and not _MESSAGE_START_PATTERN.match(data[:64] + b" ")
        ):
            found = _NEXT_MESSAGE_PATTERN.search(data, 1)
            data = data[found.start() :] if found else data[-8:]
        self._data = data


def _cut_at_next_message(rest: bytes) -> bytes:
    found = re.search(rb"RTSP/1\.\d \d{3}|\$", rest)
    return rest[: found.start()] if found else rest
