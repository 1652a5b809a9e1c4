"""Splits the body of a camera's response into JPEGs, whatever is between them."""

from __future__ import annotations

import re

from camrec.codecs import EOI_BYTES
from camrec.mjpeg_relay.part_heads import PartHead, declared_length, find_part_heads

JPEG_START_BYTES = b"\xff\xd8\xff"
MAX_JPEG_BYTES = 16 << 20  # a larger JPEG is dropped
MAX_PART_HEADER_BYTES = 4096  # before a JPEG, where its length may be
SURE_DELIMITER_BYTES = 6  # a delimiter of this length does not occur in a JPEG by chance

# In the coded data: any marker but a stuffed 0, a fill byte and the restart markers.
_SCAN_MARKER_PATTERN = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_LINE_END = re.compile(rb"(?:--)?[ \t]*\r?\n")
_SOI_MARKER, _EOI_MARKER, _SOS_MARKER, _FILL_BYTE = 0xD8, 0xD9, 0xDA, 0xFF
_PART_END = -1  # instead of a marker
_TEM_AND_RST_MARKERS = frozenset({0x01, *range(0xD0, 0xD8)})
_INTER_SCAN_MARKERS = frozenset({0xC4, _SOS_MARKER, 0xDB, 0xDC, 0xDD, 0xFE, *range(0xE0, 0xF0)})


