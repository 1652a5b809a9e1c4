"""The heads of a multipart's parts, as cameras write them, in the text between two pictures."""

from __future__ import annotations

import re
from dataclasses import dataclass

# A delimiter line, lines that are none, and an empty line; whatever the type announced.
_HEAD = re.compile(
    rb"(?:\A|\r?\n)(?P<delimiter>--[^\r\n]{0,200})\r?\n"
    rb"(?P<headers>(?:(?!--)[^\r\n]+\r?\n)*)\r?\n"
)
_CONTENT_LENGTH_PATTERN = re.compile(rb"(?i)(?<![\w-])content-length[ \t]*:[ \t]*(\d{1,9})")
_KIND = re.compile(rb"(?i)(?<![\w-])content-type[ \t]*:[ \t]*([^\s;]+)")


@dataclass(frozen=True)
class PartHead:
    """One head.

    start : where the part before ends: the line break in front of the delimiter belongs to it.
    delimiter : its line, as far as it holds something.
    kind : its media type in lower case, empty where it names none.
    """

    start: int
    end: int
    delimiter: bytes
    kind: bytes


def find_part_heads(text: bytes | bytearray) -> list[PartHead]:
    """All that are there from their delimiter up to their empty line."""
    return [
        PartHead(found.start(), found.end(), found["delimiter"].rstrip(), _kind(found["headers"]))
        for found in _HEAD.finditer(text)
    ]


def declared_length(text: bytes | bytearray) -> int:
    """The last length that a text tells, 0 where it tells none."""
    told = _CONTENT_LENGTH_PATTERN.findall(text)
    return int(told[-1]) if told else 0


def _kind(headers: bytes) -> bytes:
    found = _KIND.search(headers)
    return found[1].lower() if found else b""
