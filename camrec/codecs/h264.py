"""H.264: its NAL units in RTP (RFC 6184), and what its sequence parameter set says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from camrec.codecs.bit_reader import BitReader, unescape_nal
from camrec.codecs.nal_units import (
    PARAMETER_SET_ID_BYTES,
    RECOVERY_POINT_SEI_TYPE,
    NalDepacketizer,
    SliceRelation,
    SpsInfo,
    parse_sei_messages,
    read_pixel_aspect,
    split_aggregation,
)

STAP_A_NAL_TYPE, FU_A_NAL_TYPE = 24, 28
SLICE_HEADER_NAL_TYPES = (1, 2, 5)
BASELINE_PROFILE = 66
INTRA_ONLY_PROFILES = (
    44,
    86,
    100,
    110,
    122,
    244,
)  # where constraint flag 3 means: no prediction at all
CHROMA_FORMAT_PROFILES = (100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135)
# Decoded picture buffer in macroblocks by level (table A-1); level 1b counts as 1.1 here.
MAX_DPB_MACROBLOCKS = {
    9: 396, 10: 396, 11: 900, 12: 2376, 13: 2376, 20: 2376, 21: 4752, 22: 8100, 30: 8100,
    31: 18000, 32: 20480, 40: 32768, 41: 32768, 42: 34816, 50: 110400, 51: 184320, 52: 184320,
    60: 696320, 61: 696320, 62: 696320,
}  # fmt: skip


class H264Depacketizer(NalDepacketizer):
    CODEC = "h264"
    PARAMETERS = (7, 8)
    SEQUENCE = 7
    DELIMITER = 9
    FRAGMENT_HEAD = 2
    HEAD = 1
    MESSAGE = 6
    IN_FRONT = frozenset({6, 7, 8})
    PLAIN = (5,)

    @staticmethod
    def kind(nal: bytes | memoryview) -> int:
        return nal[0] & 31

    @staticmethod
    def is_slice(kind: int) -> bool:
        return 1 <= kind <= 5

    @staticmethod
    def is_key_slice(kind: int) -> bool:
        return kind == 5

    @classmethod
    def is_reference(cls, nals: Sequence[bytes], kinds: Sequence[int]) -> bool:
        return any(nal[0] & 0x60 for nal, k in zip(nals, kinds, strict=True) if cls.is_slice(k))

    @classmethod
    def is_first_slice(cls, nal: bytes) -> bool:
        return nal[0] & 31 in SLICE_HEADER_NAL_TYPES and len(nal) > 1 and nal[1] >= 0x80

    @classmethod
    def compare_slices(cls, before: bytes, nal: bytes, sequence: bytes | None) -> SliceRelation:
        try:
            layout = parse_slice_layout(sequence or b"")
            one, other = parse_slice_header(before, layout), parse_slice_header(nal, layout)
        except ValueError:
            return "same"  # as by its time
        if one.field and other.field and one.bottom != other.bottom and one.number == other.number:
            return "field"
        return "same" if one == other else "next"

    @staticmethod
    def form(sequence: bytes) -> SpsInfo:
        return parse_sps(sequence)

    def find_recovery_count(self, nals: Sequence[bytes], kinds: Sequence[int]) -> int | None:
        for nal, kind in zip(nals, kinds, strict=True):
            if kind == self.MESSAGE:
                for what, payload in parse_sei_messages(nal, self.HEAD):
                    if what == RECOVERY_POINT_SEI_TYPE:
                        return _read_first_ue(payload)
        # Who sends parameter sets with a picture without any prediction means the same.
        told = self.SEQUENCE in kinds
        slices = (nal for nal, kind in zip(nals, kinds, strict=True) if self.is_slice(kind))
        return 0 if told and all(map(_is_i_slice, slices)) else None

    @classmethod
    def read_slice_pps_id(cls, slice: bytes) -> int:
        bits = BitReader(unescape_nal(slice[cls.HEAD : PARAMETER_SET_ID_BYTES]))
        bits.ue()
        bits.ue()
        return bits.ue()

    @classmethod
    def number(cls, parameter_set: bytes) -> int:
        bits = BitReader(unescape_nal(parameter_set[cls.HEAD : PARAMETER_SET_ID_BYTES]))
        if cls.kind(parameter_set) == cls.SEQUENCE:
            bits.take(24)
        return bits.ue()

    def _split_payload(self, payload: memoryview) -> Iterator[bytes] | None:
        kind = payload[0] & 31
        if kind == FU_A_NAL_TYPE:
            return None
        if kind == STAP_A_NAL_TYPE:
            return split_aggregation(payload[1:])
        # 25 to 27 and 29 belong to the interleaved mode, which is never asked for.
        # 0 is none either: there a start code may stand in front of the first.
        one = 1 <= kind <= 23 or payload[:2] == b"\0\0"
        return iter([bytes(payload)] if one else [])

    def _parse_fragment(self, payload: memoryview) -> tuple[bool, bool, bytes, memoryview]:
        head = payload[1]
        header = bytes([payload[0] & 0xE0 | head & 0x1F])
        return bool(head & 0x80), bool(head & 0x40), header, payload[2:]


def parse_sps(sequence: bytes) -> SpsInfo:
    """Size and reorder depth from a sequence parameter set (7.3.2.1.1)."""
    bits = BitReader(unescape_nal(sequence))
    profile, constraints, level, chroma, depth, _ = _read_profile(bits)
    bits.ue()
    order, _ = _read_poc_type(bits)
    references = bits.ue()
    bits.flag()
    columns, rows = bits.ue() + 1, bits.ue() + 1
    fields = not bits.flag()
    rows *= 2 if fields else 1
    if fields:
        bits.flag()
    bits.flag()
    width, height = columns * 16, rows * 16
    if bits.flag():
        left, right, top, bottom = bits.ue(), bits.ue(), bits.ue(), bits.ue()
        across = 2 if chroma in (1, 2) else 1
        down = (2 if chroma == 1 else 1) * (2 if fields else 1)
        width -= (left + right) * across
        height -= (top + bottom) * down
    if width <= 0 or height <= 0:
        raise ValueError("no size")
    pixel, told = _read_vui(bits) if bits.flag() else ((1, 1), None)
    # Without a word on it: none where the profile or the way of counting allows none; else no
    # more than there are references, or than fit into the decoder's memory.
    none = profile == BASELINE_PROFILE or order == 2 or references <= 1
    if none or (profile in INTRA_ONLY_PROFILES and constraints & 0x10):
        return SpsInfo(width, height, 0, pixel, chroma, depth)
    room = min(MAX_DPB_MACROBLOCKS.get(level, 696320) // (columns * rows), 16)
    reorder = told if told is not None else min(references, room)
    return SpsInfo(width, height, reorder, pixel, chroma, depth)


def _read_profile(bits: BitReader) -> tuple[int, int, int, int, int, bool]:
    """(profile, constraints, level, chroma, depth, whether the colours are planes apart) from the
    beginning of a sequence parameter set.
    """
    if bits.take(8) & 31 != H264Depacketizer.SEQUENCE:
        raise ValueError("not a sequence parameter set")
    profile, constraints, level = bits.take(8), bits.take(8), bits.take(8)
    bits.ue()
    chroma, depth, planes = 1, 8, False
    if profile in CHROMA_FORMAT_PROFILES:
        chroma = bits.ue()
        if chroma == 3:
            planes = bits.flag()
        depth = 8 + max(bits.ue(), bits.ue())
        bits.flag()
        if bits.flag():
            for place in range(12 if chroma == 3 else 8):
                if bits.flag():
                    _skip_scaling_list(bits, 16 if place < 6 else 64)
    return profile, constraints, level, chroma, depth, planes


def _read_poc_type(bits: BitReader) -> tuple[int, int]:
    """How pictures are put in the order in which they are shown, and the bits of its numbers."""
    order, width = bits.ue(), 0
    if order == 0:
        width = bits.ue() + 4
    elif order == 1:
        bits.flag()
        bits.se()
        bits.se()
        for _ in range(bits.ue()):
            bits.se()
    return order, width


class SliceHeaderLayout(NamedTuple):
    """What a slice's header has by its sequence parameter set: widths in bits."""

    separate_planes: bool
    number: int
    shown: int
    has_fields: bool


