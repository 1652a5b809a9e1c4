"""AAC in LATM, whose description stands outside of the packets (RFC 6416, cpresent=0)."""

from __future__ import annotations

from camrec.media import AudioTrack
from camrec.readers.audio import Sound, channels, unit_samples
from camrec.readers.bit_reader import Bits
from camrec.readers.rtp import Packet

LONGEST = 1 << 16  # bytes of one element
SIMPLE = (1, 2, 3, 4)  # the kinds of AAC whose configuration has an end that is easily told
EXTENDED = (5, 29)  # SBR, and parametric stereo; or they are told behind, after these words:
SBR_TOLD, STEREO_TOLD = 0x2B7, 0x548


class LatmSound(Sound):
    """An element has one or more AAC units, each behind its length; the marker ends it."""

    def __init__(self, track: AudioTrack, units: int) -> None:
        super().__init__(track)
        self._samples = unit_samples(track)
        self._units = units
        self._started: bytes | None = b""
        self._began: int | None = None

    def _pieces(self, packet: Packet, gap: bool) -> list[tuple[int, bytes]]:
        if packet.time != self._began:
            self._started, self._began = b"", packet.time
        if gap or (self._started is not None and len(self._started) > LONGEST):
            self._started = None  # nothing tells whether this one began in the hole
        element = None if self._started is None else self._started + packet.payload
        self._started = element
        if packet.marker:
            self._started, self._began = b"", None
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


def sound(rate: int, mux: bytes) -> LatmSound:
    """From a StreamMuxConfig (ISO 14496-3, 1.7.3.2). ValueError: it is none, or of a rare kind."""
    bits = Bits(mux)
    # One program of one layer, all units at the same pace, in the older of the two ways.
    version, same_pace, units, programs, layers = (bits.take(n) for n in (1, 1, 6, 4, 3))
    if version or not same_pace or programs or layers:
        raise ValueError("a rare kind of LATM")
    begin = 15
    length = _config_length(bits)
    if bits.take(3):
        raise ValueError("units without a length")
    whole = int.from_bytes(mux, "big") >> (8 * len(mux) - begin - length) & (1 << length) - 1
    padding = -length % 8
    config = (whole << padding).to_bytes((length + padding) // 8, "big")
    return LatmSound(AudioTrack("aac", rate, channels(config), config), units + 1)


def _config_length(bits: Bits) -> int:
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
    if kind in EXTENDED:
        rate()
        kind = take(5)
    if kind not in SIMPLE or not count:
        raise ValueError("a rare kind of AAC")
    take(1)
    if take(1):
        take(14)
    take(1)
    if bits.ahead(11) == SBR_TOLD:
        take(11)
        if take(5) == 5 and take(1):
            rate()
            if bits.ahead(11) == STEREO_TOLD:
                take(12)
    return length
