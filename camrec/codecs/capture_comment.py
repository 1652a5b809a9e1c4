"""Carries the time of a JPEG inside it, in a comment of camrec's own, through go2rtc.

go2rtc passes on a JPEG as it is, and nothing that is next to it. The relay puts the comment in, and
the reader takes it out again, so nobody else sees it.
"""

from __future__ import annotations

import struct

_SOI = b"\xff\xd8"
_NAME = b"camrec time"
_TIME = struct.Struct(">q")
_WITH_TIME = b"\xff\xfe" + struct.pack(">H", 2 + len(_NAME) + _TIME.size) + _NAME
_WITHOUT_TIME = b"\xff\xfe" + struct.pack(">H", 2 + len(_NAME)) + _NAME
_MAX_NS = 2**63 - 1


def add_capture_time(jpeg: bytes, utc_ns: int | None) -> bytes:
    """A JPEG with a comment in front of all others; None: the comment says that there is no time.

    utc_ns : nanoseconds since 1970; one that does not fit is left out.
    """
    if utc_ns is None or abs(utc_ns) > _MAX_NS:
        return b"".join((_SOI, _WITHOUT_TIME, memoryview(jpeg)[2:]))
    return b"".join((_SOI, _WITH_TIME, _TIME.pack(utc_ns), memoryview(jpeg)[2:]))


def take_capture_time(jpeg: bytes) -> tuple[bytes, int | None]:
    """The JPEG as it was before `add_capture_time`, and the time.

    A JPEG without the comment is returned as it is.
    """
    if jpeg.startswith(_WITH_TIME, 2):
        at = 2 + len(_WITH_TIME)
        (utc_ns,) = _TIME.unpack_from(jpeg.ljust(at + _TIME.size, b"\0"), at)
        return _SOI + jpeg[at + _TIME.size :], utc_ns
    if jpeg.startswith(_WITHOUT_TIME, 2):
        return _SOI + jpeg[2 + len(_WITHOUT_TIME) :], None
    return jpeg, None
