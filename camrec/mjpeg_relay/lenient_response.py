"""Reads HTTP responses whose status line and headers do not follow the standard.

`http.client` accepts only standard status lines. A header line that it does not understand counts
as the end of all headers, so it loses the type and the length after that line.
"""

from __future__ import annotations

import re
from http.client import RemoteDisconnected
from io import BufferedReader
from typing import cast

from camrec.compat import ReplaceableStatusLineResponse
from camrec.mjpeg_relay.chunked_body import ChunkedBody
from camrec.mjpeg_relay.response_file import HeaderLines, ResponseBodyFile, UnreadLines

MAX_HEADER_LINE_BYTES = 64 * 1024
MAX_EMPTY_HEADER_LINES = 4

# SHOUTcast says "ICY"; other cameras omit the version, or the space after the number.
_STATUS = re.compile(rb"(?i)[ \t]*(?:HTTP|ICY)[^\s]*[ \t]+(\d{3})(?!\d)[ \t]*([^\r\n]*)")
_STANDARD_STATUS = re.compile(rb"HTTP/1\.\d \d{3}[ \r\n]")
# A JPEG, or the delimiter of a part.
_BODY = re.compile(rb"--|\xff\xd8")
# The headers of a script whose server wrote no status line.
_HEADER = re.compile(rb"(?i)(?:content-|server|date|cache-control|pragma|connection)[\w-]*[ \t]*:")


class LenientResponse(ReplaceableStatusLineResponse):
    """Accepts any first line with a status, and skips lines that are not headers.

    A response without a status line and headers is a body with status 200.
    """

    def read_status_line(self) -> tuple[str, int, str]:
        self._unwrap()
        file: ResponseBodyFile = self.fp
        line = file.readline(MAX_HEADER_LINE_BYTES)
        for _ in range(MAX_EMPTY_HEADER_LINES - 1):
            if line not in (b"\r\n", b"\n"):
                break
            line = file.readline(MAX_HEADER_LINE_BYTES)
        if not line:
            raise RemoteDisconnected("hung up without a response")
        status = _STATUS.match(line)
        if _BODY.match(line):
            line, file = b"HTTP/1.0 200 OK\r\n", UnreadLines(file, b"\r\n", line)
        elif _HEADER.match(line):
            line, file = b"HTTP/1.0 200 OK\r\n", UnreadLines(file, line)
        elif status and not _STANDARD_STATUS.match(line):
            line = b"HTTP/1.0 %s %s\r\n" % status.groups()
        file = UnreadLines(file, line)
        self._read_from(file)
        read = super().read_status_line()
        self._read_from(HeaderLines(file))
        return read

    def begin(self) -> None:
        super().begin()
        self._unwrap()
        coding = self.headers.get("Transfer-Encoding", "").lower()
        if "chunked" in coding and self.fp is not None:
            self.will_close = self._closes()
            self.chunked, self.length = False, None
            self._read_from(ChunkedBody(self.fp))
        elif self._has_stream and (self.length == 0 or self.will_close):
            # A stream has no length: the one in the header is often that of its first frame.
            self.length, self.will_close = None, True

    @property
    def _has_stream(self) -> bool:
        return 200 <= self.status < 300 and self.headers.get_content_maintype() == "multipart"

    def _closes(self) -> bool:
        """Whether the camera closes the connection after this response."""
        connection = self.headers.get("Connection", "").lower()
        return "close" in connection if self.version == 11 else "keep-alive" not in connection

    def _unwrap(self) -> None:
        """Read from the file itself again, once the lines that were put back have been read."""
        file: ResponseBodyFile = self.fp
        if isinstance(file, HeaderLines):
            file = file.file
        if isinstance(file, UnreadLines):
            file = file.without_read_lines()
        self._read_from(file)

    def _read_from(self, file: ResponseBodyFile) -> None:
        # http.client uses only what ResponseBodyFile has, but its stubs require more.
        self.fp = cast(BufferedReader, file)
