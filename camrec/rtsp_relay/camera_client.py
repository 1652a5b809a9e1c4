"""Sends RTSP requests to a camera over TCP or TLS, and logs in if the camera requires it."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from camrec.camera_address import DEFAULT_PORTS, CameraAddress
from camrec.http_auth import MAX_CHALLENGES, HttpLogin
from camrec.network_policy import CrossHostRedirect, NetworkPolicy, RedirectLoop
from camrec.rtsp_relay.addresses import resolve_url, url_origin
from camrec.rtsp_relay.messages import NotRtsp, RtspMessage, RtspMessageReader, encode_message
from camrec.tcp_sockets import interrupt_socket

CAMERA_RECEIVE_BYTES = 256 << 10
CAMERA_CONNECT_TIMEOUT_S = 5.0
CAMERA_RESPONSE_TIMEOUT_S = 10.0
# After so long without a byte a body counts as complete: without a length, with a wrong length.
UNSIZED_BODY_SILENCE_S, SIZED_BODY_SILENCE_S = 0.5, 1.5
HANG_UP_WAIT_S = 0.05  # a camera that hangs up after a 401 does so within this time
MAX_RTSP_REDIRECTS = 5
MAX_MESSAGES_PER_REQUEST = 64  # a camera may not send messages without end
REDIRECT_STATUSES = (301, 302, 303, 305, 307, 308)


class CameraRtspClient:
    """An RTSP client for one camera. One thread uses it, but any thread may call `abort`.

    If a camera hangs up after its 401, or after a request, the client connects again, but never
    while the previous connection is still open.

    session : the id of the camera's session; "" before there is one.
    patience : seconds in which the camera must respond to a request.
    connections : how many connections were made.
    has_responded : whether the camera sent any RTSP response.
    was_redirected : whether the camera redirected to another address.
    inbox : what was received and not read yet.

    Parameters
    ----------
    on_frames
        Called with the interleaved frames that arrive before a response.
    """

    def __init__(
        self,
        source: CameraAddress,
        network_policy: NetworkPolicy,
        on_frames: Callable[[bytes], None],
    ) -> None:
        self.session = ""
        self.patience = CAMERA_RESPONSE_TIMEOUT_S
        self.connections = 0
        self.inbox = RtspMessageReader()
        self._source = source
        self._network_policy = network_policy
        self._on_frames = on_frames
        self._login = HttpLogin(source.credential) if source.credential is not None else None
        self._origin = url_origin(source.target())
        self._socket: socket.socket | None = None
        self.has_responded = False
        self.was_redirected = False
        self._connection_responded = False  # whether this connection had any response
        self._request_count = 0
        self._aborted = False

    @property
    def socket(self) -> socket.socket:
        """The open connection."""
        assert self._socket is not None
        return self._socket

    def request(self, method: str, url: str, **headers: str) -> RtspMessage:
        """Send a request and wait for the response. Logs in if the camera requires it.

        Raises
        ------
        OSError, EOFError, http.client.HTTPException
            There is no response.
        AccessError
            ``address_not_allowed``.
        """
        response = self._exchange(method, url, headers)
        for _ in range(MAX_CHALLENGES):
            if response.status != 401 or not self.accept_challenge(response):
                break
            self._close_if_hung_up()
            response = self._exchange(method, url, headers)
        return response

    def accept_challenge(self, response: RtspMessage) -> bool:
        """Whether another request may succeed after this 401, with a new login."""
        return self._login is not None and self._login.accept_challenge(
            response.values("WWW-Authenticate")
        )

    def describe(self) -> tuple[str, RtspMessage]:
        """(address, response) of DESCRIBE. Follows redirects on the same host."""
        url = self._source.target()
        for _ in range(MAX_RTSP_REDIRECTS):
            response = self.request("DESCRIBE", url, Accept="application/sdp")
            location = response.value("Location").strip()
            if response.status not in REDIRECT_STATUSES or not location:
                return url, response
            self.was_redirected = True
            url = self._redirect_target(url, location)
        raise RedirectLoop

    def send(self, method: str, url: str, **headers: str) -> None:
        """Send a request without waiting for the response."""
        self._request_count += 1
        fields = [("CSeq", str(self._request_count))]
        authorization = self._login.authorization(method, url) if self._login else None
        if authorization:
            fields.append(("Authorization", authorization))
        fields.append(("User-Agent", "camrec"))
        if self.session:
            fields.append(("Session", self.session))
        fields += headers.items()
        self.socket.sendall(encode_message(f"{method} {url} RTSP/1.0", fields))

    def receive(self, timeout: float | None = None) -> bool:
        """Receive data into `inbox`; returns False if the camera closed the connection.

        timeout : seconds to wait; None: as long as before.
        """
        if timeout is not None:
            self.socket.settimeout(timeout)
        data = self.socket.recv(CAMERA_RECEIVE_BYTES)
        self.inbox.put(data)
        while data and isinstance(self.socket, ssl.SSLSocket) and self.socket.pending():
            self.inbox.put(self.socket.recv(CAMERA_RECEIVE_BYTES))
        return bool(data)

    def respond(self, request: RtspMessage) -> None:
        """Respond to a request of the camera. The request is otherwise ignored."""
        status = "200 OK" if request.method == "OPTIONS" else "501 Not Implemented"
        cseq = [("CSeq", value) for value in request.values("CSeq")]
        self.socket.sendall(encode_message(f"RTSP/1.0 {status}", cseq))

    def abort(self) -> None:
        """End the current request, and reject later ones. To be called from any thread."""
        self._aborted = True
        if self._socket is not None:
            interrupt_socket(self._socket)

    def restart(self) -> None:
        """Close the connection and forget the session. The next request connects again."""
        self.close()
        self.session = ""

    def close(self) -> None:
        """Close the connection. The next request connects again."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _exchange(self, method: str, url: str, headers: dict[str, str]) -> RtspMessage:
        if self._socket is not None:
            try:
                self.send(method, url, **headers)
                return self._wait_for_response()
            except (EOFError, ConnectionError):
                # A session cannot continue on another connection.
                if self.session or not self._connection_responded or self._aborted:
                    raise
        self._connect()
        self.send(method, url, **headers)
        return self._wait_for_response()

    def _wait_for_response(self) -> RtspMessage:
        for message in self._messages():
            if message.status is None:
                self.respond(message)
            elif message.status >= 200:
                self.has_responded = self._connection_responded = True
                if session := message.value("Session").partition(";")[0].strip():
                    self.session = session
                return message
        raise NotRtsp

    def _messages(self) -> Iterator[RtspMessage]:
        for _ in range(MAX_MESSAGES_PER_REQUEST):
            while (message := self._next_message()) is None:
                message = self._receive_message()
                if message is not None:
                    break
            yield message

    def _next_message(self) -> RtspMessage | None:
        if frames := self.inbox.frames():
            self._on_frames(frames)
        return self.inbox.message()

    def _receive_message(self) -> RtspMessage | None:
        """Wait for more data. A message whose body does not continue counts as complete."""
        quiet = self.patience
        if self.inbox.awaits_body:
            quiet = UNSIZED_BODY_SILENCE_S if self.inbox.lacks_length else SIZED_BODY_SILENCE_S
        try:
            if self.receive(quiet):
                return None
        except TimeoutError:
            message = self.inbox.message(complete=True)
            if message is None:
                raise
            return message
        message = self.inbox.message(complete=True)
        if message is None:
            raise EOFError
        return message

    def _connect(self) -> None:
        self.close()
        if self._aborted:
            raise ConnectionAbortedError
        parts = urlsplit(self._origin)
        port = parts.port or DEFAULT_PORTS[parts.scheme.lower()]
        address = (parts.hostname or "", port)
        connection = self._network_policy.connect(address, CAMERA_CONNECT_TIMEOUT_S)
        self._socket = connection
        self.inbox = RtspMessageReader()
        self.connections += 1
        self._connection_responded = False
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if parts.scheme.lower() == "rtsps":
            context = self._network_policy.prepare_tls_context(ssl.create_default_context())
            self._socket = context.wrap_socket(connection, server_hostname=parts.hostname)
        if self._aborted:
            raise ConnectionAbortedError

    def _close_if_hung_up(self) -> None:
        """Some cameras hang up after a 401: the next request then needs a new connection."""
        if self._socket is None or not self.inbox.is_empty:
            return
        with contextlib.suppress(OSError, ValueError):
            if select.select([self._socket], [], [], HANG_UP_WAIT_S)[0] and not self.receive(
                HANG_UP_WAIT_S
            ):
                self.close()

    def _redirect_target(self, url: str, location: str) -> str:
        target = location if "://" in location else resolve_url(location, url)
        parts = urlsplit(target)
        if parts.scheme.lower() not in (self._origin.partition(":")[0].lower(), "rtsps"):
            raise ConnectionError("redirected to another protocol")
        host = parts.hostname or ""
        if host != self._source.host:
            raise CrossHostRedirect(host)
        netloc = parts.netloc.rpartition("@")[2]
        target = target.replace(parts.netloc, netloc, 1)
        if url_origin(target) != self._origin:
            self._origin = url_origin(target)
            self.close()
        return target
