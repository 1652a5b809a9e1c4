"""What the sequence parameter sets of H.264 and H.265 have in common."""

from __future__ import annotations

from typing import NamedTuple

from camrec.codecs.bit_reader import BitReader

# Width and height of a pixel by aspect_ratio_idc (H.264 table E-1, H.265 table E.1).
SAMPLE_ASPECT_RATIOS = (
    (1, 1), (1, 1), (12, 11), (10, 11), (16, 11), (40, 33), (24, 11), (20, 11), (32, 11),
    (80, 33), (18, 11), (15, 11), (64, 33), (160, 99), (4, 3), (3, 2), (2, 1),
)  # fmt: skip
EXTENDED_SAR_IDC = 255  # sar_width and sar_height follow


class SpsInfo(NamedTuple):
    """The video format in a sequence parameter set; the fields are those of `VideoTrack`.

    width, height : pixels after cropping.
    reorder : how many frames may be decoded before a frame that is shown earlier.
    pixel : width and height of a pixel.
    chroma : chroma_format_idc.
    depth : bits per sample.
    """

    width: int
    height: int
    reorder: int
    pixel: tuple[int, int] = (1, 1)
    chroma: int = 1
    depth: int = 8


def read_sample_aspect_ratio(bits: BitReader) -> tuple[int, int]:
    """Read the width and height of a pixel at the start of a VUI; (1, 1) if it has none."""
    aspect_ratio_info_present_flag = bits.read_flag()
    if not aspect_ratio_info_present_flag:
        return 1, 1
    aspect_ratio_idc = bits.read_bits(8)
    if aspect_ratio_idc == EXTENDED_SAR_IDC:
        sar_width, sar_height = bits.read_bits(16), bits.read_bits(16)
        return (sar_width, sar_height) if sar_width and sar_height else (1, 1)
    if aspect_ratio_idc < len(SAMPLE_ASPECT_RATIOS):
        return SAMPLE_ASPECT_RATIOS[aspect_ratio_idc]
    return 1, 1