class SliceIdentity(NamedTuple):
    """What is the same in all slices of a picture (7.4.1.2.4), and differs in the next one's."""

    field: bool
    bottom: bool
    number: int
    is_reference: bool
    key: int  # 0: none
    shown: int


def parse_slice_layout(sequence: bytes) -> SliceHeaderLayout:
    bits = BitReader(unescape_nal(sequence))
    *_, planes = _read_profile(bits)
    number = bits.ue() + 4
    _, shown = _read_poc_type(bits)
    bits.ue()
    bits.flag()
    bits.ue()
    bits.ue()
    return SliceHeaderLayout(planes, number, shown, not bits.flag())


def parse_slice_header(slice: bytes, layout: SliceHeaderLayout) -> SliceIdentity:
    bits = BitReader(unescape_nal(slice[1:PARAMETER_SET_ID_BYTES]))
    for _ in range(3):
        bits.ue()
    if layout.separate_planes:
        bits.take(2)
    number = bits.take(layout.number)
    field = layout.has_fields and bits.flag()
    bottom = field and bits.flag()
    key = 1 + bits.ue() if slice[0] & 31 == 5 else 0
    return SliceIdentity(field, bottom, number, bool(slice[0] & 0x60), key, bits.take(layout.shown))


def _read_first_ue(payload: bytes) -> int | None:
    """The Exp-Golomb number that a message begins with."""
    try:
        return BitReader(payload).ue()
    except ValueError:
        return None


def _is_i_slice(slice: bytes) -> bool:
    """Whether it is an I slice."""
    bits = BitReader(unescape_nal(slice[1:PARAMETER_SET_ID_BYTES]))
    try:
        bits.ue()
        return bits.ue() % 5 == 2
    except ValueError:
        return False


def _skip_scaling_list(bits: BitReader, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.se()) % 256
        last = following or last


def _read_vui(bits: BitReader) -> tuple[tuple[int, int], int | None]:
    """The pixel's shape, and max_num_reorder_frames if it is there, of the usability information
    (E.1.1).
    """
    return read_pixel_aspect(bits), _read_vui_reorder(bits)


def _read_vui_reorder(bits: BitReader) -> int | None:
    if bits.flag():
        bits.flag()
    if bits.flag():
        bits.take(4)
        if bits.flag():
            bits.take(24)
    if bits.flag():
        bits.ue()
        bits.ue()
    if bits.flag():
        bits.take(65)
    network = _skip_hrd(bits)
    if _skip_hrd(bits) or network:
        bits.flag()
    bits.flag()
    if not bits.flag():
        return None
    bits.flag()
    for _ in range(4):
        bits.ue()
    return bits.ue()


def _skip_hrd(bits: BitReader) -> bool:
    """The parameters of one hypothetical reference decoder, if they are there."""
    if not bits.flag():
        return False
    count = bits.ue() + 1
    bits.take(8)
    for _ in range(count):
        bits.ue()
        bits.ue()
        bits.flag()
    bits.take(20)
    return True
