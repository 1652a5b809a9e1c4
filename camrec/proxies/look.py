"""A short look at an MJPEG address, before go2rtc gets it.

go2rtc asks a camera whose multipart it cannot read again and again, hundreds of times a second,
and of many failures it says too little. So each address is looked at once: bounded in time and
bytes, and over before go2rtc connects.
"""

from __future__ import annotations

import logging
import threading
from enum import Enum
from http.client import HTTPException, HTTPResponse

from camrec.camera_errors import named, no_answer
from camrec.errors import AccessError, CameraError
from camrec.network_policy import Reach
from camrec.proxies.jpegs import END, MOST, START
from camrec.proxies.refusals import refusal
from camrec.proxies.visit import Visit
from camrec.sources import Source

log = logging.getLogger(__name__)

MOST_TEXT = 64 * 1024  # bytes before the first picture
MOST_HEADERS = 4096  # the same where no multipart is announced


class Way(Enum):
    """How a camera comes to go2rtc."""

    DIRECT = "direct"
    RELAYED = "relayed"


def look(source: Source, seconds: float = 5.0, reach: Reach | None = None) -> Way:
    """Which way the pictures of `source` come to go2rtc.

    Direct goes what it surely reads: a multipart whose first part it read whole. A camera that
    answers rightly, but sends no picture within `seconds`, is relayed: that cannot do harm. Where
    `reach` is limited all are relayed: go2rtc follows a camera wherever it leads.

    Raises
    ------
    CameraError
        It is no camera, it refuses, or it leads to another host.
    AccessError
        ``address_not_allowed``.
    """
    visit = Visit(seconds, reach=reach)
    glance = _Glance(source, visit)
    thread = threading.Thread(target=glance.take, name=f"look {source.host}", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        error = None if glance.answered else named(source, "camera_no_answer")
        visit.abort()
        thread.join(0.5)
    else:
        error = glance.error
    if error is not None:
        raise error
    return Way.RELAYED if reach is not None and reach.own_connections_only else glance.way


class _Glance:
    """What one look saw."""

    def __init__(self, source: Source, visit: Visit) -> None:
        self._source = source
        self._visit = visit
        self.answered = False
        self.way = Way.RELAYED
        self.error: CameraError | AccessError | None = None

    def take(self) -> None:
        try:
            answer = self._visit.get(self._source.target(), self._source.credential)
            self.error = refusal(self._source, answer) or self._judge(answer)
        except AccessError as error:
            self.error = error
        except (OSError, HTTPException, ValueError) as error:
            log.debug("the look at %s ended: %s", self._source.host, type(error).__name__)
            self.error = None if self.answered else no_answer(self._source, error)
        finally:
            self._visit.close()

    def _judge(self, answer: HTTPResponse) -> CameraError | None:
        self.answered = True
        kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        multipart = kind.startswith("multipart/")
        if kind != "text/html":
            text = _Text(answer, MOST_TEXT if multipart else MOST_HEADERS)
            parts = multipart or (kind != "image/jpeg" and text.starts_with(b"--"))
            if parts and self._visit.simple and _is_whole(text):
                self.way = Way.DIRECT
                return None
            if text.holds_a_picture():
                return None
        return named(self._source, "camera_not_a_camera")


class _Text:
    """The beginning of a body, up to its first picture; what was read of it stays."""

    def __init__(self, answer: HTTPResponse, most: int) -> None:
        self._answer = answer
        self._most = most
        self._read = bytearray()
        self._at = 0

    def starts_with(self, mark: bytes) -> bool:
        while len(self._read) < len(mark) and self._more():
            pass
        return self._read.startswith(mark)

    def line(self) -> bytes | None:
        """The next one, without its end; None where there is no more of them."""
        while (end := self._read.find(b"\n", self._at)) < 0:
            if START in self._read or len(self._read) > self._most or not self._more():
                return None
        line, self._at = bytes(self._read[self._at : end]), end + 1
        return line.strip()

    def next_bytes(self, length: int) -> bytes:
        while len(self._read) < self._at + length and self._more():
            pass
        return bytes(self._read[self._at : self._at + length])

    def holds_a_picture(self) -> bool:
        while START not in self._read:
            if len(self._read) > self._most or not self._more():
                return False
        return True

    def _more(self) -> bool:
        piece = self._answer.read1(MOST_TEXT)
        self._read += piece
        return bool(piece)


def _is_whole(text: _Text) -> bool:
    """go2rtc's own reading: empty lines, a line with ``--``, headers with Content-Length."""
    headers: dict[bytes, bytes] | None = None
    while (line := text.line()) is not None:
        if headers is None:
            if line.startswith(b"--"):
                headers = {}
            elif line:
                return False
        elif line.startswith(b"--") and not headers:
            continue
        elif line:
            name, colon, value = line.partition(b":")
            if not colon:
                return False
            headers[name.strip().lower()] = value.strip()
        else:
            length = headers.get(b"content-length", b"")
            if not length.isdigit() or not 0 < int(length) <= MOST:
                return False
            picture = text.next_bytes(int(length))
            return picture.startswith(START) and picture.endswith(END)
    return False
