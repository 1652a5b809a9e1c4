"""Rewrites H.264 and H.265 packets so that MediaMTX passes them on without parsing them.

Some cameras put a start code before each NAL unit. MediaMTX then finds no key frame, and waits for
one forever. camrec's own reader supports such packets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from camrec.rtp import (
    AP_NAL_TYPE,
    FU_A_NAL_TYPE,
    FU_END_FLAG,
    FU_NAL_TYPE,
    FU_START_FLAG,
    STAP_A_NAL_TYPE,
    split_aggregation,
)
from camrec.rtsp_relay.description import PayloadFormat
from camrec.rtsp_relay.payload_types import PayloadTypes
from camrec.rtsp_relay.unread_packets import MAX_PAYLOAD_BYTES, OFFERED_TYPE, UnreadPackets

DYNAMIC_PAYLOAD_TYPE = 96  # the lowest dynamic payload type


def is_readable(payload_type: int) -> bool:
    """Whether MediaMTX accepts H.264 and H.265 with this payload type."""
    return payload_type >= DYNAMIC_PAYLOAD_TYPE


def unread_format(each: PayloadFormat) -> PayloadFormat:
    """The format for MediaMTX's description, changed so that MediaMTX does not know it.

    The changed format has a number of channels, which no video format has. Readers ignore it.
    """
    number = each.payload_type if is_readable(each.payload_type) else OFFERED_TYPE
    return replace(each, rate=f"{each.rate}/1", payload_type=number)


def make_nal_rewriter(
    channel: int, each: PayloadFormat, payload_types: PayloadTypes
) -> UnreadPackets:
    """The object that rewrites the packets of a video track with this format."""
    split = split_h264 if each.codec == "H264" else split_h265
    return UnreadPackets(channel, payload_types, unread_format(each).payload_type, split)


def split_h264(payload: bytes) -> list[bytes]:
    """Split a payload (RFC 6184) into several."""
    kind = payload[0] & 31
    if kind == STAP_A_NAL_TYPE:
        return _split_each(split_aggregation(memoryview(payload)[1:]), split_h264)
    if kind == FU_A_NAL_TYPE:
        return _make_fragments(payload[:1], payload[1], payload[2:])
    if kind > STAP_A_NAL_TYPE:
        return [payload]  # the interleaved mode, which camrec never requests
    # A start code at the beginning stays in the fragments, and so in the NAL unit that they form.
    return _make_fragments(
        bytes([payload[0] & 0xE0 | FU_A_NAL_TYPE]), kind | FU_START_FLAG | FU_END_FLAG, payload[1:]
    )


def split_h265(payload: bytes) -> list[bytes]:
    """Split a payload (RFC 7798) into several."""
    kind = payload[0] >> 1 & 63
    if kind == AP_NAL_TYPE:
        return _split_each(split_aggregation(memoryview(payload)[2:]), split_h265)
    if kind == FU_NAL_TYPE:
        return _make_fragments(payload[:2], payload[2], payload[3:])
    if kind > FU_NAL_TYPE:
        return [payload]
    head = bytes([payload[0] & 0x81 | FU_NAL_TYPE << 1, payload[1]])
    return _make_fragments(head, kind | FU_START_FLAG | FU_END_FLAG, payload[2:])


def _split_each(nals: Iterable[bytes], split: Callable[[bytes], list[bytes]]) -> list[bytes]:
    pieces: list[bytes] = []
    for nal in nals:
        pieces += split(nal) if len(nal) > MAX_PAYLOAD_BYTES else [nal]
    return pieces


def _make_fragments(head: bytes, flags: int, data: bytes) -> list[bytes]:
    """Split `data` into fragmentation units.

    flags : the FU header of a single unit with all of the data.
    """
    size = MAX_PAYLOAD_BYTES - len(head) - 1
    pieces = []
    for at in range(0, len(data), size):
        fu_header = flags if at == 0 else flags & ~FU_START_FLAG
        fu_header = fu_header if at + size >= len(data) else fu_header & ~FU_END_FLAG
        pieces.append(head + bytes([fu_header]) + data[at : at + size])
    return pieces
