"""What comes along when an address is copied: spaces, line ends, quotes, brackets, a full stop.

This is the only place that takes such things off; whoever reads an address begins here.
"""

from __future__ import annotations

import re

from camrec.redaction import find_secret_parameters

MAX_PASTED_CHARS = 4096  # characters of what is looked at; no address has so many

# Around one another: what opens, and what closes it.
_PAIRS = {
    **{"<": ">", "(": ")", "[": "]", "{": "}"},
    **{'"': '"', "'": "'", "`": "`"},
    **{"“": "”", "„": "“", "”": "”", "‘": "’", "‚": "‘", "’": "’", "«": "»", "»": "«", "‹": "›"},
}
# No address begins or ends with one of them, alone or not: in one they would be written as %22.
_OPENING = "<([{\"'`“„”‘‚’«»‹›"
_CLOSING = '>"`“”‘’«»‹›'
# They end a sentence; a password in the last parameter may end so as well.
_STOPS = ",.;…。，、；"
# Zero-width characters, byte order marks, marks of direction.
_UNSEEN = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2069"
_LABEL = re.compile(r"(?i)url:(?=\s*[\w<])")
_HAS_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


def clean_pasted_address(address: str) -> str:
    """`address` without what surrounds it; nothing inside is changed."""
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
    """Without spaces of any kind around it; what does not print in other ways is not taken off."""
    begin, end = 0, len(address)
    while begin < end and _is_space(address[begin]):
        begin += 1
    while end > begin and _is_space(address[end - 1]):
        end -= 1
    return address[begin:end]


def _is_space(char: str) -> bool:
    return char.isspace() or char in _UNSEEN


def _is_ipv6(address: str) -> bool:
    """``[::1]``, or ``[::1]:554``: a host without a scheme."""
    return address.startswith("[") and not _HAS_SCHEME.match(address[1:])


def _ends_a_secret(address: str) -> bool:
    """Whether the last character belongs to a password, as far as can be known."""
    return any(
        word.endswith(address[-1]) and address.endswith(word)
        for word in find_secret_parameters(address)
    )
