"""An HTTP server whose guard checks every request, no matter which handler serves it.

Tornado can replace its server class (``HTTPServer.configure``). So the guard also checks requests
for Panel's pages, scripts and sockets, even under ``panel serve``.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Iterator
from http.client import responses
from typing import Any
from urllib.parse import urlsplit

from tornado.httpserver import HTTPServer
from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    HTTPServerRequest,
    RequestStartLine,
    ResponseStartLine,
)
from tornado.iostream import IOStream
from tornado.netutil import bind_sockets
from tornado.web import Application

from camrec.compat import add_response_transform, server_connection_stream
from camrec.config import LOOPBACK_HOSTS, Config
from camrec.errors import CamrecError, InputError, describe_os_error
from camrec.tcp_sockets import make_exclusive
from camrec.web.security import denied
from camrec.web.security.auth import KeyedGuard, RequestGuard, login_cookie_name
from camrec.web.security.headers import Protection

log = logging.getLogger(__name__)

MAX_REQUEST_BODY_BYTES = 64 << 10  # far more than any request needs
# camrec reads and drops a larger body up to this size: if the connection is closed while a client
# still sends, the client does not see the response.
MAX_DRAINED_BODY_BYTES = 1 << 20
MAX_REQUEST_HEADERS_BYTES = 32 << 10
MAX_CONNECTIONS = 256
IDLE_TIMEOUT_S = 30.0  # for a connection without a request, and for the body of a request


class GuardedServer(HTTPServer):
    """Tornado's server behind a guard.

    If there are too many connections, the server closes the one that has been idle for longest.
    So the page still works if somebody opens many connections.

    Attributes
    ----------
    guard : checks every request.
    config : the settings.
    """

    # Tornado passes the constructor's arguments to `initialize`; this class has two more.
    def initialize(  # type: ignore[override]  # see above
        self,
        request_callback: HTTPServerConnectionDelegate | Callable[[HTTPServerRequest], None],
        guard: RequestGuard | KeyedGuard,
        config: Config,
        **kwargs: Any,
    ) -> None:
        """Called by Tornado with the constructor's arguments; `kwargs` are those of HTTPServer."""
        kwargs["max_header_size"] = MAX_REQUEST_HEADERS_BYTES
        kwargs["max_body_size"] = MAX_DRAINED_BODY_BYTES
        kwargs["idle_connection_timeout"] = kwargs["body_timeout"] = IDLE_TIMEOUT_S
        kwargs.setdefault("ssl_options", load_certificate(config))
        super().initialize(request_callback, **kwargs)
        self.guard = guard
        self.config = config
        self._idle_streams: dict[object, IOStream] = {}
        self._open_count = 0
        if isinstance(request_callback, Application):
            add_response_transform(request_callback, Protection.of(config, guard.allows_embedding))

    def add_sockets(self, sockets: Iterable[socket.socket]) -> None:
        """Listen on `sockets`. If there is no token, listen only on loopback addresses."""
        restricted = [self._restrict_to_loopback(each) for each in sockets]
        super().add_sockets([make_exclusive(each) for each in restricted])

    def _restrict_to_loopback(self, listener: socket.socket) -> socket.socket:
        """Replace a listener on all addresses, as ``panel serve`` has it, if there is no token."""
        if listener.family == getattr(socket, "AF_UNIX", None):
            return listener
        address, port = listener.getsockname()[:2]
        if self.guard.requires_token or address in LOOPBACK_HOSTS:
            return listener
        family = listener.family
        listener.close()
        loopback = "::1" if ":" in address else "127.0.0.1"
        log.warning("no token is set: listening on %s, not on %s", loopback, address)
        return bind_sockets(port, loopback, family)[0]

    def handle_stream(self, stream: IOStream, address: tuple[object, ...]) -> None:
        """Accept a connection; close the one that is idle for longest if there are too many."""
        if self._open_count >= MAX_CONNECTIONS:
            idlest = next(iter(self._idle_streams), None)
            closed = self._idle_streams.pop(idlest) if idlest is not None else stream
            closed.close()
            if closed is stream:
                return
        self._open_count += 1
        super().handle_stream(stream, address)

    def start_request(
        self, server_conn: object, request_conn: HTTPConnection
    ) -> HTTPMessageDelegate:
        """Return the delegate that checks the next request of a connection."""
        self._idle_streams[server_conn] = server_connection_stream(server_conn)
        delegate = super().start_request(server_conn, request_conn)
        return AuthDelegate(self, server_conn, request_conn, delegate)

    def mark_active(self, server_conn: object) -> None:
        """Record that a request has arrived: the connection is not idle."""
        self._idle_streams.pop(server_conn, None)

    def on_close(self, server_conn: object) -> None:
        """Record that a connection has ended."""
        self._open_count -= 1
        self._idle_streams.pop(server_conn, None)
        super().on_close(server_conn)


