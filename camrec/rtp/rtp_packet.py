"""RTP packets (RFC 3550)."""

from __future__ import annotations

import struct
from typing import NamedTuple

RTP_HEADER_STRUCT = struct.Struct(">BBHI")
EMPTY_EXTENSION = memoryview(b"")


class RtpPacket(NamedTuple):
    """One packet. Its views are valid until the next packet is read.

    timestamp : 32 bits, in ticks of the track's clock.
    payload : without padding.
    extension : the header extension with its four bytes of profile and length; empty if there is
        none.
    """

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    payload: memoryview
    extension: memoryview = EMPTY_EXTENSION


def parse_packet(data: memoryview) -> RtpPacket | None:
    """Parse a packet; None if it is not RTP, or has no payload."""
    size = len(data)
    if size < 12 or data[0] >> 6 != 2:
        return None
    first, second, sequence, timestamp = RTP_HEADER_STRUCT.unpack_from(data)
    begin = 12 + 4 * (first & 15)
    extension = EMPTY_EXTENSION
    if first & 0x10:
        if begin + 4 > size:
            return None
        after = begin + 4 + 4 * (data[begin + 2] << 8 | data[begin + 3])
        extension, begin = data[begin:after], after
    end = size - data[size - 1] if first & 0x20 else size
    if begin >= end:
        return None
    payload_type, marker = second & 0x7F, second >= 0x80
    return RtpPacket(payload_type, marker, sequence, timestamp, data[begin:end], extension)
