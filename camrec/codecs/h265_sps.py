"""Parses H.265's sequence parameter set (7.3.2.2). The names are those of the standard."""

from __future__ import annotations

from camrec.codecs.bit_reader import BitReader, unescape_nal
from camrec.codecs.sps import SpsInfo, read_sample_aspect_ratio

H265_SPS_TYPE = 33


def parse_h265_sps(sps: bytes) -> SpsInfo:
    """Read size, reorder depth and sample format. Raises ValueError if `sps` is not valid."""
    bits = BitReader(unescape_nal(sps))
    nal_unit_type = bits.read_bits(16) >> 9 & 63
    if nal_unit_type != H265_SPS_TYPE:
        raise ValueError("not a sequence parameter set")
    sps_max_sub_layers_minus1 = skip_to_sps_id(bits)
    bits.read_ue()  # sps_seq_parameter_set_id
    chroma_format_idc, width, height = _read_size(bits)
    bit_depth_luma_minus8, bit_depth_chroma_minus8 = bits.read_ue(), bits.read_ue()
    depth = 8 + max(bit_depth_luma_minus8, bit_depth_chroma_minus8)
    log2_max_pic_order_cnt_lsb_minus4 = bits.read_ue()
    reorder = _read_max_num_reorder_pics(bits, sps_max_sub_layers_minus1)
    pixel = _read_pixel_shape(bits, log2_max_pic_order_cnt_lsb_minus4 + 4)
    return SpsInfo(width, height, reorder, pixel, chroma_format_idc, depth)


def skip_to_sps_id(bits: BitReader) -> int:
    """Skip the syntax elements between the NAL unit header and sps_seq_parameter_set_id.

    Returns sps_max_sub_layers_minus1.
    """
    bits.read_bits(4)  # sps_video_parameter_set_id
    sps_max_sub_layers_minus1 = bits.read_bits(3)
    bits.read_flag()  # sps_temporal_id_nesting_flag
    _skip_profile_tier_level(bits, sps_max_sub_layers_minus1)
    return sps_max_sub_layers_minus1


def _skip_profile_tier_level(bits: BitReader, max_sub_layers_minus1: int) -> None:
    """Skip profile_tier_level() (7.3.3)."""
    bits.read_bits(88)  # general_profile_space to general_inbld_flag or its reserved bit
    bits.read_bits(8)  # general_level_idc
    present = [(bits.read_flag(), bits.read_flag()) for _ in range(max_sub_layers_minus1)]
    if max_sub_layers_minus1:
        bits.read_bits(2 * (8 - max_sub_layers_minus1))  # reserved_zero_2bits
    for sub_layer_profile_present_flag, sub_layer_level_present_flag in present:
        bits.read_bits(88 * sub_layer_profile_present_flag + 8 * sub_layer_level_present_flag)


def _read_size(bits: BitReader) -> tuple[int, int, int]:
    """Read (chroma_format_idc, width, height), in pixels inside the conformance window.

    Raises ValueError if the window is empty.
    """
    chroma_format_idc = bits.read_ue()
    if chroma_format_idc == 3:
        bits.read_flag()  # separate_colour_plane_flag
    width, height = bits.read_ue(), bits.read_ue()
    conformance_window_flag = bits.read_flag()
    if conformance_window_flag:
        left, right, top, bottom = (bits.read_ue() for _ in range(4))
        # SubWidthC and SubHeightC (table 6-1).
        width -= (left + right) * (2 if chroma_format_idc in (1, 2) else 1)
        height -= (top + bottom) * (2 if chroma_format_idc == 1 else 1)
    if width <= 0 or height <= 0:
        raise ValueError("the frames have no size")
    return chroma_format_idc, width, height


def _read_max_num_reorder_pics(bits: BitReader, max_sub_layers_minus1: int) -> int:
    """Read sps_max_num_reorder_pics of the highest sub-layer: decoders decode all sub-layers."""
    sps_max_num_reorder_pics = 0
    sub_layer_ordering_info_present_flag = bits.read_flag()
    for _ in range(max_sub_layers_minus1 + 1 if sub_layer_ordering_info_present_flag else 1):
        bits.read_ue()  # sps_max_dec_pic_buffering_minus1
        sps_max_num_reorder_pics = bits.read_ue()
        bits.read_ue()  # sps_max_latency_increase_plus1
    return sps_max_num_reorder_pics


