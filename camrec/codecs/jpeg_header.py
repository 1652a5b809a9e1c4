"""Reads size and orientation from the headers of a JPEG."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from camrec.media import MAX_FRAME_PIXELS

SOF_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
EXIF_ORIENTATION_TAG = 0x112
SOS_MARKER = 0xDA
STANDALONE_MARKERS = frozenset({0x01, *range(0xD0, 0xD9)})


def read_jpeg_format(jpeg: bytes) -> tuple[int, int, int]:
    """Return (width, height, orientation): the displayed size, and Exif's orientation, 1 to 8.

    Raises ValueError if `jpeg` is not a JPEG, has no frame header, or has too many pixels.
    """
    orientation = 1
    for marker, begin, end in _iterate_segments(jpeg):
        if marker == 0xE1 and jpeg[begin : begin + 6] == b"Exif\0\0":
            orientation = _read_orientation(jpeg[begin + 6 : end])
        elif marker in SOF_MARKERS:
            height = jpeg[begin + 1] << 8 | jpeg[begin + 2]
            width = jpeg[begin + 3] << 8 | jpeg[begin + 4]
            if not 0 < width * height <= MAX_FRAME_PIXELS:
                raise ValueError("no size, or too large")
            if orientation > 4:
                width, height = height, width
            return width, height, orientation
    raise ValueError("a JPEG without a frame")


def _iterate_segments(jpeg: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield (marker, start of content, end of content) of each segment up to the first scan."""
    if jpeg[:2] != b"\xff\xd8":
        raise ValueError("not a JPEG")
    at = 2
    while at + 9 <= len(jpeg):
        if jpeg[at] != 0xFF:
            raise ValueError("not a JPEG")
        marker = jpeg[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in STANDALONE_MARKERS:
            at += 2
        else:
            end = at + 2 + (jpeg[at + 2] << 8 | jpeg[at + 3])
            yield marker, at + 4, end
            if marker == SOS_MARKER:
                return
            at = end


def _read_orientation(tiff: bytes) -> int:
    """Read the orientation from an Exif block; 1 if it has none."""
    orders: dict[bytes, Literal["big", "little"]] = {b"MM": "big", b"II": "little"}
    order = orders.get(tiff[:2])
    if order is None:
        return 1

    def number(at: int, size: int) -> int:
        return int.from_bytes(tiff[at : at + size], order)

    begin = number(4, 4)
    for at in range(begin + 2, begin + 2 + 12 * min(number(begin, 2), 64), 12):
        if number(at, 2) == EXIF_ORIENTATION_TAG:
            orientation = number(at + 8, 2)
            return orientation if 1 <= orientation <= 8 else 1
    return 1
