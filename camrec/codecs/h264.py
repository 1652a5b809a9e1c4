"""H.264: the types of its NAL units, its parameter sets, and which frame a slice belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from camrec.codecs.bit_reader import BitReader, unescape_nal
from camrec.codecs.h264_sps import H264_SPS_TYPE, parse_h264_sps, read_sps_header
from camrec.codecs.nal_syntax import NalSyntax, SliceRelation
from camrec.codecs.nal_units import PARAMETER_SET_ID_BYTES
from camrec.codecs.sps import SpsInfo

NON_IDR_SLICE_TYPE, PARTITION_A_TYPE, IDR_SLICE_TYPE = 1, 2, 5
SLICE_HEADER_NAL_TYPES = (NON_IDR_SLICE_TYPE, PARTITION_A_TYPE, IDR_SLICE_TYPE)
NAL_REF_IDC_MASK = 0x60


class H264Syntax(NalSyntax):
    """H.264 (ITU-T H.264, table 7-1)."""

    CODEC = "h264"
    NAL_HEADER_BYTES = 1
    PARAMETER_SET_TYPES = (H264_SPS_TYPE, 8)
    SPS_TYPE = H264_SPS_TYPE
    SEI_TYPE = 6
    AUD_TYPE = 9
    PARAMETER_SET_AND_SEI_TYPES = frozenset({6, 7, 8})
    IDR_TYPES = (IDR_SLICE_TYPE,)

    @staticmethod
    def nal_type(nal: bytes | memoryview) -> int:
        return nal[0] & 31

    @staticmethod
    def is_slice(nal_type: int) -> bool:
        return 1 <= nal_type <= 5

    @staticmethod
    def is_key_slice(nal_type: int) -> bool:
        return nal_type == IDR_SLICE_TYPE

    @classmethod
    def is_reference(cls, nals: Sequence[bytes], types: Sequence[int]) -> bool:
        return any(
            nal[0] & NAL_REF_IDC_MASK
            for nal, nal_type in zip(nals, types, strict=True)
            if cls.is_slice(nal_type)
        )

    @classmethod
    def is_first_slice(cls, nal: bytes) -> bool:
        # first_mb_in_slice is 0, which is one set bit.
        return nal[0] & 31 in SLICE_HEADER_NAL_TYPES and len(nal) > 1 and nal[1] >= 0x80

    @classmethod
    def compare_slices(cls, before: bytes, nal: bytes, sps: bytes | None) -> SliceRelation:
        try:
            layout = read_slice_header_layout(sps or b"")
            one, other = read_slice_identity(before, layout), read_slice_identity(nal, layout)
        except ValueError:
            return "same"  # because the timestamp is the same
        if (
            one.field_pic_flag
            and other.field_pic_flag
            and one.bottom_field_flag != other.bottom_field_flag
            and one.frame_num == other.frame_num
        ):
            return "field"
        return "same" if one == other else "next"

    @classmethod
    def parse_sps(cls, sps: bytes) -> SpsInfo:
        return parse_h264_sps(sps)

    @classmethod
    def read_recovery_count(cls, nals: Sequence[bytes], types: Sequence[int]) -> int | None:
        if (payload := cls.find_recovery_point(nals, types)) is not None:
            return _read_recovery_frame_cnt(payload)
        # Some cameras send no SEI, but parameter sets with a frame that has only I slices.
        slices = (nal for nal, nal_type in zip(nals, types, strict=True) if cls.is_slice(nal_type))
        return 0 if cls.SPS_TYPE in types and all(map(_is_i_slice, slices)) else None

    @classmethod
    def read_slice_pps_id(cls, slice: bytes) -> int:
        bits = BitReader(unescape_nal(slice[cls.NAL_HEADER_BYTES : PARAMETER_SET_ID_BYTES]))
        bits.read_ue()  # first_mb_in_slice
        bits.read_ue()  # slice_type
        return bits.read_ue()

    @classmethod
    def read_parameter_set_id(cls, parameter_set: bytes) -> int:
        bits = BitReader(unescape_nal(parameter_set[cls.NAL_HEADER_BYTES : PARAMETER_SET_ID_BYTES]))
        if cls.nal_type(parameter_set) == cls.SPS_TYPE:
            bits.read_bits(8 + 8 + 8)  # profile_idc, constraint flags, level_idc
        return bits.read_ue()


class SliceHeaderLayout(NamedTuple):
    """The layout of slice headers, as an SPS defines it.

    frame_num_bits, pic_order_cnt_lsb_bits : sizes of these fields in bits.
    has_fields : whether a slice may belong to one field only.
    """

    separate_colour_plane_flag: bool
    frame_num_bits: int
    pic_order_cnt_lsb_bits: int
    has_fields: bool


class SliceIdentity(NamedTuple):
    """The values that all slices of a frame share, and that differ in the next frame (7.4.1.2.4).

    idr_pic_id_plus1 : 0 if the frame is not an IDR frame.
    """

    field_pic_flag: bool
    bottom_field_flag: bool
    frame_num: int
    is_reference: bool
    idr_pic_id_plus1: int
    pic_order_cnt_lsb: int


def read_slice_header_layout(sps: bytes) -> SliceHeaderLayout:
    """Read an SPS. Raises ValueError if `sps` is not an SPS, or is cut off."""
    header = read_sps_header(BitReader(unescape_nal(sps)))
    return SliceHeaderLayout(
        header.separate_colour_plane_flag,
        header.log2_max_frame_num,
        header.log2_max_pic_order_cnt_lsb,
        not header.frame_mbs_only_flag,
    )


def read_slice_identity(slice: bytes, layout: SliceHeaderLayout) -> SliceIdentity:
    """Read a slice header (7.3.3) up to pic_order_cnt_lsb. Raises ValueError if it is cut off."""
    bits = BitReader(unescape_nal(slice[1:PARAMETER_SET_ID_BYTES]))
    bits.read_ue()  # first_mb_in_slice
    bits.read_ue()  # slice_type
    bits.read_ue()  # pic_parameter_set_id
    if layout.separate_colour_plane_flag:
        bits.read_bits(2)  # colour_plane_id
    frame_num = bits.read_bits(layout.frame_num_bits)
    field_pic_flag = layout.has_fields and bits.read_flag()
    bottom_field_flag = field_pic_flag and bits.read_flag()
    idr_pic_id_plus1 = 1 + bits.read_ue() if slice[0] & 31 == IDR_SLICE_TYPE else 0
    pic_order_cnt_lsb = bits.read_bits(layout.pic_order_cnt_lsb_bits)
    is_reference = bool(slice[0] & NAL_REF_IDC_MASK)
    return SliceIdentity(
        field_pic_flag,
        bottom_field_flag,
        frame_num,
        is_reference,
        idr_pic_id_plus1,
        pic_order_cnt_lsb,
    )


def _read_recovery_frame_cnt(payload: bytes) -> int | None:
    """Read recovery_frame_cnt of a recovery point message (D.1.8); None if it is cut off."""
    try:
        return BitReader(payload).read_ue()
    except ValueError:
        return None


def _is_i_slice(slice: bytes) -> bool:
    bits = BitReader(unescape_nal(slice[1:PARAMETER_SET_ID_BYTES]))
    try:
        bits.read_ue()  # first_mb_in_slice
        slice_type = bits.read_ue()
    except ValueError:
        return False
    return slice_type % 5 == 2
