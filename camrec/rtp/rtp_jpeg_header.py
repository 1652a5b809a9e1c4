"""Builds the header of a JPEG from the few parameters that RTP carries (RFC 2435)."""

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

QUANTIZATION_COEFFICIENTS = 64  # in a quantization table
JFIF_SEGMENT = b"\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0"  # the colours are Y, Cb and Cr
LUMA_SAMPLING_BY_TYPE = {0: 0x21, 1: 0x22}  # by RTP type: 4:2:2 and 4:2:0

# The luma and the chroma table of ITU-T T.81, annex K, in zigzag order.
DEFAULT_QUANTIZATION_TABLES = bytes.fromhex(
    "100b0c0e0c0a100e0d0e1211101318281a181616183123251d283a333d3c3933383740485c4e404457453738506d"
    "51575f626768673e4d71797064785c6567631112121815182f1a1a2f634238426363636363636363636363636363"
    "636363636363636363636363636363636363636363636363636363636363636363636363"
)


class QuantizationTables(NamedTuple):
    """Quantization tables as RTP carries them, one after the other.

    precision : bit n is set if the coefficients of table n have 16 bits.
    """

    precision: int
    data: bytes

    def split(self) -> list[tuple[int, ...]]:
        """The coefficients of each table. Raises ValueError if `data` is not a list of tables."""
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
    """The quantization tables of a Q below 128 (RFC 2435, 4.2)."""
    factor = min(max(quality, 1), 99)
    scale = 5000 // factor if factor < 50 else 200 - 2 * factor
    data = bytes(
        min(max((each * scale + 50) // 100, 1), 255) for each in DEFAULT_QUANTIZATION_TABLES
    )
    return QuantizationTables(0, data)


def build_jpeg_header(
    jpeg_type: int,
    size: tuple[int, int],
    tables: QuantizationTables,
    restart: int,
    extra_segments: bytes = b"",
) -> bytes:
    """All of a JPEG before its scan data.

    Parameters
    ----------
    jpeg_type
        RTP's type: 0 for 4:2:2, 1 for 4:2:0.
    size
        (width, height) in pixels; unused if `extra_segments` contains a frame header.
    restart
        MCUs between two restart markers; 0 if there are none.
    extra_segments
        JPEG segments that the camera sent with the frame (ONVIF). They override what RTP says.

    Raises
    ------
    ValueError
        The tables cannot be read, or the frame header in `extra_segments` is malformed.
    """
    quantization = tables.split()
    frame = _build_frame_header(jpeg_type, size, quantization)
    further = b""
    for marker, body in iterate_segments(extra_segments):
        if marker in SOF_MARKERS:
            frame = build_segment(marker, body)
        elif marker in (DHT_MARKER, DQT_MARKER, DRI_MARKER):
            further += build_segment(marker, body)  # replaces an earlier table of the same number
    parts = [SOI_BYTES, JFIF_SEGMENT]
    if restart:
        parts.append(build_segment(DRI_MARKER, struct.pack(">H", restart)))
    quantizers = b"".join(map(_build_quantization_table, range(4), quantization))
    parts += [
        build_segment(DQT_MARKER, quantizers),
        build_segment(DHT_MARKER, DEFAULT_HUFFMAN_TABLES),
        further,
        frame,
        _build_scan_header(frame),
    ]
    return b"".join(parts)


def _build_frame_header(
    jpeg_type: int, size: tuple[int, int], quantization: list[tuple[int, ...]]
) -> bytes:
    wide = any(max(table) > 0xFF for table in quantization)
    chroma = min(len(quantization) - 1, 1)
    width, height = size
    body = struct.pack(">BHHB", 8, height, width, 3)
    body += bytes([1, LUMA_SAMPLING_BY_TYPE[jpeg_type], 0, 2, 0x11, chroma, 3, 0x11, chroma])
    return build_segment(SOF1_MARKER if wide else SOF0_MARKER, body)


def _build_quantization_table(number: int, table: tuple[int, ...]) -> bytes:
    if max(table) > 0xFF:
        return bytes([0x10 | number]) + struct.pack(f">{QUANTIZATION_COEFFICIENTS}H", *table)
    return bytes([number, *table])


def _build_scan_header(frame: bytes) -> bytes:
    """One scan of all components: the first is luma, the others are chroma."""
    count = frame[9] if len(frame) > 9 else 0
    if not 0 < count <= 4 or len(frame) != 10 + 3 * count:
        raise ValueError("a malformed frame header")
    identities = frame[10::3]
    body = bytes([count])
    for place, identity in enumerate(identities):
        body += bytes([identity, 0x11 if place else 0])
    return build_segment(SOS_MARKER, body + bytes([0, 63, 0]))
