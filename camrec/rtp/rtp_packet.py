"""RTP packets (RFC 3550)."""

from __future__ import annotations

import struct
from typing import NamedTuple

RTP_HEADER_STRUCT = struct.Struct(">BBHI")
EMPTY_EXTENSION = memoryview(b"")


class RtpPacket(NamedTuple):
    """One packet; its views are good until the next packet is read.

    extension : the header extension with its head of four bytes; empty where there is none.
    """

    kind: int
    marker: bool
    sequence: int
    time: int
    payload: memoryview
    extension: memoryview = EMPTY_EXTENSION


def parse_packet(data: memoryview) -> RtpPacket | None:
    """Take a packet apart: contributors, extension and padding off. None: not RTP, or empty."""
    size = len(data)
    if size < 12 or data[0] >> 6 != 2:
        return None
    first, second, sequence, time = RTP_HEADER_STRUCT.unpack_from(data)
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
    return RtpPacket(second & 0x7F, second >= 0x80, sequence, time, data[begin:end], extension)
