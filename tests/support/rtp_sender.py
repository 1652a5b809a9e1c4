"""Units as RTP packets, like those of a camera."""

from __future__ import annotations

from camrec.codecs.nal_units import START_CODE
from camrec.rtp import H264Depacketizer, H265Depacketizer
from camrec.rtp.access_units import AccessUnitAssembler
from camrec.rtp.rtp_packet import parse_packet
from support.units_made import SECOND

KINDS = {"h264": H264Depacketizer, "h265": H265Depacketizer}


def rtp(
    sequence: int,
    time: int,
    payload: bytes,
    *,
    marker: bool = False,
    contributors: int = 0,
    extension: bytes | None = None,
    padding: int = 0,
) -> memoryview:
    head = bytes([0x80 | bool(padding) << 5 | (extension is not None) << 4 | contributors])
    head += bytes([marker << 7 | 96]) + (sequence & 0xFFFF).to_bytes(2, "big")
    head += (time & 0xFFFFFFFF).to_bytes(4, "big") + bytes(4) + bytes(4 * contributors)
    if extension is not None:
        head += b"\xbe\xde" + (len(extension) // 4).to_bytes(2, "big") + extension
    tail = bytes(padding - 1) + bytes([padding]) if padding else b""
    return memoryview(head + payload + tail)


class Sender:
    """Sends packets one after the other to a depacketizer, as a reader does.

    quick : how many were recognised by their first bytes alone.
    """

    quick = 0

    def __init__(self, track, first: int = 65530) -> None:
        self.track = track
        self.sequence = first
        self.now = 10 * SECOND

    def send(self, time: int, payload: bytes, marker: bool = False, lose: int = 0) -> list:
        self.sequence += 1 + lose
        self.now += 1_000_000
        data = rtp(self.sequence, time, payload, marker=marker)
        if isinstance(self.track, AccessUnitAssembler) and self.track.try_append_fragment(
            data, self.now
        ):
            self.quick += 1
            return []
        return self.track.push(parse_packet(data), self.now)


def nals_of(data: bytes) -> list[bytes]:
    return data.split(START_CODE)[1:]
