"""One camera's pictures on their way to go2rtc, over one connection to each."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse

from camrec.camera_errors import no_answer
from camrec.errors import AccessError, CameraError
from camrec.network_policy import Reach
from camrec.proxies.jpegs import Splitter
from camrec.proxies.refusals import refusal
from camrec.proxies.visit import Visit
from camrec.sources import Source

log = logging.getLogger(__name__)

SILENCE = 10.0  # seconds without an answer after which the camera is left ...
# ... and without a byte of its pictures: whether it is frozen or slow the session knows better.
BODY_SILENCE_S = 3600.0
SNAPSHOT = 1 / 25  # seconds at least between two requests for a single picture
UNCHANGED = 1.0  # seconds after which a single picture that is still the same is passed on again
PIECE = 64 * 1024

HEAD = (
    b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
    b"Content-Type: multipart/x-mixed-replace; boundary=camrec\r\n\r\n"
)
PART = b"--camrec\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"


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

    def run(self) -> None:
        """Pass pictures on until it is over."""
        watch = threading.Thread(
            target=self._watch, name=f"relay watch {self._source.host}", daemon=True
        )
        watch.start()
        try:
            self._pass_on()
        except (OSError, HTTPException, ValueError) as error:
            log.debug("%s: the stream ended: %s", self._source.host, type(error).__name__)
        finally:
            self.close()
            self._visit.close()
            watch.join()
            self._client.close()
            self._ended.set()

    def close(self) -> None:
        self._over.set()
        self._visit.abort()
        with contextlib.suppress(OSError):
            self._client.shutdown(socket.SHUT_RDWR)

    def wait(self, timeout: float) -> bool:
        """Until both connections are closed."""
        return self._ended.wait(timeout)

    def _pass_on(self) -> None:
        answer = self._ask()
        if answer is None:
            # Any error will do: what it means is told.
            self._client.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return
        self._client.sendall(HEAD)
        single = not answer.headers.get("Content-Type", "").lower().startswith("multipart/")
        if not single:
            self._visit.wait_for_body(BODY_SILENCE_S)
        asked = time.monotonic()
        count = self._read(answer)
        while single and count == 1:
            if self._over.wait(max(0.0, asked + SNAPSHOT - time.monotonic())):
                return
            asked = time.monotonic()
            answer = self._ask()
            count = self._read(answer, changed_only=True) if answer is not None else 0

    def _ask(self) -> HTTPResponse | None:
        try:
            answer = self._visit.get(self._source.target(), self._source.credential)
        except (OSError, HTTPException, ValueError) as error:
            if not self._over.is_set():
                self._tell(no_answer(self._source, error))
            return None
        except AccessError as error:
            self._tell(CameraError(error.code, **error.facts))
            return None
        refused = refusal(self._source, answer)
        if refused is not None:
            self._tell(refused)
            return None
        return answer

    def _read(self, answer: HTTPResponse, changed_only: bool = False) -> int:
        """Pass a body's pictures on, each with its last byte; how many there were."""
        splitter = Splitter()
        count = 0
        while piece := answer.read1(PIECE):
            self.received += len(piece)
            for picture in splitter.take(piece):
                count += 1
                if not changed_only or self._is_news(picture):
                    self._send(picture)
        return count

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
