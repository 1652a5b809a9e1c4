"""The one HTTP server: whatever answers behind it, nothing is asked that the guard has not passed.

Tornado lets its server be replaced (``HTTPServer.configure``): so Panel's pages, scripts and
sockets stand behind the same door as our own, also under ``panel serve``.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import ssl
from collections.abc import Iterator
from http.client import responses
from typing import Any
from urllib.parse import urlsplit

from tornado.httpserver import HTTPServer
from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPMessageDelegate,
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
from camrec.web.security import denied
from camrec.web.security.auth import KeyedGuard, RequestGuard, login_cookie_name
from camrec.web.security.headers import Protection

log = logging.getLogger(__name__)

MAX_REQUEST_BODY_BYTES = 64 << 10  # bytes; the longest that is asked for is far shorter
# A body too large is read this far and dropped: a client that is cut off while it still sends
# does not see the answer.
MAX_DRAINED_BODY_BYTES = 1 << 20
MAX_REQUEST_HEADERS_BYTES = 32 << 10  # bytes
MAX_CONNECTIONS = 256
IDLE_TIMEOUT_S = 30.0  # seconds that a connection may say nothing, or take to say it all


class GuardedServer(HTTPServer):
    """Tornado's server behind the guard.

    Of connections that ask for nothing the one that has been silent for the longest makes room for
    the next: however many somebody opens, the page still gets through.
    """

    def initialize(
        self, request_callback: Any, guard: RequestGuard | KeyedGuard, config: Config, **kwargs: Any
    ) -> None:
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

    def add_sockets(self, sockets: Any) -> None:
        super().add_sockets([self._restrict_to_loopback(each) for each in sockets])

    def _restrict_to_loopback(self, listener: Any) -> Any:
        """``panel serve`` listens everywhere unless told otherwise: not without a token."""
        if listener.family == getattr(socket, "AF_UNIX", None):
            return listener
        address, port = listener.getsockname()[:2]
        if self.guard.requires_token or address in LOOPBACK_HOSTS:
            return listener
        family = listener.family
        listener.close()
        here = "::1" if ":" in address else "127.0.0.1"
        log.warning("no token is set: listening on %s, not on %s", here, address)
        return bind_sockets(port, here, family)[0]

    def handle_stream(self, stream: IOStream, address: tuple) -> None:
        if self._open_count >= MAX_CONNECTIONS:
            quietest = next(iter(self._idle_streams), None)
            leaves = self._idle_streams.pop(quietest) if quietest is not None else stream
            leaves.close()
            if leaves is stream:
                return
        self._open_count += 1
        super().handle_stream(stream, address)

    def start_request(self, server_conn: Any, request_conn: HTTPConnection) -> HTTPMessageDelegate:
        self._idle_streams[server_conn] = server_connection_stream(server_conn)
        behind = super().start_request(server_conn, request_conn)
        return AuthDelegate(self, server_conn, request_conn, behind)

    def mark_active(self, server_conn: object) -> None:
        self._idle_streams.pop(server_conn, None)

    def on_close(self, server_conn: object) -> None:
        self._open_count -= 1
        self._idle_streams.pop(server_conn, None)
        super().on_close(server_conn)


class AuthDelegate(HTTPMessageDelegate):
    """One request: refused, or handed on to what is behind without what logged it in."""

    def __init__(
        self, server: GuardedServer, server_conn: object, line: Any, behind: HTTPMessageDelegate
    ) -> None:
        self._server = server
        self._server_conn = server_conn
        self._connection = line
        self._delegate: HTTPMessageDelegate | None = behind
        self._request: HTTPServerRequest | None = None
        self._received_bytes = 0
        self._pending_error: CamrecError | None = None

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Any:
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
            return self._reject_headers(error, headers)
        return self._delegate.headers_received(
            start_line, SanitizedHeaders.of(headers, self._request)
        )

    def data_received(self, chunk: bytes) -> Any:
        self._received_bytes += len(chunk)
        if self._delegate is None or self._received_bytes > MAX_REQUEST_BODY_BYTES:
            return None
        return self._delegate.data_received(chunk)

    def finish(self) -> None:
        if self._pending_error is not None:
            self._send_error(self._pending_error)
        if self._delegate is None:
            return
        if self._received_bytes > MAX_REQUEST_BODY_BYTES:
            self._send_error(body_too_large())
        else:
            self._delegate.finish()

    def on_connection_close(self) -> None:
        if self._delegate is not None:
            self._delegate.on_connection_close()

    def _reject_headers(self, error: CamrecError, headers: HTTPHeaders) -> None:
        """An answer before the request is whole ends the connection, and says so: none of a body is
        read that is not wanted. A request without one is over in a moment, and answered then.
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
    """The headers of a request that the guard has passed, without what logged it in.

    Bokeh writes cookies and headers into the page that it makes.
    """

    @classmethod
    def of(cls, headers: HTTPHeaders, request: HTTPServerRequest) -> SanitizedHeaders:
        passed = cls()
        for name, value in headers.get_all():
            if name == "Cookie":
                own = f"{login_cookie_name(request)}="
                rest = [part for part in value.split(";") if not part.strip().startswith(own)]
                value = ";".join(rest).strip()
            if name != "Authorization" and value:
                passed.add(name, value)
        return passed


def body_too_large() -> InputError:
    return InputError("body_too_large", longest=MAX_REQUEST_BODY_BYTES)


def load_certificate(config: Config) -> ssl.SSLContext | None:
    """For TLS, where the settings name a certificate.

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
    # OpenSSL would ask for it on the terminal.
    raise ValueError("the key is encrypted")


@contextlib.contextmanager
def guarded_servers(guard: RequestGuard, config: Config) -> Iterator[None]:
    """Whatever server is made in this process meanwhile is a `GuardedServer`: Panel's too."""
    install_guard(guard, config)
    try:
        yield
    finally:
        HTTPServer.configure(None)


def install_guard(guard: RequestGuard, config: Config) -> None:
    """Whatever server is made in this process from now on is a `GuardedServer`."""
    HTTPServer.configure(GuardedServer, guard=guard, config=config)


def public_url(url: str, config: Config) -> str:
    """`url` as the server answers it: under TLS where there is a certificate."""
    return urlsplit(url)._replace(scheme="https").geturl() if config.tls_certificate else url
