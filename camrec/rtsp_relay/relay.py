"""Relays an RTSP camera to MediaMTX if MediaMTX does not understand the camera itself."""

from __future__ import annotations

import contextlib
import logging
import secrets
import socket
from collections.abc import Callable

from camrec.camera_address import CameraAddress
from camrec.camera_errors import LOGIN_ERROR_CODES
from camrec.clock import monotonic_s
from camrec.errors import CameraError
from camrec.network_policy import NetworkPolicy
from camrec.relay_server import LastCameraError, RelayServer
from camrec.rtp import ReportQueue
from camrec.rtsp_relay.camera_stream import CameraStream
from camrec.rtsp_relay.messages import NotRtsp, RtspMessage, RtspMessageReader, encode_message
from camrec.rtsp_relay.relayed_connection import RtspRelayConnection

log = logging.getLogger(__name__)

RTSP_RELAY_TIMEOUT_S = 6.0
FIRST_REQUEST_RECEIVE_BYTES = 8192


class RtspRelay:
    """A small RTSP server for MediaMTX.

    While MediaMTX is connected to it, it has one connection to its camera. A new client replaces
    the previous one. MediaMTX never gets the camera's credential.

    source : the address that MediaMTX gets; it contains no credential.
    unsupported_audio : the codec of the camera's audio if it is left out, else "".
    was_redirected : whether the camera ever redirected to another address.
    delivered_at : the monotonic time of the first frame; None before it.

    Parameters
    ----------
    on_delivery
        Called once per connection, when its first frame is passed on.
    unread
        Whether MediaMTX passes on the camera's H.264 or H.265 without parsing it.
    reports
        Where the camera's sender reports go; None if nobody wants them.
    """

    def __init__(
        self,
        camera: CameraAddress,
        network_policy: NetworkPolicy | None = None,
        on_delivery: Callable[[], None] = lambda: None,
        unread: bool = False,
        reports: ReportQueue | None = None,
    ) -> None:
        self.unread = unread
        self.reports = reports
        self.unsupported_audio = ""
        self.was_redirected = False
        self.delivered_at: float | None = None
        self._camera = camera
        self._network_policy = network_policy or NetworkPolicy()
        self._on_delivery = on_delivery
        self._server = RelayServer("rtsp", camera.host, self._serve_client, RTSP_RELAY_TIMEOUT_S)
        self.source = self._server.source
        self._keep_alive_methods: list[str | None] = ["OPTIONS", None]
        self._last_error = LastCameraError()

    def start(self) -> RtspRelay:
        """Begin to accept connections; returns the relay."""
        self._server.start()
        log.info("%s is relayed to MediaMTX from port %d", self._camera.url, self._server.port)
        return self

    def reason(self, since_ns: int) -> CameraError | None:
        """Why the camera sends no video, if the relay learnt it since this monotonic time."""
        return self._last_error.since(since_ns)

    def clear_error(self) -> None:
        """Allow another connection to the camera, even if it has rejected the password."""
        self._last_error.clear()

    def close(self) -> None:
        """Close the relay and its connection to the camera."""
        self._server.close()

    # What a connection reports (RelayEvents).

    @property
    def keep_alive_method(self) -> str | None:
        return self._keep_alive_methods[0]

    def on_keep_alive_rejected(self) -> None:
        if len(self._keep_alive_methods) > 1:
            method = self._keep_alive_methods.pop(0)
            log.info("%s hangs up after %s", self._camera.url, method)

    def on_opened(self, stream: CameraStream) -> None:
        self.unsupported_audio = stream.unsupported_audio

    def on_first_frame(self) -> None:
        if self.delivered_at is None:
            self.delivered_at = monotonic_s()
        self._on_delivery()

    def on_error(self, error: CameraError) -> None:
        log.debug("%s: %s", self._camera.url, error)
        self._last_error.record(error)

    # Connections.

    def _serve_client(self, client: socket.socket) -> None:
        inbox = RtspMessageReader()
        with contextlib.suppress(NotRtsp):
            while (request := inbox.message()) is None:
                data = client.recv(FIRST_REQUEST_RECEIVE_BYTES)
                if not data:
                    return
                inbox.put(data)
            if not self._is_our_path(request):
                cseq = ("CSeq", request.value("CSeq"))
                client.sendall(encode_message("RTSP/1.0 404 Not Found", [cseq]))
                return
            connection = self._server.replace_connection(
                lambda: self._create_connection(client, inbox)
            )
            if connection is not None:
                connection.run(request)

    def _is_our_path(self, request: RtspMessage) -> bool:
        _, _, after = request.url.partition("://")
        path = after[after.find("/") :].partition("?")[0] if "/" in after else ""
        expected = f"{self._server.path}/"
        found = f"{path}/"[: len(expected)]
        return secrets.compare_digest(found.encode(), expected.encode())

    def _create_connection(
        self, client: socket.socket, inbox: RtspMessageReader
    ) -> RtspRelayConnection | None:
        """The next connection; None after a rejected login: the camera may lock the account."""
        if self._last_error.code in LOGIN_ERROR_CODES:
            client.sendall(encode_message("RTSP/1.0 502 Bad Gateway", []))
            return None
        return RtspRelayConnection(self._camera, self._network_policy, client, inbox, self)
