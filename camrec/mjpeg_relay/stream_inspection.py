"""A short look at an MJPEG address, before go2rtc hears of it.

What is wrong with an address is told at once, and better than go2rtc could: so each address is
looked at once, bounded in time and bytes, and that is over before the relay connects.
"""

from __future__ import annotations

import logging
import threading
import time
from http.client import HTTPException, HTTPResponse

from camrec.camera_address import CameraAddress
from camrec.camera_errors import create_camera_error, error_from_exception
from camrec.errors import AccessError, CameraError
from camrec.mjpeg_relay.body import decoded_body, unsupported_encoding
from camrec.mjpeg_relay.busy_camera import BusyWait
from camrec.mjpeg_relay.http_client import CameraHttpClient
from camrec.mjpeg_relay.jpeg_splitter import JPEG_START_BYTES
from camrec.mjpeg_relay.response_errors import error_from_response
from camrec.network_policy import NetworkPolicy

log = logging.getLogger(__name__)

MAX_MULTIPART_PREAMBLE_BYTES = 64 * 1024  # bytes before the first picture
MAX_PLAIN_PREAMBLE_BYTES = 4096  # the same where no multipart is announced
INSPECTION_READ_BYTES = 64 * 1024
INSPECTION_BUSY_TIMEOUT_S = 2.0  # seconds that a camera may be too busy to answer


def inspect_stream(
    source: CameraAddress, seconds: float = 5.0, reach: NetworkPolicy | None = None
) -> None:
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
    visit = CameraHttpClient(seconds, keep=True, reach=reach)
    glance = _Inspection(source, visit)
    thread = threading.Thread(target=glance.take, name=f"look {source.host}", daemon=True)
    end = time.monotonic() + seconds
    thread.start()
    thread.join(max(0.0, end - time.monotonic()))
    if thread.is_alive():
        error = None if glance.answered else create_camera_error(source, "camera_no_answer")
        glance.over.set()
        visit.abort()
        thread.join(0.5)
    else:
        error = glance.error
    if error is not None:
        raise error


class _Inspection:
    """What one look saw.

    over : nobody waits for it any more.
    """

    def __init__(self, source: CameraAddress, visit: CameraHttpClient) -> None:
        self._source = source
        self._http_client = visit
        self.answered = False
        self.error: CameraError | AccessError | None = None
        self.over = threading.Event()

    def take(self) -> None:
        try:
            answer = self._request()
            self.error = error_from_response(self._source, answer) or self._classify(answer)
        except AccessError as error:
            self.error = error
        except (OSError, HTTPException, ValueError) as error:
            log.debug("the look at %s ended: %s", self._source.host, type(error).__name__)
            self.error = None if self.answered else error_from_exception(self._source, error)
        finally:
            self._http_client.close()

    def _request(self) -> HTTPResponse:
        """Its answer; where it is too busy just now it is asked again."""
        busy = BusyWait(INSPECTION_BUSY_TIMEOUT_S)
        while True:
            answer = self._http_client.get(self._source.target(), self._source.credential)
            pause = busy.retry_delay(answer)
            if pause is None or self.over.wait(pause):
                return answer

    def _classify(self, answer: HTTPResponse) -> CameraError | None:
        self.answered = True
        told = answer.headers.get("Content-Type", "").strip().lower()
        most = (
            MAX_MULTIPART_PREAMBLE_BYTES
            if told.startswith("multipart/")
            else MAX_PLAIN_PREAMBLE_BYTES
        )
        body, read = decoded_body(answer), b""
        while JPEG_START_BYTES not in read:
            piece = body.read1(INSPECTION_READ_BYTES) if len(read) <= most else b""
            read += piece
            is_page = told.startswith("text/html") and not read.startswith((b"--", b"\xff\xd8"))
            if not piece or (is_page and len(read) > 1):
                return self._not_a_camera(answer)
        return None

    def _not_a_camera(self, answer: HTTPResponse) -> CameraError:
        if coding := unsupported_encoding(answer):
            facts = {"host": self._source.host, "port": self._source.port}
            return CameraError("camera_compressed", **facts, coding=coding)
        return create_camera_error(self._source, "camera_not_a_camera")
