"""What stands in front of a JPEG's scan, made from the little that RTP tells of it (RFC 2435)."""

from __future__ import annotations

import struct
from typing import NamedTuple

from camrec.codecs import (
    DEFAULT_HUFFMAN_TABLES,
    DHT_MARKER,
    DQT_MARKER,
    DRI_MARKER,
    SOF0_MARKER,
    SOF1_MARKER,
    SOF_MARKERS,
    SOI_BYTES,
    SOS_MARKER,
    build_segment,
    iterate_segments,
)

QUANTIZATION_COEFFICIENTS = 64  # coefficients of a quantization table
JFIF_SEGMENT = b"\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0"  # the colours are Y, Cb and Cr
LUMA_SAMPLING_BY_TYPE = {0: 0x21, 1: 0x22}  # of the luma by RTP type: 4:2:2 and 4:2:0

# The luma and the chroma table of ITU-T T.81, annex K, in zigzag order.
DEFAULT_QUANTIZATION_TABLES = bytes.fromhex(
    "100b0c0e0c0a100e0d0e1211101318281a181616183123251d283a333d3c3933383740485c4e404457453738506d"
    "51575f626768673e4d71797064785c6567631112121815182f1a1a2f634238426363636363636363636363636363"
    "636363636363636363636363636363636363636363636363636363636363636363636363"
)


class QuantizationTables(NamedTuple):
    """Quantization tables as RTP carries them, one behind the other.

    precision : bit n is set where the coefficients of table n have 16 bits.
    """

    precision: int
    data: bytes

    def split(self) -> list[tuple[int, ...]]:
        """The coefficients of each table. ValueError where `data` is not made of whole ones."""
        found: list[tuple[int, ...]] = []
        at = 0
        while at < len(self.data) and len(found) < 4:
            wide = self.precision >> len(found) & 1
            form = f">{QUANTIZATION_COEFFICIENTS}{'H' if wide else 'B'}"
            if at + struct.calcsize(form) > len(self.data):
                raise ValueError("not a whole quantization table")
            found.append(struct.unpack_from(form, self.data, at))
            at += struct.calcsize(form)
        if not found:
            raise ValueError("no quantization table")
        return found


def scaled_tables(quality: int) -> QuantizationTables:
    """The tables of a Q below 128 (RFC 2435, 4.2)."""
    factor = min(max(quality, 1), 99)
    scale = 5000 // factor if factor < 50 else 200 - 2 * factor
    data = bytes(
        min(max((each * scale + 50) // 100, 1), 255) for each in DEFAULT_QUANTIZATION_TABLES
    )
    return QuantizationTables(0, data)


def build_jpeg_header(
    kind: int, size: tuple[int, int], tables: QuantizationTables, restart: int, told: bytes = b""
) -> bytes:
    """All of a JPEG up to its scan.

    Parameters
    ----------
    kind
        RTP's type: 0 for 4:2:2, 1 for 4:2:0.
    size
        (width, height); without meaning where `told` has a frame header.
    restart
        MCUs between two restart markers; 0: there are none.
    told
        Segments that the camera sent with the frame (ONVIF); they go before what RTP tells.

    Raises
    ------
    ValueError
        The tables cannot be read, or `told` has a frame header that makes no sense.
    """
    quantization = tables.split()
    frame = _build_frame_header(kind, size, quantization)
    further = b""
    for marker, body in iterate_segments(told):
        if marker in SOF_MARKERS:
            frame = build_segment(marker, body)
        elif marker in (DHT_MARKER, DQT_MARKER, DRI_MARKER):
            further += build_segment(marker, body)  # a later table of the same number counts
    interval = build_segment(DRI_MARKER, struct.pack(">H", restart)) if restart else b""
    quantizers = build_segment(
        DQT_MARKER, b"".join(map(_build_quantization_table, range(4), quantization))
    )
    huffman = build_segment(DHT_MARKER, DEFAULT_HUFFMAN_TABLES)
    return b"".join(
        (
            SOI_BYTES,
            JFIF_SEGMENT,
            interval,
            quantizers,
            huffman,
            further,
            frame,
            _build_scan_header(frame),
        )
    )


def _build_frame_header(
    kind: int, size: tuple[int, int], quantization: list[tuple[int, ...]]
) -> bytes:
    wide = any(max(table) > 0xFF for table in quantization)
    chroma = min(len(quantization) - 1, 1)
    width, height = size
    body = struct.pack(">BHHB", 8, height, width, 3)
    body += bytes([1, LUMA_SAMPLING_BY_TYPE[kind], 0, 2, 0x11, chroma, 3, 0x11, chroma])
    return build_segment(SOF1_MARKER if wide else SOF0_MARKER, body)


def _build_quantization_table(number: int, table: tuple[int, ...]) -> bytes:
    if max(table) > 0xFF:
        return bytes([0x10 | number]) + struct.pack(f">{QUANTIZATION_COEFFICIENTS}H", *table)
    return bytes([number, *table])


def _build_scan_header(frame: bytes) -> bytes:
    """One scan of all components: the first is the luma, the others are the chroma."""
    count = frame[9] if len(frame) > 9 else 0
    if not 0 < count <= 4 or len(frame) != 10 + 3 * count:
        raise ValueError("a frame header that is none")
    identities = frame[10::3]
    body = bytes([count])
    for place, identity in enumerate(identities):
        body += bytes([identity, 0x11 if place else 0])
    return build_segment(SOS_MARKER, body + bytes([0, 63, 0]))
