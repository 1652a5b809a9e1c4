"""H.265 in RTP (RFC 7798)."""

from __future__ import annotations

from collections.abc import Iterator

from camrec.codecs import H265Syntax
from camrec.rtp.nal_depacketizer import (
    FU_END_FLAG,
    FU_START_FLAG,
    NalDepacketizer,
    split_aggregation,
)

AP_NAL_TYPE, FU_NAL_TYPE = 48, 49


class H265Depacketizer(NalDepacketizer):
    """Single NAL units, aggregation packets and fragmentation units, without DONL fields."""

    SYNTAX = H265Syntax
    FU_HEADER_BYTES = 3

    def _split_payload(self, payload: memoryview) -> Iterator[bytes] | None:
        nal_type = payload[0] >> 1 & 63
        if nal_type == FU_NAL_TYPE:
            return None
        if nal_type == AP_NAL_TYPE:
            return split_aggregation(payload[2:])
        return iter([bytes(payload)] if nal_type < AP_NAL_TYPE else [])

    def _parse_fragment(self, payload: memoryview) -> tuple[bool, bool, bytes, memoryview]:
        fu_header = payload[2]
        nal_header = bytes([payload[0] & 0x81 | (fu_header & 0x3F) << 1, payload[1]])
        first, last = bool(fu_header & FU_START_FLAG), bool(fu_header & FU_END_FLAG)
        return first, last, nal_header, payload[3:]
