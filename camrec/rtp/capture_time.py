"""The RTP header extension in which ONVIF cameras send the capture time of a frame.

It is the extension of ONVIF's Streaming Specification for replay (RTP header extension, 0xABAC).
Some cameras also send it live, if their address asks for it.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

ONVIF_EXTENSION_PROFILE = 0xABAC
ONVIF_EXTENSION_STRUCT = struct.Struct(">HHQBB")
MIN_ONVIF_WORDS = 3
CLEAN_POINT_FLAG, SECTION_END_FLAG, DISCONTINUITY_FLAG, LAST_FRAME_FLAG = 0x80, 0x40, 0x20, 0x10


class CaptureTime(NamedTuple):
    """When a frame was captured, by the camera's wall clock.

    ntp : seconds since 1900, as 32.32 bits.
    clean_point : decoding can start at this frame.
    section_end : it is the last frame of a continuous part of a recording.
    discontinuity : frames are missing before it.
    last_frame : it is the last frame of all.
    sequence : the lowest 8 bits of the CSeq of the PLAY request that this frame belongs to.
    """

    ntp: int
    clean_point: bool
    section_end: bool
    discontinuity: bool
    last_frame: bool
    sequence: int


def parse_capture_time(extension: bytes | memoryview) -> CaptureTime | None:
    """The capture time in a header extension; None if it is another extension, or none.

    Parameters
    ----------
    extension
        `RtpPacket.extension`: with its four bytes of profile and length.
    """
    if len(extension) < ONVIF_EXTENSION_STRUCT.size + 2:
        return None
    profile, words, ntp, flags, sequence = ONVIF_EXTENSION_STRUCT.unpack_from(extension)
    if profile != ONVIF_EXTENSION_PROFILE or words < MIN_ONVIF_WORDS:
        return None
    return CaptureTime(
        ntp,
        bool(flags & CLEAN_POINT_FLAG),
        bool(flags & SECTION_END_FLAG),
        bool(flags & DISCONTINUITY_FLAG),
        bool(flags & LAST_FRAME_FLAG),
        sequence,
    )
