"""Reads a chunked body as cameras send it: with any line ends, and sometimes without chunks."""

from __future__ import annotations

import re
from http.client import IncompleteRead

from camrec.mjpeg_relay.response_file import ResponseBodyFile

MAX_CHUNK_LINE_BYTES = 4096
MAX_EMPTY_CHUNK_LINES = 4
MAX_TRAILER_LINES = 64
_CHUNK_SIZE_PATTERN = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")


class ChunkedBody:
    """Replaces the file from which a response is read; ends with the last chunk.

    A body that does not begin with the size of a chunk is passed on unchanged.
    """

    def __init__(self, file: ResponseBodyFile) -> None:
        self._file = file
        self._left = 0
        self._has_chunks = self._ended = self._is_plain = False
        self._first = b""

    def read1(self, size: int = -1) -> bytes:
        """The next bytes; empty at the end. Raises IncompleteRead if a chunk is malformed."""
        while not self._left and not self._is_plain:
            if self._ended:
                return b""
            self._next_chunk()
        if self._is_plain:
            first, self._first = self._first, b""
            return first or self._file.read1(size)
        data = self._file.read1(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        return data

    def read(self, size: int | None = -1) -> bytes:
        """`size` bytes, fewer only at the end; all bytes if `size` is negative or None."""
        wanted = -1 if size is None else size
        read = bytearray()
        while wanted < 0 or len(read) < wanted:
            data = self.read1(wanted if wanted < 0 else wanted - len(read))
            if not data:
                break
            read += data
        return bytes(read)

    def readline(self, limit: int = -1) -> bytes:
        """A line of the body, as http.client expects of a file."""
        line = bytearray()
        while (limit < 0 or len(line) < limit) and (char := self.read1(1)):
            line += char
            if char == b"\n":
                break
        return bytes(line)

    def close(self) -> None:
        """Close the file of the response."""
        self._file.close()

    def flush(self) -> None:
        """A file that is only read has nothing to flush."""

    @property
    def closed(self) -> bool:
        """Whether the file of the response is closed."""
        return self._file.closed

    def _next_chunk(self) -> None:
        """Read the size of the next chunk, and the line end after the chunk before."""
        line = self._file.readline(MAX_CHUNK_LINE_BYTES)
        for _ in range(MAX_EMPTY_CHUNK_LINES - 1):
            if line not in (b"\r\n", b"\n"):
                break
            line = self._file.readline(MAX_CHUNK_LINE_BYTES)
        found = _CHUNK_SIZE_PATTERN.fullmatch(line)
        if found:
            self._left, self._has_chunks = int(found[1], 16), True
            if not self._left:
                self._skip_trailer()
        elif self._has_chunks and line:
            raise IncompleteRead(b"")
        else:
            self._is_plain, self._first, self._ended = bool(line), line, not line

    def _skip_trailer(self) -> None:
        self._ended = True
        for _ in range(MAX_TRAILER_LINES):
            if self._file.readline(MAX_CHUNK_LINE_BYTES) in (b"\r\n", b"\n", b""):
                return
