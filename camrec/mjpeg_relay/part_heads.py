"""Finds the headers of a multipart body's parts, in the text between two JPEGs."""

from __future__ import annotations

import re
from dataclasses import dataclass

# A delimiter line, header lines and an empty line. The boundary in Content-Type is ignored.
_HEAD = re.compile(
    rb"(?:\A|\r?\n)(?P<delimiter>--[^\r\n]{0,200})\r?\n"
    rb"(?P<headers>(?:(?!--)[^\r\n]+\r?\n)*)\r?\n"
)
_CONTENT_LENGTH_PATTERN = re.compile(rb"(?i)(?<![\w-])content-length[ \t]*:[ \t]*(\d{1,9})")
_KIND = re.compile(rb"(?i)(?<![\w-])content-type[ \t]*:[ \t]*([^\s;]+)")


@dataclass(frozen=True)
class PartHead:
    """The delimiter and the headers of one part.

    start : where the part before ends. The line break before the delimiter belongs to the head.
    end : where the body of this part begins.
    delimiter : its line, without white space at the end.
    kind : the media type in lower case; empty if there is none.
    """

    start: int
    end: int
    delimiter: bytes
    kind: bytes


def find_part_heads(text: bytes | bytearray) -> list[PartHead]:
    """All heads that are complete, from their delimiter to their empty line."""
    return [
        PartHead(found.start(), found.end(), found["delimiter"].rstrip(), _kind(found["headers"]))
        for found in _HEAD.finditer(text)
    ]


def declared_length(text: bytes | bytearray) -> int:
    """The last Content-Length in a text; 0 if there is none."""
    lengths: list[bytes] = _CONTENT_LENGTH_PATTERN.findall(text)
    return int(lengths[-1]) if lengths else 0


def _kind(headers: bytes) -> bytes:
    found = _KIND.search(headers)
    return found[1].lower() if found else b""
