"""JPEGs out of a camera's body, whatever stands between them."""

from __future__ import annotations

import re

from camrec.mjpeg_relay.part_heads import PartHead, declared_length, find_part_heads

JPEG_START_BYTES, EOI_BYTES = b"\xff\xd8\xff", b"\xff\xd9"
MAX_JPEG_BYTES = 16 << 20  # bytes of one picture; what is larger is none
MAX_PART_HEADER_BYTES = 4096  # bytes before a picture in which its length may stand
SURE_DELIMITER = 6  # bytes of a delimiter that a picture does not hold by chance

# In the coded picture: all but a stuffed 0, a filling byte and the restarts.
_SCAN_MARKER_PATTERN = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_LINE_END = re.compile(rb"(?:--)?[ \t]*\r?\n")
_SOI_MARKER, _EOI_MARKER, _SOS_MARKER, _FILL_BYTE = 0xD8, 0xD9, 0xDA, 0xFF
_PART_END = -1  # in place of a marker
_TEM_AND_RST_MARKERS = frozenset({0x01, *range(0xD0, 0xD8)})
_INTER_SCAN_MARKERS = frozenset({0xC4, _SOS_MARKER, 0xDB, 0xDC, 0xDD, 0xFE, *range(0xE0, 0xF0)})


class JpegSplitter:
    """Takes a body in pieces and gives each JPEG as soon as it is known to be whole.

    Where the length in the headers before a picture is right it counts; else the picture's own
    marks do, read as a decoder reads them: a thumbnail inside is no end. One that has neither a
    right length nor an end goes up to the next part, or the next picture: a decoder makes
    something of what came. It is dropped where not even its coded picture began.

    dropped : parts with a picture that cannot be passed on, so far.
    """

    def __init__(self) -> None:
        self.dropped = 0
        self._data = bytearray()
        self._in_jpeg = False
        self._content_length = 0
        self._trusts_content_length = True
        self._position = 0
        self._in_scan = False
        self._scan_from = 0  # where the coded picture begins, 0 before it does
        self._delimiter = b""  # of the newest part
        self._told = 0  # by the newest part's head
        self._is_audio = False
        self._is_due = False  # the newest part is to hold a picture that was not passed on
        self._has_body = False
        self._has_picture = False  # the newest part, and it was passed on
        self._lengths_are_sure = False  # though no end is at theirs
        self._any = False

    def take(self, piece: bytes) -> list[bytes]:
        """The pictures that are whole now."""
        self._data += piece
        pictures = []
        while (picture := self._next_jpeg()) is not None:
            pictures.append(picture)
        return pictures

    def rest(self) -> bytes | None:
        """At the end of a body: its only picture, where that has no end."""
        if self._any or self._is_audio or not (self._in_jpeg and self._scan_from):
            return None
        return bytes(self._data) if len(self._data) >= self._content_length else None

    def _next_jpeg(self) -> bytes | None:
        while self._in_jpeg or self._find_start():
            end = self._find_end()
            if end is None:
                if len(self._data) > MAX_JPEG_BYTES:
                    self._data.clear()
                    self.dropped += not self._is_audio
                    self._in_jpeg = self._is_due = False
                return None
            if end > 0:
                with memoryview(self._data) as view:
                    picture = bytes(view[:end])
                del self._data[:end]
                self._in_jpeg = False
                self._is_due = False
                if not self._is_audio:
                    self._has_picture = self._any = True
                    return picture
        return None

    def _find_start(self) -> bool:
        found = self._data.find(JPEG_START_BYTES)
        text = self._data[: found if found >= 0 else len(self._data)]
        if heads := find_part_heads(text):
            self._lengths_are_sure = self._lengths_are_sure and heads[0].start == 0
            self._told = declared_length(text[heads[-1].start :])
        elif found >= 0:
            self._told = declared_length(text[-MAX_PART_HEADER_BYTES:]) or self._told
        self._pass_over(heads, text)
        if found < 0:
            del self._data[: heads[-1].end if heads else 0]
            if len(self._data) > MAX_PART_HEADER_BYTES:
                self._has_body = True
                del self._data[:-MAX_PART_HEADER_BYTES]
            return False
        self._begin_jpeg(found)
        self._content_length = (
            self._told if self._trusts_content_length and self._told <= MAX_JPEG_BYTES else 0
        )
        self._told = 0
        return True

    def _pass_over(self, heads: list[PartHead], text: bytearray) -> None:
        """Count the parts in front of a picture that should have held one."""
        at = 0
        for head in heads:
            if self._is_due and (self._has_body or text[at : head.start].strip()):
                self.dropped += 1
            self._is_due = head.kind.startswith(b"image/")
            self._is_audio = head.kind.startswith(b"audio/")
            self._has_body = self._has_picture = False
            self._delimiter, at = head.delimiter, head.end

    def _begin_jpeg(self, at: int) -> None:
        """A picture is there, `at` bytes ahead; its length is not known yet."""
        del self._data[:at]
        self._in_jpeg, self._in_scan, self._scan_from = True, False, 0
        self._content_length, self._position = 0, 2
        # What comes behind the picture of a part is not missed.
        self._is_due = not self._has_picture and not self._is_audio
        self._has_body = True

    def _find_end(self) -> int | None:
        """Where the picture ends: None: not here yet; 0: it is dropped."""
        length = self._content_length
        if len(self._data) < length:
            return None
        if length and (self._lengths_are_sure or self._data.endswith(EOI_BYTES, 0, length)):
            return length
        if length and self._is_part_end(length):
            # The next one is not kept waiting for the part behind it.
            self._lengths_are_sure = True
            return length
        if self._is_audio:
            end = self._part_end(3)
            return length or (end if end > 0 else None)
        met = self._scan_markers()
        if met is None:
            return None
        marker, at = met
        if marker != _EOI_MARKER and 0 < length <= at:
            return length
        # One wrong length: from now on no picture waits for more than its own end.
        is_behind_another = self._has_picture and bool(self._delimiter)
        if marker == _EOI_MARKER or (self._scan_from and not is_behind_another):
            self._trusts_content_length = self._trusts_content_length and length == 0
            return at if marker != _SOI_MARKER else self._before_head(at)
        return self._drop(marker, at)

    def _drop(self, marker: int, at: int) -> int:
        if marker == _SOI_MARKER and not self._head_between(at):
            if not self._delimiter:
                self.dropped += 1
            self._begin_jpeg(at)
        else:
            # Where the next part's head is found this one is counted.
            del self._data[: at if marker == _PART_END else self._before_head(at)]
            self._in_jpeg = False
        return 0

    def _scan_markers(self) -> tuple[int, int] | None:
        """Go on to the picture's end, to the start of another, or to the next part: which, and
        where.
        """
        data = self._data
        while True:
            at = self._position
            if self._in_scan:
                met = _SCAN_MARKER_PATTERN.search(data, at)
                if met is None:
                    self._position = max(at, len(data) - 1)
                    end = self._part_end(max(self._scan_from, at - len(self._delimiter) - 8))
                    return (_PART_END, end) if end > 0 else None
                at = met.start()
            if len(data) < at + 4 and not data.startswith(EOI_BYTES, at):
                self._position = at
                return None if self._in_scan else self._broken_off(len(data))
            if data[at] != 0xFF:
                if (broken := self._broken_off(at)) is not None:
                    return broken
                # Not by the book: only its end counts.
                self._in_scan = True
                continue
            marker = data[at + 1]
            if marker == _EOI_MARKER:
                return marker, at + 2
            if marker == _SOI_MARKER:
                return marker, at
            if marker == _FILL_BYTE:
                self._position = at + 1
            elif marker in _TEM_AND_RST_MARKERS or (
                self._in_scan and marker not in _INTER_SCAN_MARKERS
            ):
                self._position = at + 2
            else:
                self._position = at + 2 + max(2, data[at + 2] << 8 | data[at + 3])
                self._in_scan = marker == _SOS_MARKER
                if self._in_scan:
                    self._scan_from = self._scan_from or self._position

    def _broken_off(self, until: int) -> tuple[int, int] | None:
        """Whether the next part begins where the headers of this picture should be."""
        if not self._delimiter or self._data.find(self._delimiter, 3, until) < 0:
            return None
        heads = find_part_heads(self._data[3:])
        return (_PART_END, 3 + heads[0].start) if heads else None

    def _is_part_end(self, at: int) -> bool:
        """Whether the next part begins there."""
        at += 2 if self._data.startswith(b"\r\n", at) else self._data.startswith(b"\n", at)
        return bool(self._delimiter) and self._data.startswith(self._delimiter, at)

    def _part_end(self, since: int) -> int:
        """Where the part ends, as far as its delimiter's line is here; 0: not yet."""
        delimiter, data = self._delimiter, self._data
        at = data.find(delimiter, since) if delimiter else -1
        while at >= 0:
            sure = len(delimiter) >= SURE_DELIMITER or data[at - 1] == ord("\n")
            if sure and _LINE_END.match(data, at + len(delimiter)):
                at -= data.endswith(b"\n", since, at)
                return at - data.endswith(b"\r", since, at)
            at = data.find(delimiter, at + 1)
        return 0

    def _head_between(self, at: int) -> bool:
        return bool(find_part_heads(self._data[max(3, at - MAX_PART_HEADER_BYTES) : at]))

    def _before_head(self, at: int) -> int:
        """`at`, or where the head of a part begins that stands right in front of it."""
        since = max(self._scan_from, at - MAX_PART_HEADER_BYTES, 3)
        if 0 < (end := self._part_end(since)) < at:
            return end
        heads = find_part_heads(self._data[since:at])
        return since + heads[-1].start if heads else at
