"""Relays the JPEGs of one camera to go2rtc, with one connection to each."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse

from camrec.camera_address import CameraAddress
from camrec.camera_errors import create_camera_error, error_from_exception
from camrec.clock import monotonic_s
from camrec.codecs import add_capture_time
from camrec.errors import AccessError, CameraError
from camrec.mjpeg_relay.body import decoded_body
from camrec.mjpeg_relay.busy_camera import BusyWait
from camrec.mjpeg_relay.capture_time import read_capture_time
from camrec.mjpeg_relay.http_client import CameraHttpClient
from camrec.mjpeg_relay.jpeg_splitter import JpegSplitter
from camrec.mjpeg_relay.response_errors import error_from_response
from camrec.network_policy import NetworkPolicy
from camrec.tcp_sockets import interrupt_socket

log = logging.getLogger(__name__)

CAMERA_HTTP_TIMEOUT_S = 10.0  # without a response
# Without a byte of the body: whether the camera is frozen or slow is for the session to decide.
BODY_TIMEOUT_S = 3600.0
MIN_SNAPSHOT_INTERVAL_S = 1 / 25  # between two requests for a single JPEG
MAX_MISSED_SNAPSHOTS = 3  # requests for a single JPEG that may fail in a row, ...
MISSED_SNAPSHOT_PAUSE_S = 0.1  # ... and by how much the pause grows after each of them
FIRST_BUSY_TIMEOUT_S, BUSY_TIMEOUT_S = 2.0, 15.0  # how long the camera may be too busy
UNCHANGED_FRAME_INTERVAL_S = 1.0  # after which a single JPEG that is the same is passed on again
RELAY_READ_BYTES = 64 * 1024
CLIENT_DISCARD_BYTES = 1024

MULTIPART_RESPONSE_HEAD = (
    b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
    b"Content-Type: multipart/x-mixed-replace; boundary=camrec\r\n\r\n"
)
MULTIPART_PART_HEADER = b"--camrec\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"


class _StreamRefused(Exception):
    """The camera sends no JPEGs.

    error : why.
    temporary : the connection was lost, which may happen now and then. False if the camera refused
        the request.
    """

    def __init__(self, error: CameraError, temporary: bool = False) -> None:
        super().__init__(error.code)
        self.error = error
        self.temporary = temporary


class RelayConnection:
    """One connection of go2rtc and one to the camera; runs once.

    It ends when the camera or go2rtc hangs up, or when any thread calls `close`.

    Parameters
    ----------
    client
        go2rtc's connection, whose request was read.
    report_error
        Called with the reason if the camera sends no JPEGs.
    network_policy
        In which networks the camera may be.
    adds_capture_times
        Whether each JPEG carries the time that the camera states for it (`add_capture_time`).

    Attributes
    ----------
    received_bytes : bytes of the camera's bodies so far.
    dropped : frames that were too broken to be passed on.
    """

    def __init__(
        self,
        source: CameraAddress,
        client: socket.socket,
        report_error: Callable[[CameraError], None],
        network_policy: NetworkPolicy | None = None,
        adds_capture_times: bool = False,
    ) -> None:
        self._source = source
        self._client = client
        self._adds_capture_times = adds_capture_times
        self._report_error = report_error
        self._http_client = CameraHttpClient(
            CAMERA_HTTP_TIMEOUT_S, keep=True, network_policy=network_policy
        )
        self._closing = threading.Event()
        self._closed = threading.Event()
        self._last_frame = b""
        self._last_sent_at = 0.0
        self.received_bytes = 0
        self.dropped = 0
        self._requested_at = 0.0

    def run(self) -> None:
        """Pass JPEGs on until the connection ends."""
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
        """Whether a frame was passed on."""
        return self._last_sent_at > 0

    def close(self) -> None:
        """End both connections. To be called from any thread, any number of times."""
        self._closing.set()
        self._http_client.abort()
        interrupt_socket(self._client)

    def wait(self, timeout: float) -> bool:
        """Wait until both connections are closed; False after `timeout` seconds."""
        return self._closed.wait(timeout)

    def _relay_stream(self) -> None:
        try:
            response = self._request(FIRST_BUSY_TIMEOUT_S)
        except _StreamRefused as refused:
            self._report_refusal(refused)
            # go2rtc gets a general error; the real one was reported.
            self._client.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return
        self._client.sendall(MULTIPART_RESPONSE_HEAD)
        count, misses = self._relay_body(response), 0
        if not count and response.headers.get_content_type() == "text/html":
            # The camera sends a web page: another request would not help.
            self._report_refusal(
                _StreamRefused(create_camera_error(self._source, "camera_not_a_camera"))
            )
        # When a body ends, the relay sends another request: many cameras send one JPEG per body.
        while (
            count
            and misses <= MAX_MISSED_SNAPSHOTS
            and not self._closing.wait(self._retry_delay(misses))
        ):
            again = self._request_again(count == 1, may_miss=misses < MAX_MISSED_SNAPSHOTS)
            count, misses = again or count, 0 if again else misses + 1

    def _retry_delay(self, misses: int) -> float:
        since = monotonic_s() - self._requested_at
        return max(0.0, max(MIN_SNAPSHOT_INTERVAL_S, misses * MISSED_SNAPSHOT_PAUSE_S) - since)

    def _request_again(self, single: bool, may_miss: bool) -> int:
        """Send another request and pass on its JPEGs; returns how many there were.

        single : each body has one JPEG. Then a request may fail now and then.
        may_miss : whether this request may fail.
        """
        try:
            return self._relay_body(self._request(BUSY_TIMEOUT_S), changed_only=single)
        except _StreamRefused as refused:
            if not (single and may_miss and refused.temporary):
                self._report_refusal(refused)
                raise
        except (ConnectionError, HTTPException):
            if not (single and may_miss):
                raise
        return 0

    def _request(self, busy_s: float) -> HTTPResponse:
        """A response with JPEGs; waits if the camera is too busy. Raises _StreamRefused."""
        busy = BusyWait(busy_s)
        self._requested_at = monotonic_s()
        try:
            while True:
                response = self._http_client.get(self._source.target(), self._source.credential)
                pause = busy.retry_delay(response)
                if pause is None or self._closing.wait(pause):
                    break
        except (OSError, HTTPException, ValueError) as error:
            lost = isinstance(error, ConnectionError | HTTPException)
            reason = error_from_exception(self._source, error)
            raise _StreamRefused(reason, temporary=lost) from None
        except AccessError as error:
            raise _StreamRefused(CameraError(error.code, **error.facts)) from None
        refusal = error_from_response(self._source, response)
        if refusal is not None:
            raise _StreamRefused(refusal)
        if response.length is None:
            self._http_client.set_body_timeout(BODY_TIMEOUT_S)
        return response

    def _report_refusal(self, refused: _StreamRefused) -> None:
        if not self._closing.is_set():
            self._report_error(refused.error)

    def _relay_body(self, response: HTTPResponse, changed_only: bool = False) -> int:
        """Pass on a body's JPEGs, each when its last byte arrives; returns how many there were."""
        splitter = JpegSplitter()
        body = decoded_body(response)
        headers_of_all = _headers_without_parts(response)
        count, dropped_before = 0, self.dropped
        while data := body.read1(RELAY_READ_BYTES):
            self.received_bytes += len(data)
            jpegs = splitter.feed(data)
            self.dropped = dropped_before + splitter.dropped
            for jpeg, headers in zip(jpegs, splitter.headers, strict=True):
                count += 1
                self._pass_on(jpeg, headers or headers_of_all, changed_only)
        if not response.length and (last := splitter.flush()) is not None:
            count += 1
            self._pass_on(last, headers_of_all, changed_only)
        return count

    def _pass_on(self, jpeg: bytes, headers: bytes, changed_only: bool) -> None:
        if not changed_only or self._should_send(jpeg):
            self._send_frame(jpeg, headers)

    def _should_send(self, jpeg: bytes) -> bool:
        return (
            jpeg != self._last_frame
            or monotonic_s() >= self._last_sent_at + UNCHANGED_FRAME_INTERVAL_S
        )

    def _send_frame(self, jpeg: bytes, headers: bytes) -> None:
        sent = jpeg
        if self._adds_capture_times:
            sent = add_capture_time(jpeg, read_capture_time(headers))
        self._client.sendall(b"".join((MULTIPART_PART_HEADER % len(sent), sent, b"\r\n")))
        self._last_frame, self._last_sent_at = jpeg, monotonic_s()

    def _wait_for_client_close(self) -> None:
        """Close the connection when go2rtc leaves. It sends nothing more until then."""
        with contextlib.suppress(OSError):
            while self._client.recv(CLIENT_DISCARD_BYTES):
                pass
        self.close()


def _headers_without_parts(response: HTTPResponse) -> bytes:
    """The headers of a response with a single JPEG; empty for one with parts."""
    if response.headers.get_content_maintype() == "multipart":
        return b""
    lines = [f"{name}: {value}\r\n" for name, value in response.headers.items()]
    return "".join(lines).encode("latin-1", "replace")
