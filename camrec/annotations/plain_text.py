"""Checks a text that a person or a program sent."""

from __future__ import annotations

import unicodedata

# Control characters, line and paragraph separators, and halves of characters, which UTF-8 cannot
# encode.
_REJECTED_CATEGORIES = frozenset({"Cc", "Zl", "Zp", "Cs"})


def is_plain_text(text: object, max_chars: int) -> bool:
    """Return whether `text` is one line of at most `max_chars` characters."""
    return (
        isinstance(text, str)
        and len(text) <= max_chars
        and all(unicodedata.category(char) not in _REJECTED_CATEGORIES for char in text)
    )