def _read_pixel_shape(bits: BitReader, log2_max_pic_order_cnt_lsb: int) -> tuple[int, int]:
    """Read the width and height of a pixel from the VUI, which is near the end of the SPS.

    Returns (1, 1) if something before it cannot be read.
    """
    try:
        bits.read_ue()  # log2_min_luma_coding_block_size_minus3
        bits.read_ue()  # log2_diff_max_min_luma_coding_block_size
        bits.read_ue()  # log2_min_luma_transform_block_size_minus2
        bits.read_ue()  # log2_diff_max_min_luma_transform_block_size
        bits.read_ue()  # max_transform_hierarchy_depth_inter
        bits.read_ue()  # max_transform_hierarchy_depth_intra
        scaling_list_enabled_flag = bits.read_flag()
        if scaling_list_enabled_flag:
            sps_scaling_list_data_present_flag = bits.read_flag()
            if sps_scaling_list_data_present_flag:
                _skip_scaling_list_data(bits)
        bits.read_bits(1 + 1)  # amp_enabled_flag, sample_adaptive_offset_enabled_flag
        pcm_enabled_flag = bits.read_flag()
        if pcm_enabled_flag:
            bits.read_bits(4 + 4)  # pcm_sample_bit_depth_luma_minus1, ..._chroma_minus1
            bits.read_ue()  # log2_min_pcm_luma_coding_block_size_minus3
            bits.read_ue()  # log2_diff_max_min_pcm_luma_coding_block_size
            bits.read_flag()  # pcm_loop_filter_disabled_flag
        _skip_short_term_ref_pic_sets(bits)
        long_term_ref_pics_present_flag = bits.read_flag()
        if long_term_ref_pics_present_flag:
            num_long_term_ref_pics_sps = bits.read_ue()
            for _ in range(num_long_term_ref_pics_sps):
                # lt_ref_pic_poc_lsb_sps, used_by_curr_pic_lt_sps_flag
                bits.read_bits(log2_max_pic_order_cnt_lsb + 1)
        bits.read_bits(1 + 1)  # sps_temporal_mvp_enabled_flag, strong_intra_smoothing_enabled_flag
        vui_parameters_present_flag = bits.read_flag()
        return read_sample_aspect_ratio(bits) if vui_parameters_present_flag else (1, 1)
    except ValueError:
        return 1, 1


def _skip_scaling_list_data(bits: BitReader) -> None:
    """Skip scaling_list_data() (7.3.4)."""
    for size_id in range(4):
        for _ in range(0, 6, 3 if size_id == 3 else 1):
            scaling_list_pred_mode_flag = bits.read_flag()
            if not scaling_list_pred_mode_flag:
                bits.read_ue()  # scaling_list_pred_matrix_id_delta
                continue
            if size_id > 1:
                bits.read_se()  # scaling_list_dc_coef_minus8
            coef_num = min(64, 1 << (4 + (size_id << 1)))
            for _ in range(coef_num):
                bits.read_se()  # scaling_list_delta_coef


def _skip_short_term_ref_pic_sets(bits: BitReader) -> None:
    """Skip num_short_term_ref_pic_sets and each st_ref_pic_set() (7.3.7)."""
    delta_pocs: list[int] = []  # of the previous set, from which 7.4.8 derives a predicted set
    num_short_term_ref_pic_sets = bits.read_ue()
    for st_rps_idx in range(num_short_term_ref_pic_sets):
        inter_ref_pic_set_prediction_flag = st_rps_idx > 0 and bits.read_flag()
        if inter_ref_pic_set_prediction_flag:
            found = _read_predicted_delta_pocs(bits, delta_pocs)
        else:
            found = _read_delta_pocs(bits)
        delta_pocs = sorted((poc for poc in found if poc), key=lambda poc: (poc > 0, abs(poc)))


def _read_predicted_delta_pocs(bits: BitReader, before: list[int]) -> list[int]:
    delta_rps_sign = bits.read_flag()
    abs_delta_rps_minus1 = bits.read_ue()
    delta_rps = (abs_delta_rps_minus1 + 1) * (-1 if delta_rps_sign else 1)
    # A frame stays in the set if used_by_curr_pic_flag is set. If not, use_delta_flag follows.
    return [poc + delta_rps for poc in (*before, 0) if bits.read_flag() or bits.read_flag()]


def _read_delta_pocs(bits: BitReader) -> list[int]:
    num_negative_pics, num_positive_pics = bits.read_ue(), bits.read_ue()
    found = []
    for sign, count in ((-1, num_negative_pics), (1, num_positive_pics)):
        delta_poc = 0
        for _ in range(count):
            delta_poc_minus1 = bits.read_ue()
            delta_poc += sign * (delta_poc_minus1 + 1)
            found.append(delta_poc)
            bits.read_flag()  # used_by_curr_pic_flag
    return found
