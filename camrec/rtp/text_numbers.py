"""Numbers as a server writes them."""

from __future__ import annotations

MAX_DIGITS = 18  # digits


def parse_int(text: str) -> int | None:
    """A whole number that is not below 0; None where it is none, or is larger than makes sense."""
    good = text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS
    return int(text) if good else None
