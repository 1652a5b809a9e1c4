"""A short look at an MJPEG address, before go2rtc hears of it.

What is wrong with an address is told at once, and better than go2rtc could: so each address is
looked at once, bounded in time and bytes, and that is over before the relay connects.
"""

from __future__ import annotations

import logging
import threading
import time
from http.client import HTTPException, HTTPResponse

from camrec.camera_address import Source
from camrec.camera_errors import named, no_answer
from camrec.errors import AccessError, CameraError
from camrec.mjpeg_relay.busy_camera import BusyWait
from camrec.mjpeg_relay.http_client import Visit
from camrec.mjpeg_relay.jpeg_splitter import START
from camrec.mjpeg_relay.response_errors import refusal
from camrec.network_policy import Reach
from camrec.proxies.body import body_of, unread_coding

log = logging.getLogger(__name__)

MOST_TEXT = 64 * 1024  # bytes before the first picture
MOST_HEADERS = 4096  # the same where no multipart is announced
PIECE = 64 * 1024
BUSY_S = 2.0  # seconds that a camera may be too busy to answer


def look(source: Source, seconds: float = 5.0, reach: Reach | None = None) -> None:
    """See whether `source` has pictures.

    A camera that answers rightly, but sends no picture within `seconds`, may be a slow one: that
    is no error.

    Raises
    ------
    CameraError
        It is no camera, it refuses, or it leads to another host.
    AccessError
        ``address_not_allowed``.
    """
    visit = Visit(seconds, keep=True, reach=reach)
    glance = _Glance(source, visit)
    thread = threading.Thread(target=glance.take, name=f"look {source.host}", daemon=True)
    end = time.monotonic() + seconds
    thread.start()
    thread.join(max(0.0, end - time.monotonic()))
    if thread.is_alive():
        error = None if glance.answered else named(source, "camera_no_answer")
        glance.over.set()
        visit.abort()
        thread.join(0.5)
    else:
        error = glance.error
    if error is not None:
        raise error


class _Glance:
    """What one look saw.

    over : nobody waits for it any more.
    """

    def __init__(self, source: Source, visit: Visit) -> None:
        self._source = source
        self._visit = visit
        self.answered = False
        self.error: CameraError | AccessError | None = None
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
        told = answer.headers.get("Content-Type", "").strip().lower()
        most = MOST_TEXT if told.startswith("multipart/") else MOST_HEADERS
        body, read = body_of(answer), b""
        while START not in read:
            piece = body.read1(PIECE) if len(read) <= most else b""
            read += piece
            is_page = told.startswith("text/html") and not read.startswith((b"--", b"\xff\xd8"))
            if not piece or (is_page and len(read) > 1):
                return self._not_a_camera(answer)
        return None

    def _not_a_camera(self, answer: HTTPResponse) -> CameraError:
        if coding := unread_coding(answer):
            facts = {"host": self._source.host, "port": self._source.port}
            return CameraError("camera_compressed", **facts, coding=coding)
        return named(self._source, "camera_not_a_camera")
