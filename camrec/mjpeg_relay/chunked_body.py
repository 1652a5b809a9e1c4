"""A body in chunks, as cameras send it: line ends of any kind, and sometimes no chunks at all."""

from __future__ import annotations

import re
from http.client import IncompleteRead
from typing import Any

MAX_CHUNK_LINE_BYTES = 4096
MAX_EMPTY_CHUNK_LINES = 4
_CHUNK_SIZE_PATTERN = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")


class ChunkedBody:
    """Takes the place of the file that an answer is read from; it ends with the last chunk.

    What does not begin with a chunk's size is no chunk, whatever the camera said.
    """

    def __init__(self, file: Any) -> None:
        self._file = file
        self._left = 0
        self._is_begun = self._is_over = self._is_plain = False
        self._first = b""

    def read1(self, size: int = -1) -> bytes:
        while not self._left and not self._is_plain:
            if self._is_over:
                return b""
            self._next_chunk()
        if self._is_plain:
            first, self._first = self._first, b""
            return first or self._file.read1(size)
        piece = self._file.read1(self._left if size < 0 else min(size, self._left))
        self._left -= len(piece)
        return piece

    def read(self, size: int | None = -1) -> bytes:
        wanted = -1 if size is None else size
        read = bytearray()
        while wanted < 0 or len(read) < wanted:
            piece = self.read1(wanted if wanted < 0 else wanted - len(read))
            if not piece:
                break
            read += piece
        return bytes(read)

    def close(self) -> None:
        self._file.close()

    def flush(self) -> None:
        """A file that is only read has nothing to flush."""

    @property
    def closed(self) -> bool:
        return self._file.closed

    def _next_chunk(self) -> None:
        """Read the head of one, and the line end behind the one before."""
        for _ in range(MAX_EMPTY_CHUNK_LINES):
            line = self._file.readline(MAX_CHUNK_LINE_BYTES)
            if line not in (b"\r\n", b"\n"):
                break
        found = _CHUNK_SIZE_PATTERN.fullmatch(line)
        if found:
            self._left, self._is_begun = int(found[1], 16), True
            if not self._left:
                self._read_trailer()
        elif self._is_begun and line:
            raise IncompleteRead(b"")
        else:
            self._is_plain, self._first, self._is_over = bool(line), line, not line

    def _read_trailer(self) -> None:
        self._is_over = True
        for _ in range(64):
            if self._file.readline(MAX_CHUNK_LINE_BYTES) in (b"\r\n", b"\n", b""):
                return
