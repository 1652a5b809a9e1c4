"""The RTP header extension in which ONVIF cameras send the capture time of a frame.

It is the extension of ONVIF's Streaming Specification for replay (RTP header extension, 0xABAC).
Some cameras also send it live, if their address asks for it. Its flags are about the parts of a
stored recording, and are not read.
"""

from __future__ import annotations

import struct

ONVIF_EXTENSION_PROFILE = 0xABAC
ONVIF_EXTENSION_STRUCT = struct.Struct(">HHQ")
MIN_ONVIF_WORDS = 3
WORD_BYTES = 4


def parse_capture_time(extension: bytes | memoryview) -> int | None:
    """When a frame was captured by the camera's wall clock: seconds since 1900, as 32.32 bits.

    None if it is another extension, or none.

    Parameters
    ----------
    extension
        `RtpPacket.extension`: with its four bytes of profile and length.
    """
    if len(extension) < WORD_BYTES * (1 + MIN_ONVIF_WORDS):
        return None
    profile, words, ntp = ONVIF_EXTENSION_STRUCT.unpack_from(extension)
    if profile != ONVIF_EXTENSION_PROFILE or words < MIN_ONVIF_WORDS:
        return None
    return int(ntp)
