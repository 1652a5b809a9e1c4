"""H.264: its NAL units in RTP (RFC 6184), and what its sequence parameter set says."""

from __future__ import annotations

from collections.abc import Iterator

from camrec.readers.bits import Bits
from camrec.readers.nals import Form, Nals, aggregated

STAP_A, FU_A = 24, 28
BASELINE = 66
INTRA_ONLY = (44, 86, 100, 110, 122, 244)  # where constraint flag 3 means: no prediction at all
WITH_CHROMA = (100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135)
# Decoded picture buffer in macroblocks by level (table A-1); level 1b counts as 1.1 here.
BUFFERS = {
    9: 396, 10: 396, 11: 900, 12: 2376, 13: 2376, 20: 2376, 21: 4752, 22: 8100, 30: 8100,
    31: 18000, 32: 20480, 40: 32768, 41: 32768, 42: 34816, 50: 110400, 51: 184320, 52: 184320,
    60: 696320, 61: 696320, 62: 696320,
}  # fmt: skip


class H264(Nals):
    CODEC = "h264"
    PARAMETERS = (7, 8)
    SEQUENCE = 7
    DELIMITER = 9
    FRAGMENT_HEAD = 2

    @staticmethod
    def kind(nal: bytes | memoryview) -> int:
        return nal[0] & 31

    @staticmethod
    def is_picture(kind: int) -> bool:
        return 1 <= kind <= 5

    @staticmethod
    def is_key(kind: int) -> bool:
        return kind == 5

    @staticmethod
    def form(sequence: bytes) -> Form:
        return read_sequence(sequence)

    def _whole(self, payload: memoryview) -> Iterator[bytes] | None:
        kind = payload[0] & 31
        if kind == FU_A:
            return None
        if kind == STAP_A:
            return aggregated(payload[1:])
        # 25 to 27 and 29 belong to the interleaved mode, which is never asked for.
        return iter([bytes(payload)] if 1 <= kind <= 23 else [])

    def _fragment(self, payload: memoryview) -> tuple[bool, bool, bytes, memoryview]:
        head = payload[1]
        header = bytes([payload[0] & 0xE0 | head & 0x1F])
        return bool(head & 0x80), bool(head & 0x40), header, payload[2:]


def read_sequence(sequence: bytes) -> Form:
    """Size and reorder depth from a sequence parameter set (7.3.2.1.1)."""
    bits = Bits(sequence)
    if bits.take(8) & 31 != H264.SEQUENCE:
        raise ValueError("not a sequence parameter set")
    profile, constraints, level = bits.take(8), bits.take(8), bits.take(8)
    bits.ue()
    chroma = 1
    if profile in WITH_CHROMA:
        chroma = bits.ue()
        if chroma == 3:
            bits.flag()
        bits.ue()
        bits.ue()
        bits.flag()
        if bits.flag():
            for place in range(12 if chroma == 3 else 8):
                if bits.flag():
                    _skip_scaling(bits, 16 if place < 6 else 64)
    bits.ue()
    order = bits.ue()
    if order == 0:
        bits.ue()
    elif order == 1:
        bits.flag()
        bits.se()
        bits.se()
        for _ in range(bits.ue()):
            bits.se()
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
    told = _told_reorder(bits) if bits.flag() else None
    # Without a word on it: none where the profile or the way of counting allows none; else no
    # more than there are references, or than fit into the decoder's memory.
    none = profile == BASELINE or order == 2 or references <= 1
    if none or (profile in INTRA_ONLY and constraints & 0x10):
        return Form(width, height, 0)
    room = min(BUFFERS.get(level, 696320) // (columns * rows), 16)
    return Form(width, height, told if told is not None else min(references, room))


def _skip_scaling(bits: Bits, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.se()) % 256
        last = following or last


def _told_reorder(bits: Bits) -> int | None:
    """max_num_reorder_frames of the usability information (E.1.1), if it is there."""
    if bits.flag() and bits.take(8) == 255:
        bits.take(32)
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
    network = _skip_hypothetical(bits)
    if _skip_hypothetical(bits) or network:
        bits.flag()
    bits.flag()
    if not bits.flag():
        return None
    bits.flag()
    for _ in range(4):
        bits.ue()
    return bits.ue()


def _skip_hypothetical(bits: Bits) -> bool:
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
