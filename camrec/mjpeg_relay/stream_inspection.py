"""Inspects an MJPEG address before go2rtc gets it.

The inspection finds most errors at once, and describes them better than go2rtc could. It is limited
in time and bytes, and ends before the relay connects to the camera.
"""

from __future__ import annotations

import logging
import threading
from http.client import HTTPException, HTTPResponse

from camrec.camera_address import CameraAddress
from camrec.camera_errors import create_camera_error, error_from_exception
from camrec.clock import monotonic_s
from camrec.errors import AccessError, CameraError
from camrec.mjpeg_relay.body import decoded_body, unsupported_encoding
from camrec.mjpeg_relay.busy_camera import BusyWait
from camrec.mjpeg_relay.http_client import CameraHttpClient
from camrec.mjpeg_relay.jpeg_splitter import JPEG_START_BYTES
from camrec.mjpeg_relay.response_errors import error_from_response
from camrec.network_policy import NetworkPolicy

log = logging.getLogger(__name__)

MAX_MULTIPART_PREAMBLE_BYTES = 64 * 1024  # before the first JPEG
MAX_PLAIN_PREAMBLE_BYTES = 4096  # the same if no multipart body is announced
INSPECTION_READ_BYTES = 64 * 1024
INSPECTION_BUSY_TIMEOUT_S = 2.0  # how long a camera may be too busy to respond
ABORT_TIMEOUT_S = 0.5


def inspect_stream(
    source: CameraAddress, seconds: float = 5.0, network_policy: NetworkPolicy | None = None
) -> None:
    """Check that `source` sends JPEGs.

    A camera that responds correctly but sends no JPEG within `seconds` is no error: it may be slow.

    Raises
    ------
    CameraError
        It is not a camera, it refuses the request, or it redirects to another host.
    AccessError
        ``address_not_allowed``.
    """
    client = CameraHttpClient(seconds, keep=True, network_policy=network_policy)
    inspection = _Inspection(source, client)
    thread = threading.Thread(target=inspection.run, name=f"inspect {source.host}", daemon=True)
    end = monotonic_s() + seconds
    thread.start()
    thread.join(max(0.0, end - monotonic_s()))
    error: CameraError | AccessError | None
    if thread.is_alive():
        error = None if inspection.has_response else create_camera_error(source, "camera_no_answer")
        inspection.cancelled.set()
        client.abort()
        thread.join(ABORT_TIMEOUT_S)
    else:
        error = inspection.error
    if error is not None:
        raise error


class _Inspection:
    """One inspection and its result.

    has_response : whether the camera responded without an error.
    error : why this is not a usable camera; None if no error was found.
    cancelled : set when nobody waits for the result any more.
    """

    def __init__(self, source: CameraAddress, client: CameraHttpClient) -> None:
        self._source = source
        self._http_client = client
        self.has_response = False
        self.error: CameraError | AccessError | None = None
        self.cancelled = threading.Event()

    def run(self) -> None:
        """Inspect the address; sets `has_response` and `error`."""
        try:
            response = self._request()
            self.error = error_from_response(self._source, response) or self._classify(response)
        except AccessError as error:
            self.error = error
        except (OSError, HTTPException, ValueError) as error:
            log.debug("the inspection of %s ended: %s", self._source.host, type(error).__name__)
            self.error = None if self.has_response else error_from_exception(self._source, error)
        finally:
            self._http_client.close()

    def _request(self) -> HTTPResponse:
        """The camera's response. A busy camera is asked again."""
        busy = BusyWait(INSPECTION_BUSY_TIMEOUT_S)
        while True:
            response = self._http_client.get(self._source.target(), self._source.credential)
            pause = busy.retry_delay(response)
            if pause is None or self.cancelled.wait(pause):
                return response

    def _classify(self, response: HTTPResponse) -> CameraError | None:
        """Read up to the first JPEG; an error if there is none."""
        self.has_response = True
        content_type = response.headers.get("Content-Type", "").strip().lower()
        is_multipart = content_type.startswith("multipart/")
        limit = MAX_MULTIPART_PREAMBLE_BYTES if is_multipart else MAX_PLAIN_PREAMBLE_BYTES
        body, read = decoded_body(response), b""
        while JPEG_START_BYTES not in read:
            data = body.read1(INSPECTION_READ_BYTES) if len(read) <= limit else b""
            read += data
            is_html = content_type.startswith("text/html")
            is_page = is_html and not read.startswith((b"--", b"\xff\xd8"))
            if not data or (is_page and len(read) > 1):
                return self._not_a_camera(response)
        return None

    def _not_a_camera(self, response: HTTPResponse) -> CameraError:
        if coding := unsupported_encoding(response):
            facts = {"host": self._source.host, "port": self._source.port}
            return CameraError("camera_compressed", **facts, coding=coding)
        return create_camera_error(self._source, "camera_not_a_camera")
