"""A frame's number, drawn at its top as blocks that any encoder leaves readable.

Twenty black or white blocks of equal width fill the upper eighth of the frame: sixteen bits of the
number, the highest first, then four that check it.
"""

from __future__ import annotations

BLOCKS = 20


def bits(number: int) -> list[bool]:
    """The blocks for `number` (modulo 65536), True for white."""
    number &= 0xFFFF
    whole = number << 4 | _check(number)
    return [bool(whole >> (BLOCKS - 1 - place) & 1) for place in range(BLOCKS)]


def rows(number: int, width: int) -> bytes:
    """One row of `width` bytes of luma with the blocks of `number`."""
    blocks = bits(number)
    edges = [round(place * width / BLOCKS) for place in range(BLOCKS + 1)]
    return b"".join(
        (b"\xeb" if white else b"\x10") * (edges[place + 1] - edges[place])
        for place, white in enumerate(blocks)
    )


def read(picture) -> int | None:
    """The number in a decoded frame, an array (H, W) or (H, W, 3) of uint8; None: there is none."""
    height, width = picture.shape[:2]
    band = picture[height // 32 : height * 3 // 32]
    whole = 0
    for place in range(BLOCKS):
        middle = (place + 0.5) * width / BLOCKS
        reach = width / BLOCKS / 4
        block = band[:, int(middle - reach) : int(middle + reach) + 1]
        whole = whole << 1 | bool(block.mean() > 128)
    number, check = whole >> 4, whole & 15
    return number if check == _check(number) else None


def _check(number: int) -> int:
    # 9: an all-black frame must not read as number 0.
    return (number ^ number >> 4 ^ number >> 8 ^ number >> 12 ^ 9) & 15
