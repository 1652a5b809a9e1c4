"""The interface with which H.264 and H.265 describe their NAL units."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Literal

from camrec.codecs.bit_reader import BitReader, unescape_nal
from camrec.codecs.nal_units import (
    PARAMETER_SET_ID_BYTES,
    RECOVERY_POINT_SEI_TYPE,
    parse_sei_messages,
)
from camrec.codecs.sps import SpsInfo
from camrec.media import VideoCodec

# The slice belongs to the next frame, to the other field of the same frame, or to the same frame.
SliceRelation = Literal["next", "field", "same"]


class NalSyntax(ABC):
    """The NAL units of one codec. The class itself is used, there are no instances.

    The methods take whole NAL units, without start codes. `types` are the nal_unit_types of `nals`.

    CODEC : the codec of the tracks.
    NAL_HEADER_BYTES : size of a NAL unit's header.
    PARAMETER_SET_TYPES : nal_unit_types of the parameter sets, in the order in which they are sent.
    SPS_TYPE : the sequence parameter set.
    SEI_TYPE : supplemental enhancement information before the slices.
    AUD_TYPE : the access unit delimiter, which is the first NAL unit of an access unit.
    PARAMETER_SET_AND_SEI_TYPES : parameter sets and SEI: the NAL units that can change the video
        format, or make a frame without key slices a key frame.
    IDR_TYPES : key frames after which no frame refers to a frame before them.
    LEADING_TYPES : frames that are shown before their key frame and may refer to frames before it
        (only H.265 marks them).
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
        """Return the nal_unit_type in the header of a NAL unit."""

    @staticmethod
    @abstractmethod
    def is_slice(nal_type: int) -> bool:
        """Return whether a NAL unit of this type contains a part of a frame."""

    @staticmethod
    @abstractmethod
    def is_key_slice(nal_type: int) -> bool:
        """Return whether a NAL unit of this type contains a part of a key frame."""

    @classmethod
    def is_reference(cls, nals: Sequence[bytes], types: Sequence[int]) -> bool:
        """Return whether other frames may refer to this frame."""
        return True

    @classmethod
    @abstractmethod
    def is_first_slice(cls, nal: bytes) -> bool:
        """Return whether this is a slice that starts at the top of the image."""

    @classmethod
    def compare_slices(cls, before: bytes, nal: bytes, sps: bytes | None) -> SliceRelation:
        """Return to which frame `nal` belongs, compared with the frame of `before`.

        Both slices start at the top of the image, and `before` came first.

        sps : the sequence parameter set of `nal`; None if it is unknown.
        """
        return "next"

    @classmethod
    @abstractmethod
    def parse_sps(cls, sps: bytes) -> SpsInfo:
        """Read an SPS. Raises ValueError if `sps` is not an SPS, or is cut off."""

    @classmethod
    @abstractmethod
    def read_recovery_count(cls, nals: Sequence[bytes], types: Sequence[int]) -> int | None:
        """Return how soon the video is correct if decoding begins at this frame.

        The frame has no key slices. Usually, a recovery point SEI message says whether decoding can
        begin at it. Returns the number of frames until the video is correct; None if it cannot.
        """

    @classmethod
    def find_recovery_point(cls, nals: Sequence[bytes], types: Sequence[int]) -> bytes | None:
        """Return the payload of the first recovery point message; None if there is none."""
        for nal, nal_type in zip(nals, types, strict=True):
            if nal_type == cls.SEI_TYPE:
                for payload_type, payload in parse_sei_messages(nal, cls.NAL_HEADER_BYTES):
                    if payload_type == RECOVERY_POINT_SEI_TYPE:
                        return payload
        return None

    @classmethod
    @abstractmethod
    def read_slice_pps_id(cls, slice: bytes) -> int:
        """Return the id of the PPS that a slice uses. Raises ValueError if it is cut off."""

    @classmethod
    @abstractmethod
    def read_parameter_set_id(cls, parameter_set: bytes) -> int:
        """Return the id of a parameter set. Raises ValueError if it is cut off."""

    @classmethod
    def read_pps_sps_id(cls, pps: bytes) -> int:
        """Return the id of the SPS that a PPS belongs to. Raises ValueError if it is cut off."""
        bits = BitReader(unescape_nal(pps[cls.NAL_HEADER_BYTES : PARAMETER_SET_ID_BYTES]))
        bits.read_ue()  # pps_pic_parameter_set_id
        return bits.read_ue()
