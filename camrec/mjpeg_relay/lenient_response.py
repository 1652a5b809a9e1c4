"""HTTP answers of cameras whose heads are not by the book.

`http.client` takes no other first line than its own, and the first header line that it does not
understand for the end of all headers: the type and the length behind it would be lost.
"""

from __future__ import annotations

import re
from http.client import RemoteDisconnected
from typing import Any

from camrec.compat import ReplaceableStatusLineResponse
from camrec.mjpeg_relay.chunked_body import ChunkedBody

MAX_HEADER_LINE_BYTES = 64 * 1024
MAX_EMPTY_HEADER_LINES = 4

_HEADER_NAME_PATTERN = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+)([ \t]*):")
_HEADER_VALUE_PATTERN = re.compile(rb"[\t\x20-\x7e\x80-\xff]*\r?\n?")
# SHOUTcast says "ICY"; others leave out the version, or the space behind the number.
_STATUS = re.compile(rb"(?i)[ \t]*(?:HTTP|ICY)[^\s]*[ \t]+(\d{3})(?!\d)[ \t]*([^\r\n]*)")
_BY_THE_BOOK = re.compile(rb"HTTP/1\.\d \d{3}[ \r\n]")
# A picture, a part's delimiter, or a script's headers that its server put no status in front of.
_BODY = re.compile(rb"--|\xff\xd8")
_HEADER = re.compile(rb"(?i)(?:content-|server|date|cache-control|pragma|connection)[\w-]*[ \t]*:")


class LenientResponse(ReplaceableStatusLineResponse):
    """Reads any first line that says a status, passes over header lines that are none, and takes
    what has no head for a body.
    """

    def read_status_line(self) -> tuple[str, int, str]:
        self._unwrap()
        file = self.fp
        for _ in range(MAX_EMPTY_HEADER_LINES):
            line = file.readline(MAX_HEADER_LINE_BYTES)
            if line not in (b"\r\n", b"\n"):
                break
        if not line:
            raise RemoteDisconnected("hung up without an answer")
        status = _STATUS.match(line)
        if _BODY.match(line):
            line, self.fp = b"HTTP/1.0 200 OK\r\n", _ReadAhead(file, b"\r\n", line)
        elif _HEADER.match(line):
            line, self.fp = b"HTTP/1.0 200 OK\r\n", _ReadAhead(file, line)
        elif status and not _BY_THE_BOOK.match(line):
            line = b"HTTP/1.0 %s %s\r\n" % status.groups()
        self.fp = _ReadAhead(self.fp, line)
        read = super().read_status_line()
        self.fp = _HeaderLines(self.fp)
        return read

    def begin(self) -> None:
        super().begin()
        self._unwrap()
        coding = self.headers.get("Transfer-Encoding", "").lower()
        if "chunked" in coding and self.fp is not None:
            self.will_close = self._closes()
            self.chunked, self.length = False, None
            self.fp: Any = ChunkedBody(self.fp)
        elif self._has_stream and (self.length == 0 or self.will_close):
            # The length of a stream is none: often that of its first picture.
            self.length, self.will_close = None, True

    @property
    def _has_stream(self) -> bool:
        return 200 <= self.status < 300 and self.headers.get_content_maintype() == "multipart"

    def _closes(self) -> bool:
        told = self.headers.get("Connection", "").lower()
        return "close" in told if self.version == 11 else "keep-alive" not in told

    def _unwrap(self) -> None:
        if isinstance(self.fp, _HeaderLines):
            self.fp = self.fp.file
        if isinstance(self.fp, _ReadAhead):
            self.fp = self.fp.rest()


class _ReadAhead:
    """A file of which some lines were read already: it begins with those."""

    def __init__(self, file: Any, *lines: bytes) -> None:
        self.file = file
        self._lines = [each for each in lines if each]

    def rest(self) -> Any:
        """The file itself, where all of them were read again."""
        if self._lines:
            return self
        return self.file.rest() if isinstance(self.file, _ReadAhead) else self.file

    def readline(self, limit: int = -1) -> bytes:
        return self._lines.pop(0) if self._lines else self.file.readline(limit)

    def read1(self, size: int = -1) -> bytes:
        return self._lines.pop(0) if self._lines else self.file.read1(size)

    def read(self, size: int = -1) -> bytes:
        return self._lines.pop(0) if self._lines else self.file.read(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)


class _HeaderLines:
    """The file of an answer, without the odd ones of its header lines."""

    def __init__(self, file: Any) -> None:
        self.file = file

    def readline(self, limit: int = -1) -> bytes:
        while True:
            line = self.file.readline(limit)
            if line in (b"\r\n", b"\n", b""):
                return line
            name = _HEADER_NAME_PATTERN.match(line)
            if name and not name[2] and _HEADER_VALUE_PATTERN.fullmatch(line, name.end()):
                return line
            if name:
                return name[1] + b":" + line[name.end() :]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)
