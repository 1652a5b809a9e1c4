"""The server of a relay: a secret address on 127.0.0.1, and one connection to the camera at a time.

A relay is between a proxy (MediaMTX or go2rtc) and a camera. `rtsp_relay` and `mjpeg_relay` use
different protocols, but this same server.
"""

from __future__ import annotations

import contextlib
import secrets
import socket
import threading
from collections.abc import Callable
from typing import Literal, Protocol, TypeVar

from camrec.camera_address import parse_address
from camrec.clock import monotonic_ns
from camrec.errors import CameraError
from camrec.tcp_sockets import LOOPBACK_ADDRESS, bind_loopback, interrupt_socket

MAX_RELAY_CLIENTS = 8


class CameraConnection(Protocol):
    """A connection to the camera, with the proxy's connection to the relay."""

    def close(self) -> None:
        """End both connections. To be called from any thread, any number of times."""

    def wait(self, timeout: float) -> bool:
        """Wait until both connections are closed; False after `timeout` seconds."""


CameraConnectionT = TypeVar("CameraConnectionT", bound=CameraConnection)


class RelayServer:
    """Accepts connections of the proxy, each in a thread of its own.

    Parameters
    ----------
    scheme
        The scheme of the address that the proxy gets.
    camera_host
        Part of the threads' names.
    serve_client
        Called in a thread for each connection of the proxy. The connection is closed when it
        returns or raises OSError.
    timeout
        Seconds in which the proxy must send its request, and in which a connection must end.

    Attributes
    ----------
    source : the address that the proxy gets. Nobody can guess it, and it contains no credential.
    path, port : the parts of this address.
    """

    def __init__(
        self,
        scheme: Literal["http", "rtsp"],
        camera_host: str,
        serve_client: Callable[[socket.socket], None],
        timeout: float,
    ) -> None:
        self._name = f"{scheme} relay {camera_host}"
        self._serve_client = serve_client
        self._timeout = timeout
        self._listener = bind_loopback()
        self._listener.listen()
        self.path = f"/{secrets.token_urlsafe(24)}"
        self.port: int = self._listener.getsockname()[1]
        self.source = parse_address(f"{scheme}://127.0.0.1:{self.port}{self.path}")
        self._closing = threading.Event()
        self._connection_lock = threading.Lock()
        self._connection: CameraConnection | None = None
        self._clients: dict[threading.Thread, socket.socket] = {}
        self._thread = threading.Thread(target=self._accept_clients, name=self._name, daemon=True)

    def start(self) -> None:
        """Begin to accept connections."""
        self._thread.start()

    def close(self) -> None:
        """Close the server, the connection to the camera and those of the proxy."""
        self._closing.set()
        # Wake the thread that waits for a connection. This works on any system.
        with contextlib.suppress(OSError):
            socket.create_connection((LOOPBACK_ADDRESS, self.port), self._timeout).close()
        self._thread.join()
        self._listener.close()
        if self._connection is not None:
            self._connection.close()
        for thread, client in self._clients.items():
            interrupt_socket(client)
            thread.join(self._timeout)

    def wait_until_closing(self, seconds: float) -> bool:
        """Wait for so many seconds; True as soon as the server is being closed."""
        return self._closing.wait(seconds)

    def replace_connection(
        self, create: Callable[[], CameraConnectionT | None]
    ) -> CameraConnectionT | None:
        """End the connection to the camera, then create the next one. There are never two.

        Returns None if `create` does, or if the server is being closed.
        """
        with self._connection_lock:
            if self._connection is not None:
                self._connection.close()
                self._connection.wait(self._timeout)
            if self._closing.is_set():
                return None
            connection = create()
            if connection is not None:
                self._connection = connection
            return connection

    def _accept_clients(self) -> None:
        while not self._closing.is_set():
            client, _ = self._listener.accept()
            for ended in [each for each in self._clients if not each.is_alive()]:
                del self._clients[ended]
            if self._closing.is_set() or len(self._clients) >= MAX_RELAY_CLIENTS:
                client.close()
                continue
            thread = threading.Thread(
                target=self._run_client, args=(client,), name=f"{self._name} client", daemon=True
            )
            self._clients[thread] = client
            thread.start()

    def _run_client(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            client.settimeout(self._timeout)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._serve_client(client)


class LastCameraError:
    """The last error of the camera, and when it was recorded. Any thread may use it."""

    def __init__(self) -> None:
        self._last: tuple[int, CameraError] | None = None

    @property
    def code(self) -> str:
        """The code of the last error; "" if there is none."""
        last = self._last
        return last[1].code if last is not None else ""

    def record(self, error: CameraError) -> None:
        """Store an error with the current time."""
        self._last = (monotonic_ns(), error)

    def clear(self) -> None:
        """Forget the error."""
        self._last = None

    def since(self, since_ns: int) -> CameraError | None:
        """The error if it was recorded at this monotonic time or later, else None."""
        last = self._last
        return last[1] if last is not None and last[0] >= since_ns else None
