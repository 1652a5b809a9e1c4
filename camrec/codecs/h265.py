"""H.265: its NAL units in RTP (RFC 7798), and what its sequence parameter set says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from camrec.codecs.bit_reader import BitReader, unescape_nal
from camrec.codecs.nal_units import (
    PARAMETER_SET_ID_BYTES,
    RECOVERY_POINT_SEI_TYPE,
    NalDepacketizer,
    SpsInfo,
    parse_sei_messages,
    read_pixel_aspect,
    split_aggregation,
)

AP_NAL_TYPE, FU_NAL_TYPE = 48, 49
IRAP_NAL_TYPES = range(16, 24)


class H265Depacketizer(NalDepacketizer):
    CODEC = "h265"
    PARAMETERS = (32, 33, 34)
    SEQUENCE = 33
    DELIMITER = 35
    FRAGMENT_HEAD = 3
    HEAD = 2
    MESSAGE = 39
    IN_FRONT = frozenset({32, 33, 34, 39})
    LEADING = (8, 9)
    PLAIN = (19, 20)

    @staticmethod
    def kind(nal: bytes | memoryview) -> int:
        return nal[0] >> 1 & 63

    @staticmethod
    def is_slice(kind: int) -> bool:
        return kind < 32

    @staticmethod
    def is_key_slice(kind: int) -> bool:
        return 16 <= kind <= 21

    @classmethod
    def is_first_slice(cls, nal: bytes) -> bool:
        # Of a further layer (3D, scalable) it is no picture of its own.
        base = not nal[0] & 1 and len(nal) > 2 and not nal[1] >> 3
        return base and nal[2] >= 0x80 and cls.is_slice(cls.kind(nal))

    @staticmethod
    def form(sequence: bytes) -> SpsInfo:
        return parse_sps(sequence)

    def find_recovery_count(self, nals: Sequence[bytes], kinds: Sequence[int]) -> int | None:
        for nal, kind in zip(nals, kinds, strict=True):
            if kind == self.MESSAGE:
                for what, payload in parse_sei_messages(nal, self.HEAD):
                    if what == RECOVERY_POINT_SEI_TYPE:
                        return _read_first_se(payload)
        return None

    @classmethod
    def read_slice_pps_id(cls, slice: bytes) -> int:
        bits = BitReader(unescape_nal(slice[cls.HEAD : PARAMETER_SET_ID_BYTES]))
        bits.flag()
        if cls.kind(slice) in IRAP_NAL_TYPES:
            bits.flag()
        return bits.ue()

    @classmethod
    def number(cls, parameter_set: bytes) -> int:
        bits = BitReader(unescape_nal(parameter_set[cls.HEAD :]))
        kind = cls.kind(parameter_set)
        if kind == cls.SEQUENCE:
            _skip_to_sps_id(bits)
        return bits.take(4) if kind == cls.PARAMETERS[0] else bits.ue()

    def _split_payload(self, payload: memoryview) -> Iterator[bytes] | None:
        kind = payload[0] >> 1 & 63
        if kind == FU_NAL_TYPE:
            return None
        if kind == AP_NAL_TYPE:
            return split_aggregation(payload[2:])
        return iter([bytes(payload)] if kind < AP_NAL_TYPE else [])

    def _parse_fragment(self, payload: memoryview) -> tuple[bool, bool, bytes, memoryview]:
        head = payload[2]
        header = bytes([payload[0] & 0x81 | (head & 0x3F) << 1, payload[1]])
        return bool(head & 0x80), bool(head & 0x40), header, payload[3:]


def parse_sps(sequence: bytes) -> SpsInfo:
    """Size and reorder depth from a sequence parameter set (7.3.2.2)."""
    bits = BitReader(unescape_nal(sequence))
    if bits.take(16) >> 9 & 63 != H265Depacketizer.SEQUENCE:
        raise ValueError("not a sequence parameter set")
    layers = _skip_to_sps_id(bits)
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
    depth = 8 + max(bits.ue(), bits.ue())
    poc_bits = bits.ue() + 4
    reorder = 0
    # The last one told is that of the highest layer, which is what everybody decodes.
    for _ in range(layers + 1 if bits.flag() else 1):
        bits.ue()
        reorder = bits.ue()
        bits.ue()
    return SpsInfo(width, height, reorder, _read_pixel_aspect(bits, poc_bits), chroma, depth)


def _read_first_se(payload: bytes) -> int | None:
    """The signed Exp-Golomb number that a message begins with, as none below zero."""
    try:
        return max(0, BitReader(payload).se())
    except ValueError:
        return None


def _skip_to_sps_id(bits: BitReader) -> int:
    """Up to the number of a sequence parameter set, behind its header; how many layers it tells."""
    bits.take(4)
    layers = bits.take(3)
    bits.flag()
    _skip_profile(bits, layers)
    return layers


def _read_pixel_aspect(bits: BitReader, poc_bits: int) -> tuple[int, int]:
    """The pixel's shape, which stands near the end; square where what is before it is too odd."""
    try:
        for _ in range(6):
            bits.ue()
        if bits.flag() and bits.flag():
            _skip_scaling_lists(bits)
        bits.take(2)
        if bits.flag():
            bits.take(8)
            bits.ue()
            bits.ue()
            bits.flag()
        _skip_reference_sets(bits)
        if bits.flag():
            for _ in range(bits.ue()):
                bits.take(poc_bits + 1)
        bits.take(2)
        return read_pixel_aspect(bits) if bits.flag() else (1, 1)
    except ValueError:
        return 1, 1


def _skip_scaling_lists(bits: BitReader) -> None:
    for size in range(4):
        for _ in range(0, 6, 3 if size == 3 else 1):
            if not bits.flag():
                bits.ue()
                continue
            if size > 1:
                bits.se()
            for _ in range(min(64, 16 << 2 * size)):
                bits.se()


def _skip_reference_sets(bits: BitReader) -> None:
    """The short-term reference picture sets (7.3.7)."""
    before: list[int] = []  # how far away the pictures of the set before are
    for place in range(bits.ue()):
        if place and bits.flag():
            back = bits.flag()
            step = bits.ue() + 1
            step = -step if back else step
            # Used, or if not used, kept all the same.
            moved = [at + step for at in (*before, 0) if bits.flag() or bits.flag()]
        else:
            moved = []
            for sign, count in ((-1, bits.ue()), (1, bits.ue())):
                at = 0
                for _ in range(count):
                    at += sign * (bits.ue() + 1)
                    moved.append(at)
                    bits.flag()
        before = sorted((at for at in moved if at), key=lambda at: (at > 0, abs(at)))


def _skip_profile(bits: BitReader, layers: int) -> None:
    bits.take(88)
    bits.take(8)
    told = [(bits.flag(), bits.flag()) for _ in range(layers)]
    if layers:
        bits.take(2 * (8 - layers))
    for profile, level in told:
        bits.take(88 * profile + 8 * level)