class JpegSplitter:
    """Takes the data of a body and returns each JPEG as soon as it is complete.

    A JPEG ends where its part's Content-Length says, if that is right. Otherwise it ends at its own
    end marker, which is found as a decoder finds it: the end of an embedded thumbnail does not
    count. A JPEG with neither ends at the next part or at the next JPEG, because a decoder can show
    what arrived. It is dropped if not even its coded data has begun.

    dropped : parts with a JPEG that could not be passed on.
    headers : for each JPEG that the last `feed` returned, the headers of its part; empty without.
    """

    def __init__(self) -> None:
        self.dropped = 0
        self.headers: list[bytes] = []
        self._data = bytearray()
        self._in_jpeg = False
        self._content_length = 0
        self._trusts_content_length = True
        self._position = 0
        self._in_scan = False
        self._scan_from = 0  # where the coded data begins; 0 before it does
        self._delimiter = b""  # of the newest part
        self._declared_length = 0  # in the newest part's head
        self._part_headers = b""  # with the head, until its first JPEG was found
        self._is_audio = False
        self._is_due = False  # the newest part should contain a JPEG that was not passed on yet
        self._has_body = False
        self._has_jpeg = False  # a JPEG of the newest part was passed on
        self._trusts_all_lengths = False  # also of JPEGs without an end marker
        self._found_any = False

    def feed(self, data: bytes) -> list[bytes]:
        """Add data of the body; returns the JPEGs that are complete now."""
        self._data += data
        self.headers = []
        jpegs = []
        while (jpeg := self._next_jpeg()) is not None:
            jpegs.append(jpeg)
        return jpegs

    def flush(self) -> bytes | None:
        """At the end of a body: its only JPEG if that has no end marker, else None."""
        if self._found_any or self._is_audio or not (self._in_jpeg and self._scan_from):
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
            headers, self._part_headers = self._part_headers, b""
            if end > 0:
                with memoryview(self._data) as view:
                    jpeg = bytes(view[:end])
                del self._data[:end]
                self._in_jpeg = False
                self._is_due = False
                if not self._is_audio:
                    self._has_jpeg = self._found_any = True
                    self.headers.append(headers)
                    return jpeg
        return None

    def _find_start(self) -> bool:
        """Skip to the start of the next JPEG; False if it has not arrived yet."""
        found = self._data.find(JPEG_START_BYTES)
        text = self._data[: found if found >= 0 else len(self._data)]
        if heads := find_part_heads(text):
            self._trusts_all_lengths = self._trusts_all_lengths and heads[0].start == 0
            self._declared_length = declared_length(text[heads[-1].start :])
            self._part_headers = bytes(text[heads[-1].start : heads[-1].end])
        elif found >= 0:
            tail = text[-MAX_PART_HEADER_BYTES:]
            self._declared_length = declared_length(tail) or self._declared_length
            self._part_headers = self._part_headers or bytes(tail)
        self._skip_parts(heads, text)
        if found < 0:
            del self._data[: heads[-1].end if heads else 0]
            if len(self._data) > MAX_PART_HEADER_BYTES:
                self._has_body = True
                del self._data[:-MAX_PART_HEADER_BYTES]
            return False
        self._begin_jpeg(found)
        if self._trusts_content_length and self._declared_length <= MAX_JPEG_BYTES:
            self._content_length = self._declared_length
        self._declared_length = 0
        return True

    def _skip_parts(self, heads: list[PartHead], text: bytearray) -> None:
        """Count the parts that should have contained a JPEG and did not."""
        at = 0
        for head in heads:
            if self._is_due and (self._has_body or text[at : head.start].strip()):
                self.dropped += 1
            self._is_due = head.kind.startswith(b"image/")
            self._is_audio = head.kind.startswith(b"audio/")
            self._has_body = self._has_jpeg = False
            self._delimiter, at = head.delimiter, head.end

    def _begin_jpeg(self, at: int) -> None:
        """Begin a JPEG, `at` bytes ahead, whose length is not known yet."""
        del self._data[:at]
        self._in_jpeg, self._in_scan, self._scan_from = True, False, 0
        self._content_length, self._position = 0, 2
        # If a second JPEG in the same part is broken, that is not counted.
        self._is_due = not self._has_jpeg and not self._is_audio
        self._has_body = True

    def _find_end(self) -> int | None:
        """Where the JPEG ends; None if its end has not arrived yet, 0 if the JPEG is dropped."""
        length = self._content_length
        if len(self._data) < length:
            return None
        if length and (self._trusts_all_lengths or self._data.endswith(EOI_BYTES, 0, length)):
            return length
        if length and self._is_part_end(length):
            # Trust the lengths, so that the next JPEG need not wait for the part after it.
            self._trusts_all_lengths = True
            return length
        if self._is_audio:
            end = self._part_end(3)
            return length or (end if end > 0 else None)
        found = self._scan_markers()
        if found is None:
            return None
        marker, at = found
        if marker != _EOI_MARKER and 0 < length <= at:
            return length
        # A length was wrong: from now on no JPEG waits for more than its own end marker.
        is_behind_another = self._has_jpeg and bool(self._delimiter)
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
            # It is counted when the next part's head is found.
            del self._data[: at if marker == _PART_END else self._before_head(at)]
            self._in_jpeg = False
        return 0

    def _scan_markers(self) -> tuple[int, int] | None:
        """Find the end of the JPEG, the start of another one, or the next part.

        Returns the marker and its position; None if none of them has arrived yet.
        """
        data = self._data
        while True:
            at = self._position
            if self._in_scan:
                found = _SCAN_MARKER_PATTERN.search(data, at)
                if found is None:
                    self._position = max(at, len(data) - 1)
                    end = self._part_end(max(self._scan_from, at - len(self._delimiter) - 8))
                    return (_PART_END, end) if end > 0 else None
                at = found.start()
            if len(data) < at + 4 and not data.startswith(EOI_BYTES, at):
                self._position = at
                return None if self._in_scan else self._broken_off(len(data))
            if data[at] != 0xFF:
                if (broken := self._broken_off(at)) is not None:
                    return broken
                # Not a standard JPEG: only its end marker counts.
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
        """(`_PART_END`, position) of a next part that begins in this JPEG's headers; else None."""
        if not self._delimiter or self._data.find(self._delimiter, 3, until) < 0:
            return None
        heads = find_part_heads(self._data[3:])
        return (_PART_END, 3 + heads[0].start) if heads else None

    def _is_part_end(self, at: int) -> bool:
        """Whether the next part begins at `at`."""
        at += 2 if self._data.startswith(b"\r\n", at) else self._data.startswith(b"\n", at)
        return bool(self._delimiter) and self._data.startswith(self._delimiter, at)

    def _part_end(self, since: int) -> int:
        """Where the part ends, if the line of the next delimiter has arrived; else 0."""
        delimiter, data = self._delimiter, self._data
        at = data.find(delimiter, since) if delimiter else -1
        while at >= 0:
            is_sure = len(delimiter) >= SURE_DELIMITER_BYTES or data[at - 1] == ord("\n")
            if is_sure and _LINE_END.match(data, at + len(delimiter)):
                at -= data.endswith(b"\n", since, at)
                return at - data.endswith(b"\r", since, at)
            at = data.find(delimiter, at + 1)
        return 0

    def _head_between(self, at: int) -> bool:
        return bool(find_part_heads(self._data[max(3, at - MAX_PART_HEADER_BYTES) : at]))

    def _before_head(self, at: int) -> int:
        """Where the head of the part whose body starts at `at` begins; `at` if it has none."""
        since = max(self._scan_from, at - MAX_PART_HEADER_BYTES, 3)
        if 0 < (end := self._part_end(since)) < at:
            return end
        heads = find_part_heads(self._data[since:at])
        return since + heads[-1].start if heads else at
