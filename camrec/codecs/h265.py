"""H.265: the types of its NAL units, and its parameter sets."""

from __future__ import annotations

from collections.abc import Sequence

from camrec.codecs.bit_reader import BitReader, unescape_nal
from camrec.codecs.h265_sps import H265_SPS_TYPE, parse_h265_sps, skip_to_sps_id
from camrec.codecs.nal_syntax import NalSyntax
from camrec.codecs.nal_units import PARAMETER_SET_ID_BYTES
from camrec.codecs.sps import SpsInfo

H265_VPS_TYPE, H265_PPS_TYPE, PREFIX_SEI_TYPE = 32, 34, 39
IRAP_NAL_TYPES = range(16, 24)


class H265Syntax(NalSyntax):
    """H.265 (ITU-T H.265, table 7-1)."""

    CODEC = "h265"
    NAL_HEADER_BYTES = 2
    PARAMETER_SET_TYPES = (H265_VPS_TYPE, H265_SPS_TYPE, H265_PPS_TYPE)
    SPS_TYPE = H265_SPS_TYPE
    SEI_TYPE = PREFIX_SEI_TYPE
    AUD_TYPE = 35
    PARAMETER_SET_AND_SEI_TYPES = frozenset({*PARAMETER_SET_TYPES, PREFIX_SEI_TYPE})
    IDR_TYPES = (19, 20)
    LEADING_TYPES = (8, 9)  # RASL
    BROKEN_LINK_TYPES = (16, 17, 18)  # BLA

    @staticmethod
    def nal_type(nal: bytes | memoryview) -> int:
        return nal[0] >> 1 & 63

    @staticmethod
    def is_slice(nal_type: int) -> bool:
        return nal_type < 32

    @staticmethod
    def is_key_slice(nal_type: int) -> bool:
        return 16 <= nal_type <= 21

    @classmethod
    def is_first_slice(cls, nal: bytes) -> bool:
        # A slice of another layer (3D, scalable) does not start a new frame.
        is_base_layer = not nal[0] & 1 and len(nal) > 2 and not nal[1] >> 3
        return is_base_layer and nal[2] >= 0x80 and cls.is_slice(cls.nal_type(nal))

    @classmethod
    def parse_sps(cls, sps: bytes) -> SpsInfo:
        return parse_h265_sps(sps)

    @classmethod
    def read_recovery_count(cls, nals: Sequence[bytes], types: Sequence[int]) -> int | None:
        payload = cls.find_recovery_point(nals, types)
        return None if payload is None else _read_recovery_poc_cnt(payload)

    @classmethod
    def read_slice_pps_id(cls, slice: bytes) -> int:
        bits = BitReader(unescape_nal(slice[cls.NAL_HEADER_BYTES : PARAMETER_SET_ID_BYTES]))
        bits.read_flag()  # first_slice_segment_in_pic_flag
        if cls.nal_type(slice) in IRAP_NAL_TYPES:
            bits.read_flag()  # no_output_of_prior_pics_flag
        return bits.read_ue()

    @classmethod
    def read_parameter_set_id(cls, parameter_set: bytes) -> int:
        bits = BitReader(unescape_nal(parameter_set[cls.NAL_HEADER_BYTES :]))
        nal_type = cls.nal_type(parameter_set)
        if nal_type == H265_VPS_TYPE:
            return bits.read_bits(4)
        if nal_type == H265_SPS_TYPE:
            skip_to_sps_id(bits)
        return bits.read_ue()


def _read_recovery_poc_cnt(payload: bytes) -> int | None:
    """Read recovery_poc_cnt of a recovery point message (D.2.8) as at least 0.

    Returns None if it is cut off.
    """
    try:
        return max(0, BitReader(payload).read_se())
    except ValueError:
        return None
