"""A camera's M-JPEG packets in a form that MediaMTX passes on unread.

Under payload type 26 it decodes them, and drops what it does not know: restart markers, tables of
16 bits or that are told once. Under a number of its own choice it does not look into them, but
takes none that is longer than a datagram.
"""

from __future__ import annotations

from camrec.rtp import (
    MAIN_HEADER_BYTES,
    MIN_IN_BAND_TABLES_Q,
    RESTART_TYPE_FLAG,
)
from camrec.rtsp_relay.description import PayloadFormat
from camrec.rtsp_relay.payload_types import PayloadTypes
from camrec.rtsp_relay.unread_packets import MAX_PAYLOAD_BYTES, OFFERED_TYPE, UnreadPackets


def offered_format(each: PayloadFormat) -> PayloadFormat:
    """The format as MediaMTX is told it."""
    if each.codec != "JPEG":
        return each
    return PayloadFormat(OFFERED_TYPE, each.codec, each.rate, each.parameters)


class JpegPackets(UnreadPackets):
    """Those of one channel."""

    def __init__(self, channel: int, payload_types: PayloadTypes) -> None:
        super().__init__(channel, payload_types, OFFERED_TYPE, split_jpeg)


def split_jpeg(payload: bytes) -> list[bytes]:
    """One payload (RFC 2435) as several, each with its place in the scan."""
    offset = int.from_bytes(payload[1:4], "big")
    common = MAIN_HEADER_BYTES + (4 if payload[4] & RESTART_TYPE_FLAG else 0)
    begin = common
    if offset == 0 and payload[5] >= MIN_IN_BAND_TABLES_Q:
        begin += 4 + int.from_bytes(payload[begin + 2 : begin + 4], "big")
    if begin >= MAX_PAYLOAD_BYTES:
        return [payload]
    pieces, data = [], payload[begin:]
    at = 0
    while at < len(data):
        head = payload[:begin] if at == 0 else payload[:1]
        if at:
            head += (offset + at & 0xFFFFFF).to_bytes(3, "big") + payload[4:common]
        taken = data[at : at + MAX_PAYLOAD_BYTES - len(head)]
        pieces.append(head + taken)
        at += len(taken)
    return pieces
