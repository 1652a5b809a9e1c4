"""The segments of a JPEG, and the Huffman tables that some cameras leave out."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from camrec.codecs.jpeg_header import SOF_MARKERS, SOS_MARKER, STANDALONE_MARKERS

SOI_BYTES, EOI_BYTES = b"\xff\xd8", b"\xff\xd9"
DHT_MARKER, DQT_MARKER, DRI_MARKER = 0xC4, 0xDB, 0xDD
SOF0_MARKER, SOF1_MARKER = 0xC0, 0xC1

# The four Huffman tables of ITU-T T.81, annex K, as the body of a DHT segment.
DEFAULT_HUFFMAN_TABLES = bytes.fromhex(
    "0000010501010101010100000000000000000102030405060708090a0b100002010303020403050504040000017d"
    "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a2526"
    "2728292a3435363738393a434445464748494a535455565758595a636465666768696a737475767778797a838485"
    "868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6"
    "d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa01000301010101010101010100000000000001020304"
    "05060708090a0b110002010204040304070504040001027700010203110405213106124151076171132232810814"
    "4291a1b1c109233352f0156272d10a162434e125f11718191a262728292a35363738393a434445464748494a5354"
    "55565758595a636465666768696a737475767778797a82838485868788898a92939495969798999aa2a3a4a5a6a7"
    "a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8"
    "f9fa"
)


def iterate_segments(data: bytes | memoryview) -> Iterator[tuple[int, bytes]]:
    """Yield (marker, body) of the segments before the first scan.

    It stops at anything that is not a segment.
    """
    at = 0
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in STANDALONE_MARKERS:
            at += 2
        elif marker == SOS_MARKER:
            return
        else:
            end = at + 2 + (data[at + 2] << 8 | data[at + 3])
            if end < at + 4 or end > len(data):
                return
            yield marker, bytes(data[at + 4 : end])
            at = end


def build_segment(marker: int, body: bytes) -> bytes:
    """Return a segment: its marker, its length and its body."""
    return struct.pack(">BBH", 0xFF, marker, 2 + len(body)) + body


def add_huffman_tables(jpeg: bytes) -> bytes:
    """Add the default Huffman tables to a JPEG that has none. Other JPEGs are returned unchanged.

    USB cameras leave the tables out, and not every browser then uses the default ones.
    """
    at = 2
    for marker, body in iterate_segments(memoryview(jpeg)[2:]):
        # The default tables are only for sequential JPEGs.
        if marker == DHT_MARKER or (
            marker in SOF_MARKERS and marker not in (SOF0_MARKER, SOF1_MARKER)
        ):
            return jpeg
        at += 4 + len(body)
    if jpeg[at : at + 2] != bytes((0xFF, SOS_MARKER)):
        return jpeg
    return jpeg[:at] + build_segment(DHT_MARKER, DEFAULT_HUFFMAN_TABLES) + jpeg[at:]
