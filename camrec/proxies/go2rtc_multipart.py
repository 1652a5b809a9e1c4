"""Whether go2rtc reads a camera's multipart, judged by what go2rtc 1.9.14 does with each byte.

It calls a camera again at once, hundreds of times a second, when a body ends or a part is not as
it expects: pkg/mpjpeg/multipart.go, pkg/magic/producer.go and internal/http/http.go of its source,
and ReadMIMEHeader of Go. Whatever stands here more narrowly than there is only relayed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from http.client import HTTPResponse
from urllib.parse import urlsplit

from camrec.proxies.jpegs import END, MOST, START

PIECE = 64 * 1024
# By their whole value, in lower case, go2rtc takes these for something else than a multipart.
_OTHER_TYPES = ("image/jpeg", "audio/basic", "application/vnd.apple.mpegurl")
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t\x20-\x7e\x80-\xff]*)\r?\n")
_LENGTH = re.compile(rb"[ \t]*(\d{1,8})[ \t]*")


class BodyReader:
    """The beginning of a body, read as far as it is looked at; what was read of it stays.

    Parameters
    ----------
    most
        Bytes in front of a picture.
    """

    def __init__(self, answer: HTTPResponse, most: int) -> None:
        self._answer = answer
        self._most = most
        self._read = bytearray()
        self._at = 0
        self._text_from = 0

    def peek(self, length: int) -> bytes:
        while len(self._read) < self._at + length and self._more():
            pass
        return bytes(self._read[self._at : self._at + length])

    def picture(self, length: int) -> bytes:
        taken = self.peek(length)
        self._at += len(taken)
        self._text_from = self._at
        return taken

    def line(self) -> bytes | None:
        """The next one with its end; None where there is no more, or none within bounds."""
        while (end := self._read.find(b"\n", self._at)) < 0:
            if len(self._read) - self._text_from > self._most or not self._more():
                return None
        if end - self._text_from > self._most:
            return None
        line, self._at = bytes(self._read[self._at : end + 1]), end + 1
        return line

    def holds_a_picture(self) -> bool:
        while START not in self._read:
            if len(self._read) > self._most or not self._more():
                return False
        return True

    def _more(self) -> bool:
        piece = self._answer.read1(PIECE)
        self._read += piece
        return bool(piece)


def is_read_as_multipart(url: str, content_type: str, body: BodyReader) -> bool:
    """Whether go2rtc takes the answer for a multipart at all."""
    if urlsplit(url).path.endswith(".m3u8"):
        return False
    # It cuts at the semicolon and does not trim.
    kind = content_type.partition(";")[0]
    if kind == "multipart/x-mixed-replace":
        return True
    return kind.strip().lower() not in _OTHER_TYPES and body.peek(2) == b"--"


def reads_two_parts(body: BodyReader, first_read: Callable[[], None]) -> bool:
    """Whether it finds a whole JPEG in the first part, and then a second part.

    first_read : called in between: a slow camera takes its time.
    """
    length = _next_length(body)
    if length is None:
        return False
    picture = body.picture(length)
    if not (len(picture) == length and picture.startswith(START) and picture.endswith(END)):
        return False
    first_read()
    return _next_length(body) is not None and body.peek(len(START)) == START


def _next_length(body: BodyReader) -> int | None:
    """Read up to the next part's picture; its length, None where go2rtc would not come so far."""
    line = body.line()
    # Empty lines, and a closing delimiter before one that opens.
    while line == b"\r\n" or (line and line.startswith(b"--") and body.peek(2) == b"--"):
        line = body.line()
    if line is None or not line.startswith(b"--"):
        return None
    told = b""
    while (line := body.line()) not in (b"\r\n", b"\n"):
        header = _HEADER.fullmatch(line or b"")
        if header is None:
            return None
        if header[1].lower() == b"content-length" and not told:
            told = header[2]
    found = _LENGTH.fullmatch(told)
    return int(found[1]) if found and 0 < int(found[1]) <= MOST else None
