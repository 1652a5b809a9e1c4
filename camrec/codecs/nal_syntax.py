"""What the NAL units of a codec mean: the interface that H.264 and H.265 implement."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Literal

from camrec.codecs.bit_reader import BitReader, unescape_nal
from camrec.codecs.nal_units import PARAMETER_SET_ID_BYTES
from camrec.codecs.sps import SpsInfo
from camrec.media import VideoCodec

# The slice belongs to the next frame, to the other field of the same frame, or to the same frame.
SliceRelation = Literal["next", "field", "same"]


class NalSyntax(ABC):
    """The NAL units of one codec. Nothing is stored: the class itself is used, not instances.

    The methods get whole NAL units, without start codes. `types` are the nal_unit_types of `nals`.

    CODEC : the codec of the tracks.
    NAL_HEADER_BYTES : size of a NAL unit's header.
    PARAMETER_SET_TYPES : nal_unit_types of the parameter sets, in the order in which they are sent.
    SPS_TYPE : the sequence parameter set.
    SEI_TYPE : supplemental enhancement information before the slices.
    AUD_TYPE : the access unit delimiter, which is the first NAL unit of an access unit.
    PARAMETER_SET_AND_SEI_TYPES : all NAL units that can change how the frame is treated.
    IDR_TYPES : key frames that no later frame refers back over.
    LEADING_TYPES : frames that precede their key frame in display order (H.265 marks them).
    BROKEN_LINK_TYPES : key frames whose leading frames cannot be decoded.
    """

    CODEC: ClassVar[VideoCodec]
    NAL_HEADER_BYTES: ClassVar[int]
    PARAMETER_SET_TYPES: ClassVar[tuple[int, ...]]
    SPS_TYPE: ClassVar[int]
    SEI_TYPE: ClassVar[int]
    AUD_TYPE: ClassVar[int]
    PARAMETER_SET_AND_SEI_TYPES: ClassVar[frozenset[int]]
    IDR_TYPES: ClassVar[tuple[int, ...]]
    LEADING_TYPES: ClassVar[tuple[int, ...]] = ()
    BROKEN_LINK_TYPES: ClassVar[tuple[int, ...]] = ()

    @staticmethod
    @abstractmethod
    def nal_type(nal: bytes | memoryview) -> int:
        """The nal_unit_type in the header of a NAL unit."""

    @staticmethod
    @abstractmethod
    def is_slice(nal_type: int) -> bool:
        """Whether a NAL unit of this type contains a part of a frame."""

    @staticmethod
    @abstractmethod
    def is_key_slice(nal_type: int) -> bool:
        """Whether a NAL unit of this type contains a part of a frame where decoding can begin."""

    @classmethod
    def is_reference(cls, nals: Sequence[bytes], types: Sequence[int]) -> bool:
        """Whether other frames may refer to this frame."""
        return True

    @classmethod
    @abstractmethod
    def is_first_slice(cls, nal: bytes) -> bool:
        """Whether this is the first slice of a frame."""

    @classmethod
    def compare_slices(cls, before: bytes, nal: bytes, sps: bytes | None) -> SliceRelation:
        """To which frame a first slice belongs, compared with the first slice `before` it.

        sps : the sequence parameter set of `nal`; None if it is unknown.
        """
        return "next"

    @classmethod
    @abstractmethod
    def parse_sps(cls, sps: bytes) -> SpsInfo:
        """Read a sequence parameter set. Raises ValueError if it is none, or is cut off."""

    @classmethod
    @abstractmethod
    def read_recovery_count(cls, nals: Sequence[bytes], types: Sequence[int]) -> int | None:
        """Whether decoding can begin at a frame that is not a key frame, as SEI says.

        Returns after how many frames the video is correct; None if decoding cannot begin here.
        """

    @classmethod
    @abstractmethod
    def read_slice_pps_id(cls, slice: bytes) -> int:
        """The id of the picture parameter set that a slice uses. Raises ValueError."""

    @classmethod
    @abstractmethod
    def read_parameter_set_id(cls, parameter_set: bytes) -> int:
        """A parameter set's own id. Raises ValueError."""

    @classmethod
    def read_pps_sps_id(cls, pps: bytes) -> int:
        """The id of the SPS that a picture parameter set belongs to. Raises ValueError."""
        bits = BitReader(unescape_nal(pps[cls.NAL_HEADER_BYTES : PARAMETER_SET_ID_BYTES]))
        bits.read_ue()  # pps_pic_parameter_set_id
        return bits.read_ue()
