"""RTCP sender reports (RFC 3550, section 6.4.1): the camera's wall clock at an RTP timestamp."""

from __future__ import annotations

import struct
from typing import NamedTuple

SENDER_REPORT_TYPE = 200
RTCP_HEADER_BYTES = 4
SENDER_INFO_STRUCT = struct.Struct(">IQIII")


class SenderReport(NamedTuple):
    """What a camera says about its clock.

    ssrc : whose report it is. A report with another SSRC than the packets of the track says nothing
        about them.
    ntp : seconds since 1900 by the camera's wall clock, as 32.32 bits; 0 if it has none.
    timestamp : the RTP timestamp of the same moment, 32 bits.
    packets, octets : how many were sent so far; they wrap around at 32 bits.
    """

    ssrc: int
    ntp: int
    timestamp: int
    packets: int
    octets: int


def parse_sender_reports(data: bytes | memoryview) -> list[SenderReport]:
    """The sender reports of a compound RTCP packet; an empty list if it contains none.

    Other kinds of reports are skipped by their length. Reading ends at the first one that is not
    RTCP or that is cut off, so what a camera sends after it is ignored.
    """
    reports: list[SenderReport] = []
    at = 0
    while at + RTCP_HEADER_BYTES <= len(data) and data[at] >> 6 == 2:
        end = at + RTCP_HEADER_BYTES + 4 * (data[at + 2] << 8 | data[at + 3])
        if end > len(data):
            break
        begin = at + RTCP_HEADER_BYTES
        if data[at + 1] == SENDER_REPORT_TYPE and end - begin >= SENDER_INFO_STRUCT.size:
            reports.append(SenderReport(*SENDER_INFO_STRUCT.unpack_from(data, begin)))
        at = end
    return reports
