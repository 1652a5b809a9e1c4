"""NAL units in a byte stream (Annex B of H.264 and H.265), and SEI messages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from camrec.codecs.bit_reader import unescape_nal

START_CODE = b"\0\0\0\1"
RECOVERY_POINT_SEI_TYPE = 6  # payloadType of the recovery point message
PARAMETER_SET_ID_BYTES = 32  # enough bytes of a slice or a PPS to read the ids at its start

find_start_code = re.compile(b"\0\0\1").search


def to_annex_b(nals: list[bytes]) -> bytes:
    """Join NAL units to a byte stream, in which a start code of four bytes precedes each."""
    return START_CODE + START_CODE.join(nals) if nals else b""


def parse_sei_messages(nal: bytes, header_bytes: int) -> Iterator[tuple[int, bytes]]:
    """Yield (payloadType, payload) of each message in an SEI NAL unit.

    header_bytes : the size of the NAL unit's header.
    """
    data = unescape_nal(nal[header_bytes:])
    at = 0
    while at + 2 < len(data):
        type_and_size = [0, 0]
        for place in (0, 1):
            while at < len(data) and data[at] == 255:
                type_and_size[place] += 255
                at += 1
            if at == len(data):
                return
            type_and_size[place] += data[at]
            at += 1
        payload_type, size = type_and_size
        yield payload_type, data[at : at + size]
        at += size
