"""H.264 in RTP (RFC 6184)."""

from __future__ import annotations

from collections.abc import Iterator

from camrec.codecs import H264Syntax
from camrec.rtp.nal_depacketizer import (
    FU_END_FLAG,
    FU_START_FLAG,
    NalDepacketizer,
    split_aggregation,
)

STAP_A_NAL_TYPE, FU_A_NAL_TYPE = 24, 28


class H264Depacketizer(NalDepacketizer):
    """Single NAL units, STAP-A and FU-A: the packets of packetization modes 0 and 1."""

    SYNTAX = H264Syntax
    FU_HEADER_BYTES = 2

    def _split_payload(self, payload: memoryview) -> Iterator[bytes] | None:
        nal_type = payload[0] & 31
        if nal_type == FU_A_NAL_TYPE:
            return None
        if nal_type == STAP_A_NAL_TYPE:
            return split_aggregation(payload[1:])
        # Types 25 to 27 and 29 belong to the interleaved mode, which camrec never requests.
        # Type 0 is not used, but the payload may begin with a start code.
        is_nal = 1 <= nal_type <= 23 or bytes(payload[:2]) == b"\0\0"
        return iter([bytes(payload)] if is_nal else [])

    def _parse_fragment(self, payload: memoryview) -> tuple[bool, bool, bytes, memoryview]:
        fu_header = payload[1]
        nal_header = bytes([payload[0] & 0xE0 | fu_header & 0x1F])
        first, last = bool(fu_header & FU_START_FLAG), bool(fu_header & FU_END_FLAG)
        return first, last, nal_header, payload[2:]
