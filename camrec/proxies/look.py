"""A short look at an MJPEG address, before go2rtc gets it.

go2rtc asks a camera whose multipart it cannot read again and again, hundreds of times a second,
and of many failures it says too little. So each address is looked at once: bounded in time and
bytes, and over before go2rtc connects.
"""

from __future__ import annotations

import logging
import socket
import ssl
import threading
from http.client import HTTPException, HTTPResponse, RemoteDisconnected

from camrec.errors import CameraError
from camrec.proxies.reasons import failed
from camrec.proxies.visit import Visit
from camrec.sources import Source

log = logging.getLogger(__name__)

MOST_BYTES = 64 * 1024
JPEG = b"\xff\xd8"


def look(source: Source, seconds: float = 5.0) -> CameraError | None:
    """Why go2rtc would get no pictures from `source`; None when it should.

    A camera that answers rightly, but sends no picture within `seconds`, passes: later it is seen.
    """
    visit = Visit(seconds)
    glance = _Glance(source, visit)
    thread = threading.Thread(target=glance.take, name=f"look {source.host}", daemon=True)
    thread.start()
    thread.join(seconds)
    if not thread.is_alive():
        return glance.error
    verdict = None if glance.answered else glance.error_of("camera_no_answer")
    visit.abort()
    thread.join(0.5)
    return verdict


class _Glance:
    """What one look saw."""

    def __init__(self, source: Source, visit: Visit) -> None:
        self._source = source
        self._visit = visit
        self.answered = False
        self.error: CameraError | None = None

    def error_of(self, code: str) -> CameraError:
        return CameraError(code, host=self._source.host, port=self._source.port)

    def take(self) -> None:
        try:
            answer = self._visit.get(self._source.url, self._source.credential)
            self.error = self._judge(answer)
        except (OSError, HTTPException, ValueError) as error:
            log.debug("the look at %s ended: %s", self._source.host, type(error).__name__)
            self.error = None if self.answered else self._why(error)
        finally:
            self._visit.close()

    def _why(self, error: Exception) -> CameraError:
        """A look that got no answer."""
        if isinstance(error, socket.gaierror | UnicodeError):
            return self.error_of("camera_unknown_host")
        if isinstance(error, ssl.SSLCertVerificationError):
            return self.error_of("camera_certificate")
        if isinstance(error, ConnectionRefusedError):
            return self.error_of("camera_refused")
        not_http = ssl.SSLError | HTTPException | RemoteDisconnected | ConnectionError | ValueError
        if isinstance(error, not_http):
            return self.error_of("camera_not_a_camera")
        # No route, host down, network down, timed out.
        return self.error_of("camera_no_answer")

    def _judge(self, answer: HTTPResponse) -> CameraError | None:
        if answer.status in (401, 403):
            return self.error_of("camera_wrong_password")
        if answer.status in (404, 410):
            return self.error_of("camera_no_path")
        if answer.status != 200:
            return failed(self._source, f"{answer.status} {answer.reason}")
        self.answered = True
        kind = answer.headers.get("Content-Type", "").partition(";")[0]
        if kind == "text/html":
            return self.error_of("camera_not_a_camera")
        if kind == "multipart/x-mixed-replace":
            return self._judge_multipart(answer, b"")
        start = answer.read(2)
        if kind == "image/jpeg":
            # A body in parts under this type gives no picture.
            code = "camera_multipart" if start == b"--" else "camera_not_a_camera"
            return None if start == JPEG else self.error_of(code)
        if start == JPEG:
            return None
        if start == b"--":
            return self._judge_multipart(answer, start)
        return self.error_of("camera_not_a_camera")

    def _judge_multipart(self, answer: HTTPResponse, start: bytes) -> CameraError | None:
        """go2rtc's own reading: empty lines, a line with ``--``, headers with Content-Length."""
        left = MOST_BYTES
        headers: dict[bytes, bytes] | None = None
        while left > 0:
            line = start + answer.readline(left)
            left -= len(line)
            start = b""
            if not line:
                return self.error_of("camera_not_a_camera")
            line = line.strip()
            if headers is None:
                if line.startswith(b"--"):
                    headers = {}
                elif line:
                    return self.error_of("camera_multipart")
            elif line.startswith(b"--") and not headers:
                continue
            elif line:
                name, colon, value = line.partition(b":")
                if not colon:
                    return self.error_of("camera_multipart")
                headers[name.strip().lower()] = value.strip()
            else:
                length = headers.get(b"content-length", b"")
                if not length.isdigit() or int(length) == 0:
                    return self.error_of("camera_multipart")
                return None if answer.read(2) == JPEG else self.error_of("camera_not_a_camera")
        return self.error_of("camera_not_a_camera")
