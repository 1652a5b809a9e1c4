"""Brings MediaMTX a camera whose dialogue it does not understand, in one that it does."""

from __future__ import annotations

import contextlib
import logging
import secrets
import socket
import threading
import time
from collections.abc import Callable

from camrec.camera_address import CameraAddress, parse_address
from camrec.camera_errors import LOGIN_ERROR_CODES
from camrec.errors import CameraError
from camrec.network_policy import NetworkPolicy
from camrec.rtsp_relay.camera_stream import CameraStream
from camrec.rtsp_relay.messages import NotRtsp, RtspMessage, RtspMessageReader, encode_message
from camrec.rtsp_relay.relayed_connection import RtspRelayConnection

log = logging.getLogger(__name__)

RTSP_RELAY_TIMEOUT_S = 6.0  # for a request to come, and for a connection to end
MAX_RTSP_RELAY_CLIENTS = 8
FIRST_REQUEST_RECEIVE_BYTES = 8192


class RtspRelay:
    """A small RTSP server on 127.0.0.1 at an address that nobody can guess.

    It is connected to its camera while MediaMTX is connected to it, once: a client that comes
    later takes the place of the one before. The camera's credential stays here.

    source : what MediaMTX is given; it holds no credential.
    unsupported_audio : the codec of the camera's audio, where that is left out.
    was_redirected : whether the camera ever led to another address.
    delivered_at : the monotonic time of the first frame, None before it.

    Parameters
    ----------
    on_delivery
        Called once a connection, when its first frame passes.
    unread
        Whether MediaMTX is to pass on the camera's H.264 or H.265 without a look.
    """

    def __init__(
        self,
        camera: CameraAddress,
        reach: NetworkPolicy | None = None,
        on_delivery: Callable[[], None] = lambda: None,
        unread: bool = False,
    ) -> None:
        self.unread = unread
        self.unsupported_audio = ""
        self.was_redirected = False
        self.delivered_at: float | None = None
        self._camera = camera
        self._network_policy = reach or NetworkPolicy()
        self._on_delivery = on_delivery
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._path = f"/{secrets.token_urlsafe(24)}"
        self._port = self._listener.getsockname()[1]
        self.source = parse_address(f"rtsp://127.0.0.1:{self._port}{self._path}")
        self._keep_alive_methods: list[str | None] = ["OPTIONS", None]
        self._closing = threading.Event()
        self._connection_lock = threading.Lock()
        self._connection: RtspRelayConnection | None = None
        self._last_error: tuple[int, CameraError] | None = None
        self._clients: dict[threading.Thread, socket.socket] = {}
        self._thread = threading.Thread(
            target=self._accept_clients, name=f"rtsp relay {camera.host}", daemon=True
        )

    def start(self) -> RtspRelay:
        self._thread.start()
        log.info("%s is relayed to MediaMTX from port %d", self._camera.url, self._port)
        return self

    def reason(self, since_ns: int) -> CameraError | None:
        """Why the camera does not deliver, as noted since a monotonic time."""
        trouble = self._last_error
        return trouble[1] if trouble and trouble[0] >= since_ns else None

    def clear_error(self) -> None:
        """Call the camera again, also with a password that it refused."""
        self._last_error = None

    def close(self) -> None:
        """End it, and with it the connection to the camera."""
        self._closing.set()
        # Wakes the thread that waits for a connection, on any system.
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self._port), RTSP_RELAY_TIMEOUT_S).close()
        self._thread.join()
        self._listener.close()
        connection = self._connection
        if connection is not None:
            connection.close()
        for thread, client in self._clients.items():
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
            thread.join(RTSP_RELAY_TIMEOUT_S)

    # What a connection tells.

    @property
    def keep_alive_method(self) -> str | None:
        return self._keep_alive_methods[0]

    def on_keep_alive_rejected(self) -> None:
        """The camera hung up because of it: the next connection keeps it alive in another way."""
        if len(self._keep_alive_methods) > 1:
            log.info("%s hangs up at %s", self._camera.url, self._keep_alive_methods.pop(0))

    def on_opened(self, stream: CameraStream) -> None:
        self.unsupported_audio = stream.unsupported_audio

    def on_first_frame(self) -> None:
        if self.delivered_at is None:
            self.delivered_at = time.monotonic()
        self._on_delivery()

    def on_error(self, error: CameraError) -> None:
        log.debug("%s: %s", self._camera.url, error)
        self._last_error = (time.monotonic_ns(), error)

    # Connections.

    def _accept_clients(self) -> None:
        while not self._closing.is_set():
            client, _ = self._listener.accept()
            for ended in [each for each in self._clients if not each.is_alive()]:
                del self._clients[ended]
            if self._closing.is_set() or len(self._clients) >= MAX_RTSP_RELAY_CLIENTS:
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
        with client, contextlib.suppress(OSError, NotRtsp):
            client.settimeout(RTSP_RELAY_TIMEOUT_S)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            inbox = RtspMessageReader()
            while (request := inbox.message()) is None:
                data = client.recv(FIRST_REQUEST_RECEIVE_BYTES)
                if not data:
                    return
                inbox.put(data)
            if not self._is_our_path(request):
                client.sendall(
                    encode_message("RTSP/1.0 404 Not Found", [("CSeq", request.value("CSeq"))])
                )
                return
            connection = self._replace_connection(client, inbox)
            if connection is not None:
                connection.run(request)

    def _is_our_path(self, request: RtspMessage) -> bool:
        _, _, after = request.url.partition("://")
        path = after[after.find("/") :].partition("?")[0] if "/" in after else ""
        given = f"{path}/"[: len(self._path) + 1]
        return secrets.compare_digest(given.encode(), f"{self._path}/".encode())

    def _replace_connection(
        self, client: socket.socket, inbox: RtspMessageReader
    ) -> RtspRelayConnection | None:
        """End the connection that there is, and make the next; None when all is over."""
        with self._connection_lock:
            if self._connection is not None:
                self._connection.close()
                self._connection.wait(RTSP_RELAY_TIMEOUT_S)
            if self._closing.is_set():
                return None
            if self._last_error is not None and self._last_error[1].code in LOGIN_ERROR_CODES:
                # MediaMTX comes again and again, and a camera may lock an account.
                client.sendall(encode_message("RTSP/1.0 502 Bad Gateway", []))
                return None
            self._connection = RtspRelayConnection(
                self._camera, self._network_policy, client, inbox, self
            )
            return self._connection
