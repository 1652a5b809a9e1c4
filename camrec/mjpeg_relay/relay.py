"""Brings go2rtc a camera's pictures, in a form that it can read."""

from __future__ import annotations

import contextlib
import logging
import secrets
import socket
import threading
import time

from camrec.camera_address import Source, parse
from camrec.errors import CameraError
from camrec.mjpeg_relay.connection import Passage
from camrec.network_policy import Reach

log = logging.getLogger(__name__)

BETWEEN_CALLS = 1.0  # seconds between two calls of the camera: go2rtc may not pause
PATIENCE = 5.0  # seconds for a request to come, and for a passage to end
MOST_CLIENTS = 8
MOST_REQUEST = 8192


class Relay:
    """A small HTTP server on 127.0.0.1 at an address that nobody can guess.

    It is connected to its camera while go2rtc is connected to it, once: who comes anew takes the
    place of the one before.

    source : what go2rtc is given; it holds no credential.
    """

    def __init__(self, camera: Source, reach: Reach | None = None) -> None:
        self._camera = camera
        self._reach = reach
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._path = f"/{secrets.token_urlsafe(24)}"
        self._port = self._listener.getsockname()[1]
        self.source = parse(f"http://127.0.0.1:{self._port}{self._path}")
        self._over = threading.Event()
        self._turn = threading.Lock()
        self._passage: Passage | None = None
        self._received = self._dropped = 0
        self._has_delivered = False
        self._called = 0.0
        self._trouble: tuple[int, CameraError] | None = None
        self._clients: dict[threading.Thread, socket.socket] = {}
        self._thread = threading.Thread(
            target=self._accept, name=f"relay {camera.host}", daemon=True
        )

    def start(self) -> Relay:
        self._thread.start()
        log.debug("%s is relayed to go2rtc from port %d", self._camera.url, self._port)
        return self

    @property
    def has_delivered(self) -> bool:
        """Whether a picture was ever passed on."""
        passage = self._passage
        return self._has_delivered or (passage is not None and passage.has_delivered)

    @property
    def received(self) -> int:
        """Bytes of the camera's pictures, over all its connections."""
        passage = self._passage
        return self._received + (passage.received if passage is not None else 0)

    @property
    def dropped(self) -> int:
        """Pictures that came so broken that they could not be passed on."""
        passage = self._passage
        return self._dropped + (passage.dropped if passage is not None else 0)

    def reason(self, since_ns: int) -> CameraError | None:
        """Why the camera does not deliver, as told since a monotonic time."""
        trouble = self._trouble
        return trouble[1] if trouble and trouble[0] >= since_ns else None

    def close(self) -> None:
        """End it, and with it the connection to the camera."""
        self._over.set()
        # Wakes the one who waits for a connection, on any system.
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self._port), PATIENCE).close()
        self._thread.join()
        self._listener.close()
        passage = self._passage
        if passage is not None:
            passage.close()
        for thread, client in self._clients.items():
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
            thread.join(PATIENCE)

    def _accept(self) -> None:
        while not self._over.is_set():
            client, _ = self._listener.accept()
            for ended in [each for each in self._clients if not each.is_alive()]:
                del self._clients[ended]
            if self._over.is_set() or len(self._clients) >= MOST_CLIENTS:
                client.close()
                continue
            thread = threading.Thread(
                target=self._serve, args=(client,), name=f"relayed {self._camera.host}", daemon=True
            )
            self._clients[thread] = client
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            client.settimeout(PATIENCE)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if not _head(client).startswith(f"GET {self._path} HTTP/".encode()):
                client.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                return
            client.settimeout(None)
            passage = self._take_turn(client)
            if passage is not None:
                passage.run()

    def _take_turn(self, client: socket.socket) -> Passage | None:
        """End the passage that there is, and make the next; None when all is over."""
        with self._turn:
            if self._passage is not None:
                self._passage.close()
                self._passage.wait(PATIENCE)
                self._has_delivered = self.has_delivered
                self._received, self._dropped = self.received, self.dropped
                self._passage = None
            if self._over.wait(max(0.0, self._called + BETWEEN_CALLS - time.monotonic())):
                return None
            self._called = time.monotonic()
            self._passage = Passage(self._camera, client, self._note, self._reach)
            return self._passage

    def _note(self, error: CameraError) -> None:
        log.debug("%s: %s", self._camera.url, error)
        self._trouble = (time.monotonic_ns(), error)


def _head(client: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head and len(head) < MOST_REQUEST:
        piece = client.recv(MOST_REQUEST)
        if not piece:
            break
        head += piece
    return head
