"""Decompresses the body of a response: some cameras compress it without being asked to."""

from __future__ import annotations

import re
import zlib
from http.client import HTTPResponse
from typing import Protocol

MAX_DECODED_BYTES = 64 * 1024  # per read
_GZIP, _ZLIB, _RAW = 31, 15, -15
_PLAIN = (b"--", b"\r\n", b"\n", b"\xff\xd8")
_CODINGS = re.compile(r"(?i)\b(?:x-)?(gzip|deflate)\b")


class Body(Protocol):
    """An object from which the body of a response is read."""

    def read1(self, size: int, /) -> bytes:
        """The next bytes; empty at the end."""


def unsupported_encoding(response: HTTPResponse) -> str:
    """The content coding of a response if camrec cannot decode it, else ""."""
    codings = ",".join(response.headers.get_all("Content-Encoding", [])).lower()
    names = {each.strip() for each in codings.split(",")}
    return next(iter(sorted(names & {"br", "zstd", "compress", "x-compress", "lzma", "xz"})), "")


def decoded_body(response: HTTPResponse) -> Body:
    """The body without its compression; `response` itself if it is not compressed."""
    codings = [*response.headers.get_all("Content-Encoding", [])]
    codings += response.headers.get_all("Transfer-Encoding", [])
    return DecodedBody(response) if _CODINGS.search(" ".join(codings)) else response


class DecodedBody:
    """Decodes gzip, and deflate with or without zlib's header, also several in sequence.

    Other data is passed on unchanged: cameras may announce a compression that they do not use. A
    read returns and stores at most `MAX_DECODED_BYTES`, because little data may decompress to much.
    """

    def __init__(self, coded: Body) -> None:
        self._coded = coded
        self._waiting = b""
        self._decoder: zlib._Decompress | None = None
        self._is_begun = False
        self._is_full = False  # the decoder may have more output for what it got
        self._members = 0

    def read1(self, size: int) -> bytes:
        """The next decoded bytes; empty at the end. Raises ValueError if they are malformed."""
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
        """Choose the decoder by the first bytes."""
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
            raise ValueError(f"malformed compressed data: {error}") from None
        self._waiting = decoder.unconsumed_tail
        self._is_full = len(plain) == MAX_DECODED_BYTES
        if decoder.eof:
            # Another stream may follow: some cameras compress each part by itself.
            self._waiting, self._decoder = decoder.unused_data, None
            self._is_begun = self._is_full = False
            self._members += 1
        return plain