class AuthDelegate(HTTPMessageDelegate):
    """Checks one request: rejects it, or passes it on without its token and cookie.

    Parameters
    ----------
    server
        The server, with the guard.
    server_conn
        The connection, as Tornado identifies it.
    request_conn
        The connection to which a rejection is written.
    delegate
        Receives an accepted request.
    """

    def __init__(
        self,
        server: GuardedServer,
        server_conn: object,
        request_conn: HTTPConnection,
        delegate: HTTPMessageDelegate,
    ) -> None:
        self._server = server
        self._server_conn = server_conn
        self._connection = request_conn
        self._delegate: HTTPMessageDelegate | None = delegate  # None: the request was rejected
        self._request: HTTPServerRequest | None = None
        self._received_bytes = 0
        self._pending_error: CamrecError | None = None

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        """Check the request, and pass its headers on."""
        self._server.mark_active(self._server_conn)
        assert isinstance(start_line, RequestStartLine) and self._delegate is not None
        self._request = HTTPServerRequest(
            connection=self._connection, start_line=start_line, headers=headers
        )
        try:
            self._server.guard.check(self._request)
            length = headers.get("Content-Length", "0")
            if length.isdecimal() and int(length) > MAX_DRAINED_BODY_BYTES:
                raise body_too_large()
        except CamrecError as error:
            self._reject_headers(error, headers)
            return None
        return self._delegate.headers_received(
            start_line, SanitizedHeaders.of(headers, self._request)
        )

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        """Pass a part of the body on, as long as the body is not too large."""
        self._received_bytes += len(chunk)
        if self._delegate is None or self._received_bytes > MAX_REQUEST_BODY_BYTES:
            return None
        return self._delegate.data_received(chunk)

    def finish(self) -> None:
        """Complete the request: pass its end on, or send the error."""
        if self._pending_error is not None:
            self._send_error(self._pending_error)
        if self._delegate is None:
            return
        if self._received_bytes > MAX_REQUEST_BODY_BYTES:
            self._send_error(body_too_large())
        else:
            self._delegate.finish()

    def on_connection_close(self) -> None:
        """Tell the delegate that the client has gone."""
        if self._delegate is not None:
            self._delegate.on_connection_close()

    def _reject_headers(self, error: CamrecError, headers: HTTPHeaders) -> None:
        """Send the error at once and close the connection, so that no body is read.

        If the request has no body, the error is sent when it ends, and the connection stays open.
        """
        self._delegate = None
        if headers.get("Content-Length", "0") == "0" and "Transfer-Encoding" not in headers:
            self._pending_error = error
        else:
            self._send_error(error, closing=True)

    def _send_error(self, error: CamrecError, closing: bool = False) -> None:
        assert self._request is not None
        self._delegate = None
        log.debug("%s %s: %s", self._request.method, self._request.path, error.code)
        status, headers, body = denied.denied_response(error, self._request, self._server.config)
        if self._request.method == "HEAD":
            body = b""
        if closing:
            headers["Connection"] = "close"
        self._connection.write_headers(
            ResponseStartLine("HTTP/1.1", status, responses.get(status, "")), headers, body
        )
        self._connection.finish()


class SanitizedHeaders(HTTPHeaders):
    """The headers of an accepted request, without the token and the login cookie.

    Bokeh writes cookies and headers into the page that it creates.
    """

    @classmethod
    def of(cls, headers: HTTPHeaders, request: HTTPServerRequest) -> SanitizedHeaders:
        """Copy `headers` without the token and the login cookie of `request`."""
        sanitized = cls()
        for name, value in headers.get_all():
            if name == "Cookie":
                login = f"{login_cookie_name(request)}="
                others = [part for part in value.split(";") if not part.strip().startswith(login)]
                value = ";".join(others).strip()
            if name != "Authorization" and value:
                sanitized.add(name, value)
        return sanitized


def body_too_large() -> InputError:
    """Return the error for a body of more than `MAX_REQUEST_BODY_BYTES`."""
    return InputError("body_too_large", longest=MAX_REQUEST_BODY_BYTES)


def load_certificate(config: Config) -> ssl.SSLContext | None:
    """Return the TLS settings; None if the settings name no certificate.

    Raises
    ------
    InputError
        ``bad_certificate``.
    """
    if not config.tls_certificate:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(
            config.tls_certificate, config.tls_key or None, password=_no_password
        )
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or str(error)
        if isinstance(error, OSError) and not isinstance(error, ssl.SSLError):
            reason = describe_os_error(error)
        raise InputError("bad_certificate", file=config.tls_certificate, reason=reason) from None
    return context


def _no_password() -> str:
    # Otherwise OpenSSL would prompt on the terminal.
    raise ValueError("the key is encrypted")


@contextlib.contextmanager
def guarded_servers(guard: RequestGuard, config: Config) -> Iterator[None]:
    """Make every server that is created in this context a `GuardedServer`, also Panel's."""
    install_guard(guard, config)
    try:
        yield
    finally:
        HTTPServer.configure(None)


def install_guard(guard: RequestGuard, config: Config) -> None:
    """Make every server that this process creates from now on a `GuardedServer`."""
    HTTPServer.configure(GuardedServer, guard=guard, config=config)


def public_url(url: str, config: Config) -> str:
    """Return `url` with the scheme of the server: https if there is a certificate."""
    return urlsplit(url)._replace(scheme="https").geturl() if config.tls_certificate else url
