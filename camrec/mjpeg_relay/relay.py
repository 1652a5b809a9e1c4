"""Brings go2rtc a camera's pictures, in a form that it can read."""

from __future__ import annotations

import contextlib
import logging
import secrets
import socket
import threading
import time

from camrec.camera_address import CameraAddress, parse_address
from camrec.errors import CameraError
from camrec.mjpeg_relay.connection import RelayConnection
from camrec.network_policy import NetworkPolicy

log = logging.getLogger(__name__)

MIN_CALL_INTERVAL_S = 1.0  # seconds between two calls of the camera: go2rtc may not pause
MJPEG_RELAY_TIMEOUT_S = 5.0  # seconds for a request to come, and for a passage to end
MAX_MJPEG_RELAY_CLIENTS = 8
MAX_REQUEST_HEAD_BYTES = 8192


class MjpegRelay:
    """A small HTTP server on 127.0.0.1 at an address that nobody can guess.

    It is connected to its camera while go2rtc is connected to it, once: who comes anew takes the
    place of the one before.

    source : what go2rtc is given; it holds no credential.
    """

    def __init__(self, camera: CameraAddress, reach: NetworkPolicy | None = None) -> None:
        self._camera = camera
        self._network_policy = reach
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._path = f"/{secrets.token_urlsafe(24)}"
        self._port = self._listener.getsockname()[1]
        self.source = parse_address(f"http://127.0.0.1:{self._port}{self._path}")
        self._closing = threading.Event()
        self._connection_lock = threading.Lock()
        self._connection: RelayConnection | None = None
        self._earlier_bytes = self._dropped = 0
        self._has_delivered = False
        self._connected_at = 0.0
        self._last_error: tuple[int, CameraError] | None = None
        self._clients: dict[threading.Thread, socket.socket] = {}
        self._thread = threading.Thread(
            target=self._accept_clients, name=f"relay {camera.host}", daemon=True
        )

    def start(self) -> MjpegRelay:
        self._thread.start()
        log.debug("%s is relayed to go2rtc from port %d", self._camera.url, self._port)
        return self

    @property
    def has_delivered(self) -> bool:
        """Whether a picture was ever passed on."""
        passage = self._connection
        return self._has_delivered or (passage is not None and passage.has_delivered)

    @property
    def received_bytes(self) -> int:
        """Bytes of the camera's pictures, over all its connections."""
        passage = self._connection
        return self._earlier_bytes + (passage.received_bytes if passage is not None else 0)

    @property
    def dropped(self) -> int:
        """Pictures that came so broken that they could not be passed on."""
        passage = self._connection
        return self._dropped + (passage.dropped if passage is not None else 0)

    def reason(self, since_ns: int) -> CameraError | None:
        """Why the camera does not deliver, as told since a monotonic time."""
        trouble = self._last_error
        return trouble[1] if trouble and trouble[0] >= since_ns else None

    def close(self) -> None:
        """End it, and with it the connection to the camera."""
        self._closing.set()
        # Wakes the one who waits for a connection, on any system.
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self._port), MJPEG_RELAY_TIMEOUT_S).close()
        self._thread.join()
        self._listener.close()
        passage = self._connection
        if passage is not None:
            passage.close()
        for thread, client in self._clients.items():
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
            thread.join(MJPEG_RELAY_TIMEOUT_S)

    def _accept_clients(self) -> None:
        while not self._closing.is_set():
            client, _ = self._listener.accept()
            for ended in [each for each in self._clients if not each.is_alive()]:
                del self._clients[ended]
            if self._closing.is_set() or len(self._clients) >= MAX_MJPEG_RELAY_CLIENTS:
                client.close()
                continue
            thread = threading.Thread(
                target=self._serve_client,
                args=(client,),
                name=f"relayed {self._camera.host}",
                daemon=True,
            )
            self._clients[thread] = client
            thread.start()

    def _serve_client(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            client.settimeout(MJPEG_RELAY_TIMEOUT_S)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if not _read_request_head(client).startswith(f"GET {self._path} HTTP/".encode()):
                client.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                return
            client.settimeout(None)
            passage = self._replace_connection(client)
            if passage is not None:
                passage.run()

    def _replace_connection(self, client: socket.socket) -> RelayConnection | None:
        """End the passage that there is, and make the next; None when all is over."""
        with self._connection_lock:
            if self._connection is not None:
                self._connection.close()
                self._connection.wait(MJPEG_RELAY_TIMEOUT_S)
                self._has_delivered = self.has_delivered
                self._earlier_bytes, self._dropped = self.received_bytes, self.dropped
                self._connection = None
            if self._closing.wait(
                max(0.0, self._connected_at + MIN_CALL_INTERVAL_S - time.monotonic())
            ):
                return None
            self._connected_at = time.monotonic()
            self._connection = RelayConnection(
                self._camera, client, self._record_error, self._network_policy
            )
            return self._connection

    def _record_error(self, error: CameraError) -> None:
        log.debug("%s: %s", self._camera.url, error)
        self._last_error = (time.monotonic_ns(), error)


def _read_request_head(client: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head and len(head) < MAX_REQUEST_HEAD_BYTES:
        piece = client.recv(MAX_REQUEST_HEAD_BYTES)
        if not piece:
            break
        head += piece
    return head
