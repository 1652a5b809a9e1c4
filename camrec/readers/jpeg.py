"""What a JPEG says of itself."""

from __future__ import annotations

from camrec.units import MOST_PIXELS

FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
ALONE = frozenset({0x01, *range(0xD0, 0xD9)})


def size(jpeg: bytes) -> tuple[int, int]:
    """(width, height) from its frame header; ValueError where it has none, or is too large."""
    if jpeg[:2] != b"\xff\xd8":
        raise ValueError("not a JPEG")
    at = 2
    while at + 9 <= len(jpeg):
        if jpeg[at] != 0xFF:
            raise ValueError("not a JPEG")
        marker = jpeg[at + 1]
        if marker in FRAMES:
            width, height = jpeg[at + 7] << 8 | jpeg[at + 8], jpeg[at + 5] << 8 | jpeg[at + 6]
            if not 0 < width * height <= MOST_PIXELS:
                raise ValueError("too large, or nothing")
            return width, height
        if marker == 0xFF:
            at += 1
        elif marker in ALONE:
            at += 2
        else:
            at += 2 + (jpeg[at + 2] << 8 | jpeg[at + 3])
    raise ValueError("a JPEG without a frame")
