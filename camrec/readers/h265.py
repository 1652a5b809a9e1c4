"""H.265: its NAL units in RTP (RFC 7798), and what its sequence parameter set says."""

from __future__ import annotations

from collections.abc import Iterator

from camrec.readers.bits import Bits
from camrec.readers.nals import Form, Nals, aggregated

AP, FU = 48, 49


class H265(Nals):
    CODEC = "h265"
    PARAMETERS = (32, 33, 34)
    SEQUENCE = 33
    DELIMITER = 35
    FRAGMENT_HEAD = 3

    @staticmethod
    def kind(nal: bytes | memoryview) -> int:
        return nal[0] >> 1 & 63

    @staticmethod
    def is_picture(kind: int) -> bool:
        return kind < 32

    @staticmethod
    def is_key(kind: int) -> bool:
        return 16 <= kind <= 21

    @staticmethod
    def form(sequence: bytes) -> Form:
        return read_sequence(sequence)

    def _whole(self, payload: memoryview) -> Iterator[bytes] | None:
        kind = payload[0] >> 1 & 63
        if kind == FU:
            return None
        if kind == AP:
            return aggregated(payload[2:])
        return iter([bytes(payload)] if kind < AP else [])

    def _fragment(self, payload: memoryview) -> tuple[bool, bool, bytes, memoryview]:
        head = payload[2]
        header = bytes([payload[0] & 0x81 | (head & 0x3F) << 1, payload[1]])
        return bool(head & 0x80), bool(head & 0x40), header, payload[3:]


def read_sequence(sequence: bytes) -> Form:
    """Size and reorder depth from a sequence parameter set (7.3.2.2)."""
    bits = Bits(sequence)
    if bits.take(16) >> 9 & 63 != H265.SEQUENCE:
        raise ValueError("not a sequence parameter set")
    bits.take(4)
    layers = bits.take(3)
    bits.flag()
    _skip_profile(bits, layers)
    bits.ue()
    chroma = bits.ue()
    if chroma == 3:
        bits.flag()
    width, height = bits.ue(), bits.ue()
    if bits.flag():
        left, right, top, bottom = bits.ue(), bits.ue(), bits.ue(), bits.ue()
        width -= (left + right) * (2 if chroma in (1, 2) else 1)
        height -= (top + bottom) * (2 if chroma == 1 else 1)
    if width <= 0 or height <= 0:
        raise ValueError("no size")
    bits.ue()
    bits.ue()
    bits.ue()
    reorder = 0
    # The last one told is that of the highest layer, which is what everybody decodes.
    for _ in range(layers + 1 if bits.flag() else 1):
        bits.ue()
        reorder = bits.ue()
        bits.ue()
    return Form(width, height, reorder)


def _skip_profile(bits: Bits, layers: int) -> None:
    bits.take(88)
    bits.take(8)
    told = [(bits.flag(), bits.flag()) for _ in range(layers)]
    if layers:
        bits.take(2 * (8 - layers))
    for profile, level in told:
        bits.take(88 * profile + 8 * level)
