"""One camera's pictures on their way to go2rtc, over one connection to each."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse

from camrec.camera_address import CameraAddress
from camrec.camera_errors import create_camera_error, error_from_exception
from camrec.errors import AccessError, CameraError
from camrec.mjpeg_relay.body import decoded_body
from camrec.mjpeg_relay.busy_camera import BusyWait
from camrec.mjpeg_relay.http_client import CameraHttpClient
from camrec.mjpeg_relay.jpeg_splitter import JpegSplitter
from camrec.mjpeg_relay.response_errors import error_from_response
from camrec.network_policy import NetworkPolicy

log = logging.getLogger(__name__)

CAMERA_HTTP_TIMEOUT_S = 10.0  # seconds without an answer after which the camera is left ...
# ... and without a byte of its pictures: whether it is frozen or slow the session knows better.
BODY_TIMEOUT_S = 3600.0
MIN_SNAPSHOT_INTERVAL_S = 1 / 25  # seconds at least between two requests for a single picture
MAX_MISSED_SNAPSHOTS = 3  # single pictures in a row that may fail, before ...
MISSED_SNAPSHOT_PAUSE_S = 0.1  # ... each of which the pause grows by so much
FIRST_BUSY_TIMEOUT_S, BUSY_TIMEOUT_S = (
    2.0,
    15.0,
)  # seconds that a camera may be too busy, at first and later
UNCHANGED_FRAME_INTERVAL_S = (
    1.0  # seconds after which a single picture that is still the same is passed on again
)
RELAY_READ_BYTES = 64 * 1024

MULTIPART_RESPONSE_HEAD = (
    b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
    b"Content-Type: multipart/x-mixed-replace; boundary=camrec\r\n\r\n"
)
MULTIPART_PART_HEADER = b"--camrec\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"


class _StreamRefused(Exception):
    """No pictures come.

    error : why, as it is told.
    passing : the connection was lost, as happens now and then; a camera's "no" is not passing.
    """

    def __init__(self, error: CameraError, passing: bool = False) -> None:
        super().__init__(error.code)
        self.error = error
        self.passing = passing


class RelayConnection:
    """Begun once, ended once: by the camera, by go2rtc, or by `close` from any thread.

    Parameters
    ----------
    client
        go2rtc's connection, its request read.
    tell
        Gets why the camera does not deliver, where that is so.
    reach
        Where the camera may be.

    Attributes
    ----------
    received_bytes : bytes of the camera's pictures so far.
    dropped : pictures that came so broken that they could not be passed on.
    """

    def __init__(
        self,
        source: CameraAddress,
        client: socket.socket,
        tell: Callable[[CameraError], None],
        reach: NetworkPolicy | None = None,
    ) -> None:
        self._source = source
        self._client = client
        self._report_error = tell
        self._http_client = CameraHttpClient(CAMERA_HTTP_TIMEOUT_S, keep=True, reach=reach)
        self._closing = threading.Event()
        self._closed = threading.Event()
        self._last_frame = b""
        self._last_sent_at = 0.0
        self.received_bytes = 0
        self.dropped = 0
        self._requested_at = 0.0

    def run(self) -> None:
        """Pass pictures on until it is over."""
        watch = threading.Thread(
            target=self._wait_for_client_close, name=f"relay watch {self._source.host}", daemon=True
        )
        watch.start()
        try:
            self._relay_stream()
        except (OSError, HTTPException, ValueError, _StreamRefused) as error:
            log.debug("%s: the stream ended: %s", self._source.host, type(error).__name__)
        finally:
            self.close()
            self._http_client.close()
            watch.join()
            self._client.close()
            self._closed.set()

    @property
    def has_delivered(self) -> bool:
        """Whether a picture was passed on."""
        return self._last_sent_at > 0

    def close(self) -> None:
        self._closing.set()
        self._http_client.abort()
        with contextlib.suppress(OSError):
            self._client.shutdown(socket.SHUT_RDWR)

    def wait(self, timeout: float) -> bool:
        """Until both connections are closed."""
        return self._closed.wait(timeout)

    def _relay_stream(self) -> None:
        try:
            answer = self._request(FIRST_BUSY_TIMEOUT_S)
        except _StreamRefused as refused:
            self._report_refusal(refused)
            # Any error will do: what it means is told.
            self._client.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return
        self._client.sendall(MULTIPART_RESPONSE_HEAD)
        count, misses = self._relay_body(answer), 0
        if not count and answer.headers.get_content_type() == "text/html":
            # A page in place of pictures: to wait for more of them would be in vain.
            self._report_refusal(
                _StreamRefused(create_camera_error(self._source, "camera_not_a_camera"))
            )
        # A body that is over is asked for again: many cameras put one picture into each.
        while (
            count
            and misses <= MAX_MISSED_SNAPSHOTS
            and not self._closing.wait(self._retry_delay(misses))
        ):
            again = self._request_again(count == 1, may_miss=misses < MAX_MISSED_SNAPSHOTS)
            count, misses = again or count, 0 if again else misses + 1

    def _retry_delay(self, misses: int) -> float:
        since = time.monotonic() - self._requested_at
        return max(0.0, max(MIN_SNAPSHOT_INTERVAL_S, misses * MISSED_SNAPSHOT_PAUSE_S) - since)

    def _request_again(self, single: bool, may_miss: bool) -> int:
        """Ask once more, and pass on what comes; how many pictures there were.

        single : its answers hold one picture each: one of them may be missing now and then.
        """
        try:
            return self._relay_body(self._request(BUSY_TIMEOUT_S), changed_only=single)
        except _StreamRefused as refused:
            if not (single and may_miss and refused.passing):
                self._report_refusal(refused)
                raise
        except (ConnectionError, HTTPException):
            if not (single and may_miss):
                raise
        return 0

    def _request(self, busy_s: float) -> HTTPResponse:
        """An answer with pictures; waits where the camera is too busy. Raises _Refused."""
        busy = BusyWait(busy_s)
        self._requested_at = time.monotonic()
        try:
            while True:
                answer = self._http_client.get(self._source.target(), self._source.credential)
                pause = busy.retry_delay(answer)
                if pause is None or self._closing.wait(pause):
                    break
        except (OSError, HTTPException, ValueError) as error:
            lost = isinstance(error, ConnectionError | HTTPException)
            raise _StreamRefused(error_from_exception(self._source, error), passing=lost) from None
        except AccessError as error:
            raise _StreamRefused(CameraError(error.code, **error.facts)) from None
        error = error_from_response(self._source, answer)
        if error is not None:
            raise _StreamRefused(error)
        if answer.length is None:
            self._http_client.set_body_timeout(BODY_TIMEOUT_S)
        return answer

    def _report_refusal(self, refused: _StreamRefused) -> None:
        if not self._closing.is_set():
            self._report_error(refused.error)

    def _relay_body(self, answer: HTTPResponse, changed_only: bool = False) -> int:
        """Pass a body's pictures on, each with its last byte; how many there were."""
        splitter = JpegSplitter()
        body = decoded_body(answer)
        count, dropped_before = 0, self.dropped
        while piece := body.read1(RELAY_READ_BYTES):
            self.received_bytes += len(piece)
            pictures = splitter.take(piece)
            self.dropped = dropped_before + splitter.dropped
            for picture in pictures:
                count += 1
                self._pass_picture(picture, changed_only)
        if not answer.length and (picture := splitter.rest()):
            count += 1
            self._pass_picture(picture, changed_only)
        return count

    def _pass_picture(self, picture: bytes, changed_only: bool) -> None:
        if not changed_only or self._should_send(picture):
            self._send_frame(picture)

    def _should_send(self, picture: bytes) -> bool:
        return (
            picture != self._last_frame
            or time.monotonic() >= self._last_sent_at + UNCHANGED_FRAME_INTERVAL_S
        )

    def _send_frame(self, picture: bytes) -> None:
        self._client.sendall(b"".join((MULTIPART_PART_HEADER % len(picture), picture, b"\r\n")))
        self._last_frame, self._last_sent_at = picture, time.monotonic()

    def _wait_for_client_close(self) -> None:
        """go2rtc says no more; that it leaves is heard."""
        with contextlib.suppress(OSError):
            while self._client.recv(1024):
                pass
        self.close()
