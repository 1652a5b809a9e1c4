"""A short look at an MJPEG address, before go2rtc gets it.

go2rtc asks a camera whose multipart it cannot read again and again, hundreds of times a second,
and of many failures it says too little. So each address is looked at once: bounded in time and
bytes, and over before go2rtc connects.
"""

from __future__ import annotations

import logging
import threading
import time
from enum import Enum
from http.client import HTTPException, HTTPResponse

from camrec.camera_errors import named, no_answer
from camrec.errors import AccessError, CameraError
from camrec.network_policy import Reach
from camrec.proxies.busy_camera import BusyWait
from camrec.proxies.go2rtc_multipart import BodyReader, is_read_as_multipart, reads_two_parts
from camrec.proxies.refusals import refusal
from camrec.proxies.visit import Visit
from camrec.sources import Source

log = logging.getLogger(__name__)

MOST_TEXT = 64 * 1024  # bytes before the first picture
MOST_HEADERS = 4096  # the same where no multipart is announced
SECOND_PART_S = 1.0  # seconds for a second part to begin; a slower camera is relayed
BUSY_S = 2.0  # seconds that a camera may be too busy to answer


class Way(Enum):
    """How a camera comes to go2rtc."""

    DIRECT = "direct"
    RELAYED = "relayed"


def look(source: Source, seconds: float = 5.0, reach: Reach | None = None) -> Way:
    """Which way the pictures of `source` come to go2rtc.

    Direct goes what it surely reads: a multipart of which it read a whole part, and the head of a
    second one. A camera that answers rightly, but sends no picture within `seconds`, is relayed:
    that cannot do harm. Where `reach` is limited all are relayed: go2rtc follows a camera wherever
    it leads.

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
    end = time.monotonic() + seconds
    thread.start()
    glance.first_read.wait(seconds)
    thread.join(max(0.0, min(end - time.monotonic(), SECOND_PART_S)))
    if thread.is_alive():
        error = None if glance.answered else named(source, "camera_no_answer")
        glance.over.set()
        visit.abort()
        thread.join(0.5)
    else:
        error = glance.error
    if error is not None:
        raise error
    return Way.RELAYED if reach is not None and reach.own_connections_only else glance.way


class _Glance:
    """What one look saw.

    first_read : the first picture is here, or there is nothing more to wait for.
    over : nobody waits for it any more.
    """

    def __init__(self, source: Source, visit: Visit) -> None:
        self._source = source
        self._visit = visit
        self.answered = False
        self.way = Way.RELAYED
        self.error: CameraError | AccessError | None = None
        self.first_read = threading.Event()
        self.over = threading.Event()

    def take(self) -> None:
        try:
            answer = self._ask()
            self.error = refusal(self._source, answer) or self._judge(answer)
        except AccessError as error:
            self.error = error
        except (OSError, HTTPException, ValueError) as error:
            log.debug("the look at %s ended: %s", self._source.host, type(error).__name__)
            self.error = None if self.answered else no_answer(self._source, error)
        finally:
            self._visit.close()
            self.first_read.set()

    def _ask(self) -> HTTPResponse:
        """Its answer; where it is too busy just now it is asked again."""
        busy = BusyWait(BUSY_S)
        while True:
            answer = self._visit.get(self._source.target(), self._source.credential)
            pause = busy.pause(answer)
            if pause is None or self.over.wait(pause):
                return answer

    def _judge(self, answer: HTTPResponse) -> CameraError | None:
        self.answered = True
        told = answer.headers.get("Content-Type", "")
        multipart = told.strip().lower().startswith("multipart/")
        body = BodyReader(answer, MOST_TEXT if multipart else MOST_HEADERS)
        if told.strip().lower().startswith("text/html") and body.peek(2) not in (
            b"--",
            b"\xff\xd8",
        ):
            return named(self._source, "camera_not_a_camera")
        as_multipart = is_read_as_multipart(self._source.target(), told, body)
        if as_multipart and reads_two_parts(body, self.first_read.set) and self._visit.simple:
            self.way = Way.DIRECT
            return None
        if body.holds_a_picture():
            return None
        return named(self._source, "camera_not_a_camera")
