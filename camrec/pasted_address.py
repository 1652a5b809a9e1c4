"""Removes what surrounds a copied address: spaces, line ends, quotes, brackets, a full stop.

No other module does this. Code that parses an address calls it first.
"""

from __future__ import annotations

import re

from camrec.redaction import find_secret_parameters

MAX_PASTED_CHARS = 4096  # longer text is not changed; no address is so long

# Opening and closing characters of pairs.
_PAIRS = {
    **{"<": ">", "(": ")", "[": "]", "{": "}"},
    **{'"': '"', "'": "'", "`": "`"},
    **{"“": "”", "„": "“", "”": "”", "‘": "’", "‚": "‘", "’": "’", "«": "»", "»": "«", "‹": "›"},
}
# No address begins or ends with one of these: inside an address they are escaped, as in %22.
_OPENING = "<([{\"'`“„”‘‚’«»‹›"
_CLOSING = '>"`“”‘’«»‹›'
# These end a sentence. A password in the last parameter may also end with one.
_STOPS = ",.;…。，、；"
# Zero-width characters, byte order marks, direction marks.
_UNSEEN = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2069"
_LABEL = re.compile(r"(?i)url:(?=\s*[\w<])")
_HAS_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


def clean_pasted_address(address: str) -> str:
    """`address` without what surrounds it. Nothing inside is changed."""
    while len(address) <= MAX_PASTED_CHARS:
        shorter = _without_one_layer(_trimmed(address))
        if shorter == address:
            break
        address = shorter
    return address


def _without_one_layer(address: str) -> str:
    if not address:
        return address
    first, last = address[0], address[-1]
    if len(address) > 1 and _PAIRS.get(first) == last and not _is_ipv6(address):
        return address[1:-1]
    if label := _LABEL.match(address):
        return address[label.end() :]
    if (last in _CLOSING or last in _STOPS) and not _ends_a_secret(address):
        return address[:-1]
    return address[1:] if first in _OPENING and not _is_ipv6(address) else address


def _trimmed(address: str) -> str:
    """Without white space of any kind around it. Other unprintable characters stay."""
    begin, end = 0, len(address)
    while begin < end and _is_space(address[begin]):
        begin += 1
    while end > begin and _is_space(address[end - 1]):
        end -= 1
    return address[begin:end]


def _is_space(char: str) -> bool:
    return char.isspace() or char in _UNSEEN


def _is_ipv6(address: str) -> bool:
    """Whether it is a host without a scheme, such as ``[::1]`` or ``[::1]:554``."""
    return address.startswith("[") and not _HAS_SCHEME.match(address[1:])


def _ends_a_secret(address: str) -> bool:
    """Whether the last character is known to belong to a password."""
    return any(
        word.endswith(address[-1]) and address.endswith(word)
        for word in find_secret_parameters(address)
    )
