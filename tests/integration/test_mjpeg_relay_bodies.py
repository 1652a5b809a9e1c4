"""The bodies of cameras' responses: compressed, chunked, without headers."""

from __future__ import annotations

import gzip
import random
import socket
import zlib
from http.client import HTTPMessage, IncompleteRead
from io import BytesIO
from types import SimpleNamespace

import pytest

from camrec.mjpeg_relay.body import (
    MAX_DECODED_BYTES,
    DecodedBody,
    decoded_body,
    unsupported_encoding,
)
from camrec.mjpeg_relay.chunked_body import ChunkedBody
from camrec.mjpeg_relay.lenient_response import LenientResponse

PLAIN = b"--frame\r\nContent-Type: image/jpeg\r\n\r\n" + random.Random(1).randbytes(200_000)


def raw_deflate(data: bytes) -> bytes:
    coder = zlib.compressobj(9, zlib.DEFLATED, -15)
    return coder.compress(data) + coder.flush()


class Pieces:
    """Returns so many bytes per read."""

    def __init__(self, data: bytes, size: int) -> None:
        self._file, self._size = BytesIO(data), size
        self.read_from = 0

    def read1(self, size: int = -1) -> bytes:
        piece = self._file.read(self._size if size < 0 else min(size, self._size))
        self.read_from += len(piece)
        return piece

    def readline(self, limit: int = -1) -> bytes:
        return self._file.readline(limit)


def whole(body) -> bytes:
    read = bytearray()
    while piece := body.read1(65536):
        assert len(piece) <= max(MAX_DECODED_BYTES, 65536)
        read += piece
    return bytes(read)


CODED = {
    "gzip": gzip.compress(PLAIN),
    "zlib": zlib.compress(PLAIN),
    "deflate without a header": raw_deflate(PLAIN),
    "each half by itself": gzip.compress(PLAIN[:9000]) + gzip.compress(PLAIN[9000:]),
    "not at all": PLAIN,
    "broken off": gzip.compress(PLAIN)[:-4],
    "with something behind": gzip.compress(PLAIN[:-2]) + PLAIN[-2:],
}


@pytest.mark.parametrize("size", [1, 7, 4096, 1 << 20])
@pytest.mark.parametrize("coded", CODED.values(), ids=CODED)
def test_a_compressed_body_is_read_as_it_was(coded, size):
    assert whole(DecodedBody(Pieces(coded, size))) == PLAIN


def test_a_small_compressed_body_that_expands_hugely_is_decoded_in_pieces():
    source = Pieces(gzip.compress(bytes(256 << 20), 9), 65536)
    body = DecodedBody(source)
    for _ in range(100):
        assert len(body.read1(65536)) <= MAX_DECODED_BYTES
    assert source.read_from <= 65536


def test_malformed_compressed_data_ends_the_body_with_an_error():
    with pytest.raises(ValueError, match="malformed compressed data"):
        whole(DecodedBody(Pieces(b"\x1f\x8b\x08" + bytes(range(1, 99)), 10)))


def test_a_jpeg_is_readable_with_its_last_compressed_byte():
    coder, source = zlib.compressobj(9, zlib.DEFLATED, 31), Pieces(b"", 1 << 20)
    body = DecodedBody(source)
    for part in (PLAIN, PLAIN[::-1]):
        coded = coder.compress(part) + coder.flush(zlib.Z_SYNC_FLUSH)
        source._file = BytesIO(coded)
        read = b""
        while len(read) < len(part):
            read += body.read1(65536)
        assert read == part and source._file.tell() == len(coded)


@pytest.mark.parametrize(
    ("told", "decoded", "unread"),
    [
        ({}, False, ""),
        ({"Content-Encoding": "identity"}, False, ""),
        ({"Content-Encoding": "GZIP"}, True, ""),
        ({"Content-Encoding": "x-gzip"}, True, ""),
        ({"Transfer-Encoding": "gzip, chunked"}, True, ""),
        ({"Content-Encoding": "br"}, False, "br"),
        ({"Content-Encoding": "ZSTD"}, False, "zstd"),
    ],
)
def test_the_content_encoding_header_decides_whether_a_body_is_decoded(told, decoded, unread):
    headers = HTTPMessage()
    for name, value in told.items():
        headers[name] = value
    answer = SimpleNamespace(headers=headers)
    assert (decoded_body(answer) is not answer) is decoded
    assert unsupported_encoding(answer) == unread


CHUNKED = {
    "by the book": b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
    "line feeds": b"5\nhello\n6\n world\n0\n\n",
    "extensions": b'5 ; a=1\r\nhello\r\n6;b="x"\r\n world\r\n0\r\nX-A: b\r\n\r\n',
    "zeros, upper case, spaces": b" 0005 \r\nhello\r\n000006\r\n world\r\n000\r\n\r\n",
    "no last chunk": b"5\r\nhello\r\n6\r\n world",
    "no chunks": b"hello world",
}


@pytest.mark.parametrize("size", [1, 3, 4096])
@pytest.mark.parametrize("sent", CHUNKED.values(), ids=CHUNKED)
def test_a_chunked_body_is_read_whatever_its_chunk_headers(sent, size):
    assert whole(ChunkedBody(Pieces(sent, size))) == b"hello world"


def test_a_chunk_with_an_invalid_size_is_an_error():
    with pytest.raises(IncompleteRead):
        whole(ChunkedBody(Pieces(b"5\r\nhello\r\nnonsense\r\n", 10)))


TYPE = b"Content-Type: multipart/x-mixed-replace; boundary=frame\r\n"
BODY = b"--frame\r\nContent-Length: 4\r\n\r\nJPEG"
HEADS = {
    "by the book": b"HTTP/1.1 200 OK\r\n" + TYPE + b"\r\n",
    "HTTP 1.0": b"HTTP/1.0 200 OK\r\n" + TYPE + b"\r\n",
    "HTTP 2": b"HTTP/2 200\r\n" + TYPE + b"\r\n",
    "SHOUTcast": b"ICY 200 OK\r\n" + TYPE + b"\r\n",
    "no version": b"HTTP 200 OK\r\n" + TYPE + b"\r\n",
    "lower case": b"http/1.1 200 ok\r\n" + TYPE + b"\r\n",
    "no space": b"HTTP/1.1 200OK\r\n" + TYPE + b"\r\n",
    "spaces": b"HTTP/1.1   200   fine\r\n" + TYPE + b"\r\n",
    "empty lines first": b"\r\n\r\nHTTP/1.1 200 OK\r\n" + TYPE + b"\r\n",
    "line feeds": b"HTTP/1.1 200 OK\n" + TYPE.replace(b"\r", b"") + b"\n",
    "100 first": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n" + TYPE + b"\r\n",
    "no status": TYPE + b"\r\n",
    "a length of a stream": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + TYPE + b"\r\n",
    "no head": b"",
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_a_malformed_response_head_is_read_and_its_body_completely(head):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(head + BODY)
        theirs.shutdown(socket.SHUT_WR)
        answer = LenientResponse(ours, method="GET")
        answer.begin()
        assert answer.status == 200
        assert answer.headers.get_content_maintype() == ("multipart" if head else "text")
        assert whole(answer) == BODY
        answer.close()
