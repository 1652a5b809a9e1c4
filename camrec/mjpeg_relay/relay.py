"""Relays the JPEGs of an HTTP camera to go2rtc, in a form that go2rtc can read."""

from __future__ import annotations

import logging
import socket

from camrec.camera_address import CameraAddress
from camrec.clock import monotonic_s
from camrec.errors import CameraError
from camrec.mjpeg_relay.connection import RelayConnection
from camrec.network_policy import NetworkPolicy
from camrec.relay_server import LastCameraError, RelayServer

log = logging.getLogger(__name__)

MIN_CALL_INTERVAL_S = 1.0  # between two connections to the camera, however fast go2rtc retries
MJPEG_RELAY_TIMEOUT_S = 5.0
MAX_REQUEST_HEAD_BYTES = 8192


class MjpegRelay:
    """A small HTTP server for go2rtc.

    While go2rtc is connected to it, it has one connection to its camera. A new client replaces the
    previous one.

    Parameters
    ----------
    adds_capture_times
        As in `RelayConnection`.

    Attributes
    ----------
    source : the address that go2rtc gets; it contains no credential.
    """

    def __init__(
        self,
        camera: CameraAddress,
        network_policy: NetworkPolicy | None = None,
        adds_capture_times: bool = False,
    ) -> None:
        self._camera = camera
        self._adds_capture_times = adds_capture_times
        self._network_policy = network_policy
        self._server = RelayServer("http", camera.host, self._serve_client, MJPEG_RELAY_TIMEOUT_S)
        self.source = self._server.source
        self._connection: RelayConnection | None = None
        self._earlier_bytes = self._earlier_dropped = 0
        self._has_delivered = False
        self._connected_at = 0.0
        self._last_error = LastCameraError()

    def start(self) -> MjpegRelay:
        """Begin to accept connections; returns the relay."""
        self._server.start()
        log.debug("%s is relayed to go2rtc from port %d", self._camera.url, self._server.port)
        return self

    @property
    def has_delivered(self) -> bool:
        """Whether a frame was ever passed on."""
        connection = self._connection
        return self._has_delivered or (connection is not None and connection.has_delivered)

    @property
    def received_bytes(self) -> int:
        """Bytes of media from the camera, over all connections."""
        connection = self._connection
        return self._earlier_bytes + (connection.received_bytes if connection is not None else 0)

    @property
    def dropped(self) -> int:
        """Frames that were too broken to be passed on."""
        connection = self._connection
        return self._earlier_dropped + (connection.dropped if connection is not None else 0)

    def reason(self, since_ns: int) -> CameraError | None:
        """Why the camera sends no video, if the relay learnt it since this monotonic time."""
        return self._last_error.since(since_ns)

    def close(self) -> None:
        """Close the relay and its connection to the camera."""
        self._server.close()

    def _serve_client(self, client: socket.socket) -> None:
        if not _read_request_head(client).startswith(f"GET {self._server.path} HTTP/".encode()):
            client.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            return
        client.settimeout(None)
        connection = self._server.replace_connection(lambda: self._create_connection(client))
        if connection is not None:
            connection.run()

    def _create_connection(self, client: socket.socket) -> RelayConnection | None:
        """The next connection, not too soon after the last one; None if the relay is closed."""
        self._has_delivered = self.has_delivered
        self._earlier_bytes, self._earlier_dropped = self.received_bytes, self.dropped
        self._connection = None
        due_at = self._connected_at + MIN_CALL_INTERVAL_S
        if self._server.wait_until_closing(max(0.0, due_at - monotonic_s())):
            return None
        self._connected_at = monotonic_s()
        self._connection = RelayConnection(
            self._camera,
            client,
            self._record_error,
            self._network_policy,
            self._adds_capture_times,
        )
        return self._connection

    def _record_error(self, error: CameraError) -> None:
        log.debug("%s: %s", self._camera.url, error)
        self._last_error.record(error)


def _read_request_head(client: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head and len(head) < MAX_REQUEST_HEAD_BYTES:
        data = client.recv(MAX_REQUEST_HEAD_BYTES)
        if not data:
            break
        head += data
    return head
