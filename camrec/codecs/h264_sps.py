"""Parses H.264's sequence parameter set (7.3.2.1.1). The names are those of the standard."""

from __future__ import annotations

from typing import NamedTuple

from camrec.codecs.bit_reader import BitReader, unescape_nal
from camrec.codecs.sps import SpsInfo, read_sample_aspect_ratio

H264_SPS_TYPE = 7
BASELINE_PROFILE_IDC = 66
# In these profiles, constraint_set3_flag means that all frames are intra frames.
INTRA_ONLY_PROFILE_IDCS = (44, 86, 100, 110, 122, 244)
CONSTRAINT_SET3_FLAG = 0x10
CHROMA_FORMAT_PROFILE_IDCS = (100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135)
# MaxDpbMbs by level_idc (table A-1). In level 1b, level_idc is 9, or 11 as in level 1.1.
MAX_DPB_MACROBLOCKS = {
    9: 396, 10: 396, 11: 900, 12: 2376, 13: 2376, 20: 2376, 21: 4752, 22: 8100, 30: 8100,
    31: 18000, 32: 20480, 40: 32768, 41: 32768, 42: 34816, 50: 110400, 51: 184320, 52: 184320,
    60: 696320, 61: 696320, 62: 696320,
}  # fmt: skip
LARGEST_MAX_DPB_MACROBLOCKS = 696320
MAX_DPB_FRAMES = 16


class SpsHeader(NamedTuple):
    """The syntax elements that camrec uses of an SPS, up to frame_mbs_only_flag."""

    profile_idc: int
    constraint_flags: int
    level_idc: int
    chroma_format_idc: int
    separate_colour_plane_flag: bool
    bit_depth: int
    log2_max_frame_num: int
    pic_order_cnt_type: int
    log2_max_pic_order_cnt_lsb: int
    max_num_ref_frames: int
    width_in_mbs: int
    height_in_map_units: int
    frame_mbs_only_flag: bool

    @property
    def height_in_mbs(self) -> int:
        """FrameHeightInMbs: the height of a whole frame, even if it is coded as two fields."""
        return self.height_in_map_units * (1 if self.frame_mbs_only_flag else 2)


def parse_h264_sps(sps: bytes) -> SpsInfo:
    """Read size, reorder depth and sample format. Raises ValueError if `sps` is not valid."""
    bits = BitReader(unescape_nal(sps))
    header = read_sps_header(bits)
    if not header.frame_mbs_only_flag:
        bits.read_flag()  # mb_adaptive_frame_field_flag
    bits.read_flag()  # direct_8x8_inference_flag
    width, height = _read_cropped_size(bits, header)
    pixel, max_num_reorder_frames = (1, 1), None
    vui_parameters_present_flag = bits.read_flag()
    if vui_parameters_present_flag:
        pixel = read_sample_aspect_ratio(bits)
        max_num_reorder_frames = _read_max_num_reorder_frames(bits)
    reorder = _reorder_depth(header, max_num_reorder_frames)
    return SpsInfo(width, height, reorder, pixel, header.chroma_format_idc, header.bit_depth)


