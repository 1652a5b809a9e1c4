"""Parses the data of a connection into messages and the media between them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from camrec.camera_report.transcript import Side, SocketTransfer

MAX_TEXT_BYTES = 1 << 16
MAX_OPAQUE_BYTES = 1 << 16  # of data that is neither RTSP nor HTTP; the rest is left out

_RTSP_START_PATTERN = re.compile(rb"(?:RTSP/|[A-Z_]{3,20} \S+ RTSP/)")
_HTTP_START_PATTERN = re.compile(rb"(?:HTTP/|[A-Z]{3,10} \S+ HTTP/)")
_HEAD_END_PATTERN = re.compile(rb"\r?\n\r?\n")
_CONTENT_LENGTH_PATTERN = re.compile(rb"(?im)^content-length[ \t]*:[ \t]*(\d{1,9})")
_CONTENT_TYPE_PATTERN = re.compile(rb"(?im)^content-type[ \t]*:[ \t]*([^\r\n;]*)")


@dataclass(frozen=True)
class DialogueMessage:
    """A request or a response, with its body if the body is text.

    at : seconds since the transcript began.
    """

    at: float
    side: Side
    data: bytes


@dataclass(frozen=True)
class MediaBytes:
    """Unchanged bytes: interleaved packets, parts of a multipart body, or unknown data.

    at : seconds since the transcript began.
    opaque : the data is neither RTSP nor HTTP, so its content is unknown.
    """

    at: float
    side: Side
    data: bytes
    opaque: bool = False


TranscriptItem = DialogueMessage | MediaBytes


def parse_connection(transfers: Iterable[SocketTransfer]) -> list[TranscriptItem]:
    """Return the messages and the media of both sides of a connection in chronological order."""
    sides: dict[Side, _TranscriptParser] = {
        "camrec": _TranscriptParser(),
        "camera": _TranscriptParser(),
    }
    found: list[TranscriptItem] = []
    for transfer in transfers:
        items = list(sides[transfer.side].feed(transfer))
        if transfer.side == "camrec" and any(isinstance(each, DialogueMessage) for each in items):
            sides["camera"].end_body()
        found += items
    for parser in sides.values():
        found += parser.flush()
    return sorted(found, key=lambda item: item.at)


class _TranscriptParser:
    """Parses the transfers of one side."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._body_bytes_left: int | None = 0  # None: the body lasts to the end of the connection
        self._opaque = False
        self._opaque_bytes_left = MAX_OPAQUE_BYTES
        self._last_transfer: SocketTransfer | None = None

    def feed(self, transfer: SocketTransfer) -> Iterator[TranscriptItem]:
        """Add a transfer, and yield the items that are complete now."""
        self._last_transfer = transfer
        self._data += transfer.data
        media = bytearray()
        while self._data:
            taken = self._take_media()
            if taken:
                media += taken
                continue
            text = self._take_message()
            if text is None:
                break
            if media:
                yield MediaBytes(transfer.at, transfer.side, bytes(media))
                media.clear()
            yield DialogueMessage(transfer.at, transfer.side, text)
        if media:
            yield self._make_media(transfer, bytes(media))

    def end_body(self) -> None:
        """End the current body: the other side has read it, because it sent its next request."""
        if not self._opaque:
            self._body_bytes_left = 0

    def flush(self) -> Iterator[TranscriptItem]:
        """Yield the incomplete data that is left at the end of the connection."""
        if self._data and self._last_transfer is not None:
            self._opaque = True
            yield self._make_media(
                self._last_transfer, bytes(self._data[: self._opaque_bytes_left])
            )

    def _make_media(self, transfer: SocketTransfer, media: bytes) -> MediaBytes:
        return MediaBytes(transfer.at, transfer.side, media, self._opaque)

    def _take_media(self) -> bytes:
        """Take the media at the start of the data; empty if there is none, or it is incomplete."""
        if self._body_bytes_left is None:
            taken = bytes(self._data[: self._opaque_bytes_left] if self._opaque else self._data)
            self._opaque_bytes_left -= len(taken) if self._opaque else 0
            self._data.clear()
            return taken
        if self._body_bytes_left:
            taken = bytes(self._data[: self._body_bytes_left])
            del self._data[: len(taken)]
            self._body_bytes_left -= len(taken)
            return taken
        if blank := len(self._data) - len(self._data.lstrip(b"\r\n")):
            taken = bytes(self._data[:blank])
            del self._data[:blank]
            return taken
        if self._data[:1] == b"$" and len(self._data) >= 4:
            size = 4 + (self._data[2] << 8 | self._data[3])
            if len(self._data) >= size:
                taken = bytes(self._data[:size])
                del self._data[:size]
                return taken
        return b""

    def _take_message(self) -> bytes | None:
        """Take the message at the start of the data; None if there is none, or it is incomplete."""
        if self._data[:1] == b"$":
            return None
        head = _HEAD_END_PATTERN.search(self._data)
        known = _RTSP_START_PATTERN.match(self._data) or _HTTP_START_PATTERN.match(self._data)
        if head is None or known is None:
            if len(self._data) > MAX_TEXT_BYTES or (known is None and len(self._data) > 64):
                self._opaque, self._body_bytes_left = True, None
            return None
        end, length = head.end(), self._body_length(bytes(self._data[: head.end()]))
        if length is None:
            self._body_bytes_left = None
        elif self._has_text_body(bytes(self._data[:end])):
            if len(self._data) < end + length:
                return None
            end += length
        else:
            self._body_bytes_left = length
        text = bytes(self._data[:end])
        del self._data[:end]
        return text

    @staticmethod
    def _has_text_body(head: bytes) -> bool:
        kind = _CONTENT_TYPE_PATTERN.search(head)
        return kind is None or not kind[1].strip().lower().startswith(
            (b"image/", b"video/", b"audio/", b"multipart/", b"application/octet")
        )

    def _body_length(self, head: bytes) -> int | None:
        """Return the size of the body in bytes; None if it lasts to the end of the connection."""
        if found := _CONTENT_LENGTH_PATTERN.search(head):
            return int(found[1])
        reply_over_http = head.startswith(b"HTTP/")
        bodiless = re.match(rb"HTTP/\S+ (?:1\d\d|204|304)", head)
        return None if reply_over_http and not bodiless else 0
