"""Numbers in SDP and in RTSP headers."""

from __future__ import annotations

MAX_DIGITS = 18


def parse_int(text: str) -> int | None:
    """A whole number of at least 0; None if the text is none, or has over `MAX_DIGITS` digits."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS
    return int(text) if is_number else None
