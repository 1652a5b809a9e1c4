"""A camera that sends JPEG after JPEG over HTTP."""

from __future__ import annotations

import contextlib
import logging
import socket
import socketserver
import threading
import time
from http.server import BaseHTTPRequestHandler

import cv2

from camrec.demo.drawing import Scene

log = logging.getLogger(__name__)

RATE = 12
QUALITY = 80
PATH = "/birdhouse.mjpg"


class MjpegCamera:
    """Shows a scene at `url`; whoever is connected has it drawn, nobody else.

    The form is the one that every reader knows: parts of a multipart with their length.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Known once it was started."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.server_address[1]}{PATH}"

    def start(self) -> None:
        if self._server is not None:
            return
        self._server = _Server(self._scene)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="demo mjpeg", daemon=True
        )
        self._thread.start()
        log.info("demo camera at %s", self.url)

    def stop(self) -> None:
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        self._server.close()
        self._server = self._thread = None


class _Server(socketserver.TCPServer):
    """A thread for each who watches."""

    request_queue_size = 8

    def __init__(self, scene: Scene) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.scene = scene
        self.stopping = threading.Event()
        self._watchers: dict[threading.Thread, socket.socket] = {}

    def process_request(self, request: socket.socket, address: object) -> None:
        for ended in [thread for thread in self._watchers if not thread.is_alive()]:
            del self._watchers[ended]
        thread = threading.Thread(
            target=self._serve, args=(request, address), name="demo mjpeg watcher", daemon=True
        )
        self._watchers[thread] = request
        thread.start()

    def _serve(self, request: socket.socket, address: object) -> None:
        try:
            self.finish_request(request, address)
        except OSError as error:
            log.debug("a watcher of the demo camera left (%s)", error)
        finally:
            self.shutdown_request(request)

    def close(self) -> None:
        self.stopping.set()
        self.server_close()
        for thread, request in self._watchers.items():
            with contextlib.suppress(OSError):
                request.shutdown(socket.SHUT_RDWR)
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 10.0
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        if self.path != PATH:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        due = time.monotonic()
        while not self.server.stopping.wait(due - time.monotonic()):
            self._send_picture()
            # One that was held up does not send what it missed.
            due = max(due + 1 / RATE, time.monotonic())

    def _send_picture(self) -> None:
        picture = self.server.scene.draw(time.time())
        _, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {jpeg.size}\r\n\r\n"
        self.wfile.write(head.encode() + jpeg.tobytes() + b"\r\n")

    def log_message(self, form: str, *values: object) -> None:
        log.debug(form, *values)