def read_sps_header(bits: BitReader) -> SpsHeader:
    """Read an SPS from its NAL unit header to frame_mbs_only_flag.

    Raises ValueError if it is not an SPS, or is cut off.
    """
    nal_unit_type = bits.read_bits(8) & 31
    if nal_unit_type != H264_SPS_TYPE:
        raise ValueError("not a sequence parameter set")
    profile_idc, constraint_flags, level_idc = (bits.read_bits(8) for _ in range(3))
    bits.read_ue()  # seq_parameter_set_id
    chroma_format_idc, separate_colour_plane_flag, bit_depth = 1, False, 8
    if profile_idc in CHROMA_FORMAT_PROFILE_IDCS:
        chroma_format_idc = bits.read_ue()
        if chroma_format_idc == 3:
            separate_colour_plane_flag = bits.read_flag()
        bit_depth_luma_minus8, bit_depth_chroma_minus8 = bits.read_ue(), bits.read_ue()
        bit_depth = 8 + max(bit_depth_luma_minus8, bit_depth_chroma_minus8)
        bits.read_flag()  # qpprime_y_zero_transform_bypass_flag
        seq_scaling_matrix_present_flag = bits.read_flag()
        if seq_scaling_matrix_present_flag:
            _skip_scaling_lists(bits, 12 if chroma_format_idc == 3 else 8)
    log2_max_frame_num_minus4 = bits.read_ue()
    pic_order_cnt_type, log2_max_pic_order_cnt_lsb = _read_pic_order_cnt(bits)
    max_num_ref_frames = bits.read_ue()
    bits.read_flag()  # gaps_in_frame_num_value_allowed_flag
    pic_width_in_mbs_minus1 = bits.read_ue()
    pic_height_in_map_units_minus1 = bits.read_ue()
    frame_mbs_only_flag = bits.read_flag()
    return SpsHeader(
        profile_idc,
        constraint_flags,
        level_idc,
        chroma_format_idc,
        separate_colour_plane_flag,
        bit_depth,
        log2_max_frame_num_minus4 + 4,
        pic_order_cnt_type,
        log2_max_pic_order_cnt_lsb,
        max_num_ref_frames,
        pic_width_in_mbs_minus1 + 1,
        pic_height_in_map_units_minus1 + 1,
        frame_mbs_only_flag,
    )


def _read_pic_order_cnt(bits: BitReader) -> tuple[int, int]:
    """Return pic_order_cnt_type, and the bits of pic_order_cnt_lsb (0 for types 1 and 2)."""
    pic_order_cnt_type = bits.read_ue()
    if pic_order_cnt_type == 0:
        log2_max_pic_order_cnt_lsb_minus4 = bits.read_ue()
        return pic_order_cnt_type, log2_max_pic_order_cnt_lsb_minus4 + 4
    if pic_order_cnt_type == 1:
        bits.read_flag()  # delta_pic_order_always_zero_flag
        bits.read_se()  # offset_for_non_ref_pic
        bits.read_se()  # offset_for_top_to_bottom_field
        num_ref_frames_in_pic_order_cnt_cycle = bits.read_ue()
        for _ in range(num_ref_frames_in_pic_order_cnt_cycle):
            bits.read_se()  # offset_for_ref_frame[i]
    return pic_order_cnt_type, 0


def _read_cropped_size(bits: BitReader, header: SpsHeader) -> tuple[int, int]:
    """Return (width, height) in pixels after cropping. Raises ValueError if nothing is left."""
    width, height = header.width_in_mbs * 16, header.height_in_mbs * 16
    frame_cropping_flag = bits.read_flag()
    if frame_cropping_flag:
        left, right, top, bottom = (bits.read_ue() for _ in range(4))
        # CropUnitX and CropUnitY (7.4.2.1.1).
        crop_unit_x = 2 if header.chroma_format_idc in (1, 2) else 1
        crop_unit_y = 2 if header.chroma_format_idc == 1 else 1
        crop_unit_y *= 1 if header.frame_mbs_only_flag else 2
        width -= (left + right) * crop_unit_x
        height -= (top + bottom) * crop_unit_y
    if width <= 0 or height <= 0:
        raise ValueError("the frames have no size")
    return width, height


