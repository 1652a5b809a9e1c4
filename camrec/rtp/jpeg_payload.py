"""The RTP payload of M-JPEG (RFC 2435), and ONVIF's JPEG segments in the header extension."""

from __future__ import annotations

from typing import NamedTuple

from camrec.rtp.rtp_jpeg_header import LUMA_SAMPLING_BY_TYPE, QuantizationTables

MAIN_HEADER_BYTES = 8  # before each fragment
RESTART_TYPE_FLAG = 0x40  # set in the types whose scan has restart markers
MIN_IN_BAND_TABLES_Q = 128  # from this Q on the quantization tables are sent with the frames
JPEG_EXTENSION_ID, REPLAY_EXTENSION_ID = b"\xff\xd8", b"\xab\xac"  # ONVIF's header extensions
REPLAY_EXTENSION_BYTES = 12


class JpegFragment(NamedTuple):
    """The payload of one packet.

    offset : where `data` belongs in the scan.
    jpeg_type : 0 for 4:2:2, 1 for 4:2:0.
    quality : RTP's Q.
    blocks : (width, height) in blocks of eight pixels.
    restart : MCUs between two restart markers; 0 if there are none.
    tables : the quantization tables in the payload; None if Q defines them, or an earlier frame.
    """

    offset: int
    jpeg_type: int
    quality: int
    blocks: tuple[int, int]
    restart: int
    tables: QuantizationTables | None
    data: memoryview


def parse_fragment(payload: memoryview) -> JpegFragment:
    """Parse a payload. Raises ValueError if it is not RFC 2435, or of an unknown type."""
    if len(payload) < MAIN_HEADER_BYTES:
        raise ValueError("too short")
    offset = int.from_bytes(payload[1:4], "big")
    jpeg_type, quality, width, height = payload[4:MAIN_HEADER_BYTES]
    begin, restart = MAIN_HEADER_BYTES, 0
    if jpeg_type & RESTART_TYPE_FLAG:
        restart = int.from_bytes(payload[begin : begin + 2], "big")
        begin, jpeg_type = begin + 4, jpeg_type & ~RESTART_TYPE_FLAG
    if jpeg_type not in LUMA_SAMPLING_BY_TYPE or quality == 0:
        raise ValueError("not a known type or Q")
    tables = None
    if quality >= MIN_IN_BAND_TABLES_Q and offset == 0:
        head = payload[begin : begin + 4]
        size = int.from_bytes(head[2:4], "big")
        begin += 4
        data = bytes(payload[begin : begin + size])
        if len(head) < 4 or len(data) < size:
            raise ValueError("too short")
        tables = QuantizationTables(head[1], data) if size else None
        begin += size
    blocks = (width, height)
    return JpegFragment(offset, jpeg_type, quality, blocks, restart, tables, payload[begin:])


def read_onvif_segments(extension: memoryview) -> bytes:
    """The JPEG segments in a packet's header extension (ONVIF streaming, JPEG over RTP).

    They follow a header of their own or, in a replay, the replay's. Empty if there are none.
    """
    at = 0
    if extension[:2] == REPLAY_EXTENSION_ID:
        at = 4 + REPLAY_EXTENSION_BYTES
    if extension[at : at + 2] != JPEG_EXTENSION_ID:
        return b""
    return bytes(extension[at + 4 :])
