"""A camera that sends JPEGs over HTTP."""

from __future__ import annotations

import logging
import socket
import socketserver
import threading
from http.server import BaseHTTPRequestHandler

import cv2

from camrec.clock import monotonic_s, utc_s
from camrec.demo.drawing import Scene
from camrec.tcp_sockets import interrupt_socket

log = logging.getLogger(__name__)

MJPEG_FRAMES_PER_SECOND = 12
DEMO_JPEG_QUALITY = 80
DEMO_MJPEG_PATH = "/birdhouse.mjpg"


class DemoMjpegCamera:
    """Serves a scene at `url`. The scene is drawn only while a client is connected.

    The response is ``multipart/x-mixed-replace``, and each JPEG has a ``Content-Length``.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._server: _MjpegServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The address of the camera, which is known after `start`."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.server_address[1]}{DEMO_MJPEG_PATH}"

    def start(self) -> None:
        """Start to serve, unless the camera already serves."""
        if self._server is not None:
            return
        self._server = _MjpegServer(self._scene)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="demo mjpeg", daemon=True
        )
        self._thread.start()
        log.info("demo camera at %s", self.url)

    def stop(self) -> None:
        """Close all connections and wait for their threads."""
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        self._server.close()
        self._server = self._thread = None


class _MjpegServer(socketserver.TCPServer):
    """Starts a thread for each client."""

    request_queue_size = 8

    def __init__(self, scene: Scene) -> None:
        super().__init__(("127.0.0.1", 0), _MjpegRequestHandler)
        self.scene = scene
        self.stopping = threading.Event()
        self._viewers: dict[threading.Thread, socket.socket] = {}

    def process_request(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        """Start a thread for the client."""
        assert isinstance(request, socket.socket)  # a TCP server gets no datagrams
        for ended in [thread for thread in self._viewers if not thread.is_alive()]:
            del self._viewers[ended]
        thread = threading.Thread(
            target=self._serve_viewer,
            args=(request, client_address),
            name="demo mjpeg viewer",
            daemon=True,
        )
        self._viewers[thread] = request
        thread.start()

    def _serve_viewer(self, request: socket.socket, address: object) -> None:
        try:
            self.finish_request(request, address)
        except OSError as error:
            log.debug("a viewer of the demo camera left (%s)", error)
        finally:
            self.shutdown_request(request)

    def close(self) -> None:
        """Close all connections and wait for their threads."""
        self.stopping.set()
        self.server_close()
        for thread, request in self._viewers.items():
            interrupt_socket(request)
            thread.join()


class _MjpegRequestHandler(BaseHTTPRequestHandler):
    server: _MjpegServer
    timeout = 10.0
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Send frames until the client leaves or the server stops."""
        if self.path != DEMO_MJPEG_PATH:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        due = monotonic_s()
        while not self.server.stopping.wait(due - monotonic_s()):
            self._send_frame()
            # After a delay, the missed frames are skipped.
            due = max(due + 1 / MJPEG_FRAMES_PER_SECOND, monotonic_s())

    def _send_frame(self) -> None:
        image = self.server.scene.draw(utc_s())
        _, jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, DEMO_JPEG_QUALITY])
        head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {jpeg.size}\r\n\r\n"
        self.wfile.write(head.encode() + jpeg.tobytes() + b"\r\n")

    def log_message(self, format: str, *args: object) -> None:
        """Log at debug level."""
        log.debug(format, *args)
