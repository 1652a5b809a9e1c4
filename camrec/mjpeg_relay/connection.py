"""One camera's pictures on their way to go2rtc, over one connection to each."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse

from camrec.camera_address import Source
from camrec.camera_errors import named, no_answer
from camrec.errors import AccessError, CameraError
from camrec.mjpeg_relay.busy_camera import BusyWait
from camrec.mjpeg_relay.http_client import Visit
from camrec.mjpeg_relay.jpeg_splitter import Splitter
from camrec.mjpeg_relay.response_errors import refusal
from camrec.network_policy import Reach
from camrec.proxies.body import body_of

log = logging.getLogger(__name__)

SILENCE = 10.0  # seconds without an answer after which the camera is left ...
# ... and without a byte of its pictures: whether it is frozen or slow the session knows better.
BODY_SILENCE_S = 3600.0
SNAPSHOT = 1 / 25  # seconds at least between two requests for a single picture
MOST_MISSES = 3  # single pictures in a row that may fail, before ...
MISSED_S = 0.1  # ... each of which the pause grows by so much
FIRST_BUSY_S, BUSY_S = 2.0, 15.0  # seconds that a camera may be too busy, at first and later
UNCHANGED = 1.0  # seconds after which a single picture that is still the same is passed on again
PIECE = 64 * 1024

HEAD = (
    b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
    b"Content-Type: multipart/x-mixed-replace; boundary=camrec\r\n\r\n"
)
PART = b"--camrec\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"


class _Refused(Exception):
    """No pictures come.

    error : why, as it is told.
    passing : the connection was lost, as happens now and then; a camera's "no" is not passing.
    """

    def __init__(self, error: CameraError, passing: bool = False) -> None:
        super().__init__(error.code)
        self.error = error
        self.passing = passing


class Passage:
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
    received : bytes of the camera's pictures so far.
    dropped : pictures that came so broken that they could not be passed on.
    """

    def __init__(
        self,
        source: Source,
        client: socket.socket,
        tell: Callable[[CameraError], None],
        reach: Reach | None = None,
    ) -> None:
        self._source = source
        self._client = client
        self._tell = tell
        self._visit = Visit(SILENCE, keep=True, reach=reach)
        self._over = threading.Event()
        self._ended = threading.Event()
        self._last = b""
        self._sent = 0.0
        self.received = 0
        self.dropped = 0
        self._asked = 0.0

    def run(self) -> None:
        """Pass pictures on until it is over."""
        watch = threading.Thread(
            target=self._watch, name=f"relay watch {self._source.host}", daemon=True
        )
        watch.start()
        try:
            self._pass_on()
        except (OSError, HTTPException, ValueError, _Refused) as error:
            log.debug("%s: the stream ended: %s", self._source.host, type(error).__name__)
        finally:
            self.close()
            self._visit.close()
            watch.join()
            self._client.close()
            self._ended.set()

    @property
    def has_delivered(self) -> bool:
        """Whether a picture was passed on."""
        return self._sent > 0

    def close(self) -> None:
        self._over.set()
        self._visit.abort()
        with contextlib.suppress(OSError):
            self._client.shutdown(socket.SHUT_RDWR)

    def wait(self, timeout: float) -> bool:
        """Until both connections are closed."""
        return self._ended.wait(timeout)

    def _pass_on(self) -> None:
        try:
            answer = self._ask(FIRST_BUSY_S)
        except _Refused as refused:
            self._tell_of(refused)
            # Any error will do: what it means is told.
            self._client.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return
        self._client.sendall(HEAD)
        count, misses = self._read(answer), 0
        if not count and answer.headers.get_content_type() == "text/html":
            # A page in place of pictures: to wait for more of them would be in vain.
            self._tell_of(_Refused(named(self._source, "camera_not_a_camera")))
        # A body that is over is asked for again: many cameras put one picture into each.
        while count and misses <= MOST_MISSES and not self._over.wait(self._pause(misses)):
            again = self._read_again(count == 1, may_miss=misses < MOST_MISSES)
            count, misses = again or count, 0 if again else misses + 1

    def _pause(self, misses: int) -> float:
        since = time.monotonic() - self._asked
        return max(0.0, max(SNAPSHOT, misses * MISSED_S) - since)

    def _read_again(self, single: bool, may_miss: bool) -> int:
        """Ask once more, and pass on what comes; how many pictures there were.

        single : its answers hold one picture each: one of them may be missing now and then.
        """
        try:
            return self._read(self._ask(BUSY_S), changed_only=single)
        except _Refused as refused:
            if not (single and may_miss and refused.passing):
                self._tell_of(refused)
                raise
        except (ConnectionError, HTTPException):
            if not (single and may_miss):
                raise
        return 0

    def _ask(self, busy_s: float) -> HTTPResponse:
        """An answer with pictures; waits where the camera is too busy. Raises _Refused."""
        busy = BusyWait(busy_s)
        self._asked = time.monotonic()
        try:
            while True:
                answer = self._visit.get(self._source.target(), self._source.credential)
                pause = busy.pause(answer)
                if pause is None or self._over.wait(pause):
                    break
        except (OSError, HTTPException, ValueError) as error:
            lost = isinstance(error, ConnectionError | HTTPException)
            raise _Refused(no_answer(self._source, error), passing=lost) from None
        except AccessError as error:
            raise _Refused(CameraError(error.code, **error.facts)) from None
        error = refusal(self._source, answer)
        if error is not None:
            raise _Refused(error)
        if answer.length is None:
            self._visit.wait_for_body(BODY_SILENCE_S)
        return answer

    def _tell_of(self, refused: _Refused) -> None:
        if not self._over.is_set():
            self._tell(refused.error)

    def _read(self, answer: HTTPResponse, changed_only: bool = False) -> int:
        """Pass a body's pictures on, each with its last byte; how many there were."""
        splitter = Splitter()
        body = body_of(answer)
        count, dropped_before = 0, self.dropped
        while piece := body.read1(PIECE):
            self.received += len(piece)
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
        if not changed_only or self._is_news(picture):
            self._send(picture)

    def _is_news(self, picture: bytes) -> bool:
        return picture != self._last or time.monotonic() >= self._sent + UNCHANGED

    def _send(self, picture: bytes) -> None:
        self._client.sendall(b"".join((PART % len(picture), picture, b"\r\n")))
        self._last, self._sent = picture, time.monotonic()

    def _watch(self) -> None:
        """go2rtc says no more; that it leaves is heard."""
        with contextlib.suppress(OSError):
            while self._client.recv(1024):
                pass
        self.close()
