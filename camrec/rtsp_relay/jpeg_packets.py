"""Rewrites M-JPEG packets so that MediaMTX passes them on without parsing them.

MediaMTX parses packets of payload type 26, and drops those that it does not support: packets with
restart markers, with 16-bit tables, or with tables that are sent only once. It does not parse
packets of a dynamic payload type, but rejects packets that are longer than a datagram.
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
    """The format in the description for MediaMTX."""
    if each.codec != "JPEG":
        return each
    return PayloadFormat(OFFERED_TYPE, each.codec, each.rate, each.parameters)


class JpegPackets(UnreadPackets):
    """Rewrites the M-JPEG packets of one channel."""

    def __init__(self, channel: int, payload_types: PayloadTypes) -> None:
        super().__init__(channel, payload_types, OFFERED_TYPE, split_jpeg)


def split_jpeg(payload: bytes) -> list[bytes]:
    """Split a payload (RFC 2435) into several, each with its offset in the scan."""
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
