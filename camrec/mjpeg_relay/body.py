"""The body of a camera's answer, decoded where the camera compressed it, though nobody asked."""

from __future__ import annotations

import re
import zlib
from http.client import HTTPResponse
from typing import Protocol

MAX_DECODED_BYTES = 64 * 1024  # bytes that one read gives, however much they were compressed
_GZIP, _ZLIB, _RAW = 31, 15, -15
_PLAIN = (b"--", b"\r\n", b"\n", b"\xff\xd8")
_CODINGS = re.compile(r"(?i)\b(?:x-)?(gzip|deflate)\b")


class Body(Protocol):
    def read1(self, size: int, /) -> bytes:
        """What comes next; empty at the end."""
        ...


def unsupported_encoding(answer: HTTPResponse) -> str:
    """How an answer was compressed that cannot be decoded here, "" where it was not."""
    told = ",".join(answer.headers.get_all("Content-Encoding", [])).lower()
    names = {each.strip() for each in told.split(",")}
    return next(iter(sorted(names & {"br", "zstd", "compress", "x-compress", "lzma", "xz"})), "")


def decoded_body(answer: HTTPResponse) -> Body:
    """The body as it was before it was compressed; unchanged where it is not."""
    told = [*answer.headers.get_all("Content-Encoding", [])]
    told += answer.headers.get_all("Transfer-Encoding", [])
    return DecodedBody(answer) if _CODINGS.search(" ".join(told)) else answer


class DecodedBody:
    """gzip, or deflate with and without zlib's header, one after the other as well; whatever else
    comes is passed on as it is: what a camera says of itself need not be so.

    No read gives, or holds, more than so many bytes: a small answer may stand for a huge one.
    """

    def __init__(self, coded: Body) -> None:
        self._coded = coded
        self._waiting = b""
        self._decoder: zlib._Decompress | None = None
        self._is_begun = False
        self._is_full = False  # there may be more of what was read before
        self._members = 0

    def read1(self, size: int) -> bytes:
        while True:
            if not self._waiting and not self._is_full:
                self._waiting = self._coded.read1(size)
                if not self._waiting:
                    return b""
            if not self._is_begun:
                self._begin()
            if self._decoder is None:
                plain, self._waiting = self._waiting, b""
                return plain
            if plain := self._decode(self._decoder):
                return plain

    def _begin(self) -> None:
        """See by the first bytes what it is."""
        while len(self._waiting) < 2 and (more := self._coded.read1(1)):
            self._waiting += more
        self._is_begun = True
        head = self._waiting[:2]
        if head == b"\x1f\x8b":
            self._decoder = zlib.decompressobj(_GZIP)
        elif head[0] & 15 == 8 and int.from_bytes(head, "big") % 31 == 0:
            self._decoder = zlib.decompressobj(_ZLIB)
        elif not self._members and not head.startswith(_PLAIN):
            self._decoder = zlib.decompressobj(_RAW)

    def _decode(self, decoder: zlib._Decompress) -> bytes:
        try:
            plain = decoder.decompress(self._waiting, MAX_DECODED_BYTES)
        except zlib.error as error:
            raise ValueError(f"not compressed as was said: {error}") from None
        self._waiting = decoder.unconsumed_tail
        self._is_full = len(plain) == MAX_DECODED_BYTES
        if decoder.eof:
            # Another one may follow: some compress each part by itself.
            self._waiting, self._decoder = decoder.unused_data, None
            self._is_begun = self._is_full = False
            self._members += 1
        return plain
