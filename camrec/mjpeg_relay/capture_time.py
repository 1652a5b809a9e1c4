"""Reads when a camera says that it captured a JPEG, in the headers of the JPEG's part.

No standard has such a header. ``X-Timestamp`` is common, and each maker fills in another clock: the
time of day when the JPEG was captured or sent, or the time since the camera was started. What is
read here is therefore what the camera says, and not yet believed.
"""

from __future__ import annotations

import re

from camrec.clock import NS_PER_SECOND

# 10**11 seconds after 1970 is the year 5138; as many milliseconds are in 1973.
_UNITS = ((10**11, 10**9), (10**14, 10**6), (10**17, 10**3), (10**20, 1))
MAX_SENDING_DELAY_NS = 60 * NS_PER_SECOND  # µStreamer: from capturing to sending

_NUMBER = r"[ \t]*:[ \t]*(-?\d{1,20})(?:[.,](\d{1,20}))?[ \t]*(?:\r?\n|\Z)"
_TIMESTAMP = re.compile(rf"(?im)^x-timestamp{_NUMBER}".encode())
_GRABBED = re.compile(rf"(?im)^x-ustreamer-grab(?:-begin)?-time(?:stamp)?{_NUMBER}".encode())
_SENT = re.compile(rf"(?im)^x-ustreamer-send-time(?:stamp)?{_NUMBER}".encode())


def read_capture_time(headers: bytes) -> int | None:
    """The time that the headers of a part state, in nanoseconds since 1970; None without one.

    A number is in seconds, milliseconds, microseconds or nanoseconds: the largest unit with which
    it is before the year 5138.

    µStreamer states when it sends a JPEG. With ``?extra_headers=1`` in its address it also states
    when it took and sent it by a clock of its own; the difference is subtracted.
    """
    stated = _TIMESTAMP.search(headers)
    time = None if stated is None else _to_ns(stated)
    if time is None:
        return None
    return time - _sending_delay(headers)


def _sending_delay(headers: bytes) -> int:
    """Nanoseconds from capturing to sending, if µStreamer states both; else 0."""
    grabbed, sent = _GRABBED.search(headers), _SENT.search(headers)
    if grabbed is None or sent is None:
        return 0
    since, until = _to_ns(grabbed), _to_ns(sent)
    if since is None or until is None or not 0 <= until - since <= MAX_SENDING_DELAY_NS:
        return 0
    return until - since


def _to_ns(number: re.Match[bytes]) -> int | None:
    """A time in nanoseconds, without rounding errors; None if it is negative or too large."""
    whole, fraction = int(number[1]), number[2] or b""
    unit = next((unit for limit, unit in _UNITS if whole < limit), None)
    if unit is None or number[1].startswith(b"-"):
        return None
    scale: int = 10 ** len(fraction)
    return whole * unit + int(fraction or 0) * unit // scale
