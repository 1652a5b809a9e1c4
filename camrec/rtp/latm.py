"""AAC in LATM, whose description stands outside of the packets (RFC 6416, cpresent=0)."""

from __future__ import annotations

from camrec.codecs import BitReader
from camrec.media import AudioTrack
from camrec.rtp.audio import AudioDepacketizer, read_channel_count, ticks_per_unit
from camrec.rtp.rtp_packet import RtpPacket

MAX_LATM_ELEMENT_BYTES = 1 << 16  # bytes of one element
PLAIN_AAC_OBJECT_TYPES = (
    1,
    2,
    3,
    4,
)  # the kinds of AAC whose configuration has an end that is easily told
EXTENDED_AAC_OBJECT_TYPES = (
    5,
    29,
)  # SBR, and parametric stereo; or they are told behind, after these words:
SBR_SYNC_WORD, PS_SYNC_WORD = 0x2B7, 0x548


class LatmAudio(AudioDepacketizer):
    """An element has one or more AAC units, each behind its length; the marker ends it."""

    def __init__(self, track: AudioTrack, units: int) -> None:
        super().__init__(track)
        self._samples = ticks_per_unit(track)
        self._units = units
        self._partial: bytes | None = b""
        self._partial_ticks: int | None = None

    def _split_units(self, packet: RtpPacket, gap: bool) -> list[tuple[int, bytes]]:
        if packet.time != self._partial_ticks:
            self._partial, self._partial_ticks = b"", packet.time
        if gap or (self._partial is not None and len(self._partial) > MAX_LATM_ELEMENT_BYTES):
            self._partial = None  # nothing tells whether this one began in the hole
        element = None if self._partial is None else self._partial + packet.payload
        self._partial = element
        if packet.marker:
            self._partial, self._partial_ticks = b"", None
        if element is None or not packet.marker:
            return []
        found = []
        at = 0
        for place in range(self._units):
            size = 0
            while at < len(element):
                size += element[at]
                at += 1
                if element[at - 1] != 255:
                    break
            if not size or at + size > len(element):
                break
            found.append((packet.time + place * self._samples, element[at : at + size]))
            at += size
        return found


def create_latm_audio(rate: int, mux: bytes) -> LatmAudio:
    """From a StreamMuxConfig (ISO 14496-3, 1.7.3.2). ValueError: it is none, or of a rare kind."""
    bits = BitReader(mux)
    # One program of one layer, all units at the same pace, in the older of the two ways.
    version, same_pace, units, programs, layers = (bits.take(n) for n in (1, 1, 6, 4, 3))
    if version or not same_pace or programs or layers:
        raise ValueError("a rare kind of LATM")
    begin = 15
    length = _read_config_length(bits)
    if bits.take(3):
        raise ValueError("units without a length")
    whole = int.from_bytes(mux, "big") >> (8 * len(mux) - begin - length) & (1 << length) - 1
    padding = -length % 8
    config = (whole << padding).to_bytes((length + padding) // 8, "big")
    return LatmAudio(AudioTrack("aac", rate, read_channel_count(config), config), units + 1)


def _read_config_length(bits: BitReader) -> int:
    """Bits of the AudioSpecificConfig that follows, which are read."""
    length = 0

    def take(count: int) -> int:
        nonlocal length
        length += count
        return bits.take(count)

    def rate() -> None:
        if take(4) == 15:
            take(24)

    kind = take(5)
    rate()
    count = take(4)
    if kind in EXTENDED_AAC_OBJECT_TYPES:
        rate()
        kind = take(5)
    if kind not in PLAIN_AAC_OBJECT_TYPES or not count:
        raise ValueError("a rare kind of AAC")
    take(1)
    if take(1):
        take(14)
    take(1)
    if bits.peek(11) == SBR_SYNC_WORD:
        take(11)
        if take(5) == 5 and take(1):
            rate()
            if bits.peek(11) == PS_SYNC_WORD:
                take(12)
    return length
