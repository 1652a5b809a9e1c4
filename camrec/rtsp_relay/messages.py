"""RTSP messages (RFC 2326) and the interleaved frames between them, as cameras send them."""

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
    """What came is no RTSP."""


@dataclass(frozen=True)
class RtspMessage:
    """A request or a response.

    start : its first line.
    headers : names and values in their order; both may be in any form.
    """

    start: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    @property
    def status(self) -> int | None:
        """Of a response; None for a request."""
        found = _STATUS_LINE_PATTERN.match(self.start)
        return int(found[1]) if found else None

    @property
    def reason_phrase(self) -> str:
        """What stands behind the status."""
        found = _STATUS_LINE_PATTERN.match(self.start)
        return found[2].strip() if found else ""

    @property
    def method(self) -> str:
        return self.start.split(" ", 1)[0].upper()

    @property
    def url(self) -> str:
        """Of a request."""
        return (self.start.split(" ") + ["", ""])[1]

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def value(self, name: str) -> str:
        """The first one, "" where there is none."""
        return next(iter(self.values(name)), "")


def encode_message(start: str, headers: Iterable[tuple[str, str]], body: bytes = b"") -> bytes:
    """A message as it is sent. Header text is latin-1, so that bytes go back as they came."""
    lines = [start, *(f"{name}: {value}" for name, value in headers)]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + body


def contains_channel(frames: bytes, channel: int) -> bool:
    """Whether one of these whole frames is of `channel`."""
    at = 0
    while at < len(frames):
        if frames[at + 1] == channel:
            return True
        at += 4 + (frames[at + 2] << 8 | frames[at + 3])
    return False


class RtspMessageReader:
    """What came from one peer and was not taken yet."""

    def __init__(self) -> None:
        self._data = b""

    @property
    def is_empty(self) -> bool:
        return not self._data

    def put(self, data: bytes) -> None:
        self._data = self._data + data if self._data else data

    def frames(self) -> bytes:
        """The interleaved frames that are next and whole, with their heads: all in one piece."""
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
        """The message that is next, None while it is not whole.

        Lines may end in CRLF, LF or CR. What is neither a message nor a frame is skipped.

        Parameters
        ----------
        complete
            Nothing more will come: a body without a length, or with one that is too long, ends
            here.

        Raises
        ------
        NotRtsp
            It has no end, or is of another protocol.
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
        """Whether a message waits of which no more than its body is missing."""
        return (
            self._data[:1] not in (b"", b"$")
            and _RTSP_HEAD_END_PATTERN.search(self._data) is not None
        )

    @property
    def lacks_length(self) -> bool:
        """Whether the length of that body is not told."""
        end = _RTSP_HEAD_END_PATTERN.search(self._data)
        return end is not None and b"content-length" not in self._data[: end.start()].lower()

    def _read_body(self, message: RtspMessage, rest: bytes, complete: bool) -> bytes | None:
        told = re.match(r"\d{1,9}", message.value("Content-Length"))
        described = "sdp" in message.value("Content-Type").lower() or rest.startswith(b"v=")
        if told is None:
            if not described or message.status != 200:
                return b""
            return _cut_at_next_message(rest) if complete else None
        length = int(told[0])
        if length > MAX_BODY_BYTES:
            raise NotRtsp
        if len(rest) < length:
            return rest if complete else None
        # A length that is too short: what follows can be nothing but the rest of it.
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
