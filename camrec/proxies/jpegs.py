"""JPEGs out of a camera's body, whatever stands between them."""

from __future__ import annotations

import re

START, END = b"\xff\xd8\xff", b"\xff\xd9"
MOST = 16 << 20  # bytes of one picture; what is larger is none
HEADERS = 4096  # bytes before a picture in which its length may stand

_LENGTH = re.compile(rb"(?i)content-length[ \t]*:[ \t]*(\d{1,9})")
# In the coded picture: all but a stuffed 0, a filling byte and the restarts.
_MARK = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_SOI, _EOI, _SOS, _FILL = 0xD8, 0xD9, 0xDA, 0xFF
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_BETWEEN_SCANS = frozenset({0xC4, _SOS, 0xDB, 0xDC, 0xDD, 0xFE, *range(0xE0, 0xF0)})


class Splitter:
    """Takes a body in pieces and gives each JPEG with its last byte.

    Where the length in the headers before a picture is right it counts; else the picture's own
    marks do, read as a decoder reads them: a thumbnail inside is no end. A picture that has neither
    a right length nor an end is dropped.
    """

    def __init__(self) -> None:
        self._data = bytearray()
        self._inside = False
        self._length = 0
        self._lengths_hold = True
        self._at = 0
        self._in_scan = False

    def take(self, piece: bytes) -> list[bytes]:
        """The pictures that are whole now."""
        self._data += piece
        pictures = []
        while (picture := self._next()) is not None:
            pictures.append(picture)
        return pictures

    def _next(self) -> bytes | None:
        while self._inside or self._find():
            end = self._end()
            if end is None:
                if len(self._data) > MOST:
                    self._data.clear()
                    self._inside = False
                return None
            if end > 0:
                picture = bytes(self._data[:end])
                del self._data[:end]
                self._inside = False
                return picture
        return None

    def _find(self) -> bool:
        found = self._data.find(START)
        if found < 0:
            del self._data[:-HEADERS]
            return False
        self._begin(found)
        return True

    def _begin(self, at: int) -> None:
        told = _LENGTH.findall(self._data, max(0, at - HEADERS), at)
        self._length = int(told[-1]) if told and self._lengths_hold else 0
        del self._data[:at]
        self._inside, self._in_scan = True, False
        self._at = 2

    def _end(self) -> int | None:
        """Where the picture ends: None: not here yet; 0: it is dropped, another one began."""
        length = self._length
        if len(self._data) < length <= MOST:
            return None
        if self._data[:length].endswith(END):
            return length
        met = self._walk()
        if met is None:
            return None
        marker, at = met
        if marker == _EOI:
            # One wrong length: from now on no picture waits for more than its own end.
            self._lengths_hold = self._lengths_hold and length == 0
            return at
        if 0 < length <= at:
            return length
        self._begin(at)
        return 0

    def _walk(self) -> tuple[int, int] | None:
        """Go on to the picture's end, or to the start of another: the marker, and the place."""
        data = self._data
        while True:
            at = self._at
            if self._in_scan:
                met = _MARK.search(data, at)
                if met is None:
                    self._at = max(at, len(data) - 1)
                    return None
                at = met.start()
            if len(data) < at + 4 and not data.startswith(END, at):
                self._at = at
                return None
            if data[at] != 0xFF:
                # Not by the book: only its end counts.
                self._in_scan = True
                continue
            marker = data[at + 1]
            if marker == _EOI:
                return marker, at + 2
            if marker == _SOI:
                return marker, at
            if marker == _FILL:
                self._at = at + 1
            elif marker in _ALONE or (self._in_scan and marker not in _BETWEEN_SCANS):
                self._at = at + 2
            else:
                self._at = at + 2 + max(2, data[at + 2] << 8 | data[at + 3])
                self._in_scan = marker == _SOS