def _reorder_depth(header: SpsHeader, max_num_reorder_frames: int | None) -> int:
    """Return how many frames may be decoded before a frame that is shown earlier.

    It is 0 if the profile, the picture order count type or the number of reference frames excludes
    reordering. Otherwise it is max_num_reorder_frames. If the SPS does not contain that, it is the
    number of reference frames, or of frames that fit into the decoder's buffer if that is smaller.
    """
    excluded = header.profile_idc == BASELINE_PROFILE_IDC or header.pic_order_cnt_type == 2
    if excluded or header.max_num_ref_frames <= 1:
        return 0
    if (
        header.profile_idc in INTRA_ONLY_PROFILE_IDCS
        and header.constraint_flags & CONSTRAINT_SET3_FLAG
    ):
        return 0
    if max_num_reorder_frames is not None:
        return max_num_reorder_frames
    frame_mbs = header.width_in_mbs * header.height_in_mbs
    dpb_mbs = MAX_DPB_MACROBLOCKS.get(header.level_idc, LARGEST_MAX_DPB_MACROBLOCKS)
    return min(header.max_num_ref_frames, dpb_mbs // frame_mbs, MAX_DPB_FRAMES)


def _skip_scaling_lists(bits: BitReader, count: int) -> None:
    for index in range(count):
        seq_scaling_list_present_flag = bits.read_flag()
        if seq_scaling_list_present_flag:
            _skip_scaling_list(bits, 16 if index < 6 else 64)


def _skip_scaling_list(bits: BitReader, size: int) -> None:
    """Skip scaling_list() (7.3.2.1.1.1)."""
    last_scale = next_scale = 8
    for _ in range(size):
        if next_scale:
            delta_scale = bits.read_se()
            next_scale = (last_scale + delta_scale) % 256
        last_scale = next_scale or last_scale


def _read_max_num_reorder_frames(bits: BitReader) -> int | None:
    """Read max_num_reorder_frames from a VUI whose aspect ratio has been read (E.1.1).

    Returns None if the VUI does not contain it.
    """
    overscan_info_present_flag = bits.read_flag()
    if overscan_info_present_flag:
        bits.read_flag()  # overscan_appropriate_flag
    video_signal_type_present_flag = bits.read_flag()
    if video_signal_type_present_flag:
        bits.read_bits(3 + 1)  # video_format, video_full_range_flag
        colour_description_present_flag = bits.read_flag()
        if colour_description_present_flag:
            bits.read_bits(3 * 8)  # colour_primaries, transfer_characteristics, matrix_coefficients
    chroma_loc_info_present_flag = bits.read_flag()
    if chroma_loc_info_present_flag:
        bits.read_ue()  # chroma_sample_loc_type_top_field
        bits.read_ue()  # chroma_sample_loc_type_bottom_field
    timing_info_present_flag = bits.read_flag()
    if timing_info_present_flag:
        bits.read_bits(32 + 32 + 1)  # num_units_in_tick, time_scale, fixed_frame_rate_flag
    nal_hrd_parameters_present_flag = _skip_hrd(bits)
    vcl_hrd_parameters_present_flag = _skip_hrd(bits)
    if nal_hrd_parameters_present_flag or vcl_hrd_parameters_present_flag:
        bits.read_flag()  # low_delay_hrd_flag
    bits.read_flag()  # pic_struct_present_flag
    bitstream_restriction_flag = bits.read_flag()
    if not bitstream_restriction_flag:
        return None
    bits.read_flag()  # motion_vectors_over_pic_boundaries_flag
    bits.read_ue()  # max_bytes_per_pic_denom
    bits.read_ue()  # max_bits_per_mb_denom
    bits.read_ue()  # log2_max_mv_length_horizontal
    bits.read_ue()  # log2_max_mv_length_vertical
    return bits.read_ue()


def _skip_hrd(bits: BitReader) -> bool:
    """Read a flag and, if it is set, skip hrd_parameters() (E.1.2). Returns the flag."""
    hrd_parameters_present_flag = bits.read_flag()
    if not hrd_parameters_present_flag:
        return False
    cpb_cnt_minus1 = bits.read_ue()
    bits.read_bits(4 + 4)  # bit_rate_scale, cpb_size_scale
    for _ in range(cpb_cnt_minus1 + 1):
        bits.read_ue()  # bit_rate_value_minus1
        bits.read_ue()  # cpb_size_value_minus1
        bits.read_flag()  # cbr_flag
    bits.read_bits(5 + 5 + 5 + 5)  # three lengths of delays minus 1, time_offset_length
    return True
