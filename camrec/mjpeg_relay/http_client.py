"""Sends HTTP requests to a camera."""

from __future__ import annotations

import contextlib
import ipaddress
import re
import socket
import ssl
import string
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from camrec.compat import connection_socket, set_connect_function
from camrec.http_auth import MAX_CHALLENGES, HttpLogin
from camrec.mjpeg_relay.host_cookies import HostCookies
from camrec.mjpeg_relay.lenient_response import LenientResponse
from camrec.network_policy import CrossHostRedirect, NetworkPolicy, RedirectLoop
from camrec.redaction import Credential
from camrec.tcp_sockets import interrupt_socket

MAX_HTTP_REDIRECTS = 10
MAX_DISCARDED_BODY_BYTES = 64 * 1024  # read so that the connection can be used again


class CameraHttpClient:
    """Sends any number of GET requests. Follows redirects, keeps cookies and logs in.

    It logs in with Basic first, then with Digest. `abort` ends a request from any thread.

    Parameters
    ----------
    timeout
        Seconds to wait for a connection, and for each part of a response.
    keep
        Whether the next GET uses the same connection, if the camera keeps it open.
    network_policy
        Where the client may connect to.
    """

    def __init__(
        self, timeout: float, keep: bool = False, network_policy: NetworkPolicy | None = None
    ) -> None:
        self._network_policy = network_policy or NetworkPolicy()
        self._timeout = timeout
        self._keep_alive = keep
        self._login: HttpLogin | None = None
        self._cookies = HostCookies()
        self._connection: HTTPConnection | None = None
        self._origin: tuple[str, str] = ("", "")
        self._socket: socket.socket | None = None
        self._response: HTTPResponse | None = None
        self._aborted = False

    def get(self, url: str, credential: Credential | None) -> HTTPResponse:
        """Send a GET; returns the response, whose body is not read yet.

        Raises
        ------
        OSError, http.client.HTTPException
            The camera cannot be reached, does not speak HTTP, or redirects to another host.
        AccessError
            ``address_not_allowed``.
        """
        home = urlsplit(url)
        asked: set[tuple[str, str | None]] = set()
        while len(asked) < MAX_HTTP_REDIRECTS:
            known = credential if _may_send_credential(home, urlsplit(url)) else None
            asked.add((url, self._cookies.header(url)))
            response = self._request_with_login(url, known)
            target = response.getheader("Location")
            if response.status not in (301, 302, 303, 307, 308) or not target:
                return response
            url = _join_url(url, target)
            host = urlsplit(url).hostname
            if host and host != home.hostname:
                raise CrossHostRedirect(host)
            if (url, self._cookies.header(url)) in asked:
                break
        raise RedirectLoop

    def set_body_timeout(self, seconds: float) -> None:
        """Let the read of the body fail after so many seconds without a byte."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.settimeout(seconds)

    def abort(self) -> None:
        """End the current request, and reject later ones. To be called from any thread."""
        self._aborted = True
        if self._socket is not None:
            interrupt_socket(self._socket)

    def close(self) -> None:
        """Close the connection. Another request opens a new one."""
        for each in (self._response, self._socket, self._connection):
            if each is not None:
                each.close()

    def _request_with_login(self, url: str, known: Credential | None) -> HTTPResponse:
        target = _request_target(url)
        if not known:
            return self._request_or_reconnect(url, None)
        if self._login is None:
            self._login = HttpLogin(known, basic_first=True)
        response = self._request_or_reconnect(url, self._login.authorization("GET", target))
        for _ in range(MAX_CHALLENGES):
            lines = response.headers.get_all("WWW-Authenticate", [])
            if response.status != 401 or not self._login.accept_challenge(lines):
                break
            response = self._request_or_reconnect(url, self._login.authorization("GET", target))
        return response

    def _request_or_reconnect(self, url: str, authorization: str | None) -> HTTPResponse:
        if self._can_reuse_connection(url):
            # The camera may have closed the connection.
            with contextlib.suppress(OSError, HTTPException):
                return self._send_request(url, authorization)
        self.close()
        if self._aborted:
            raise TimeoutError  # the abort ended the connection before
        connection = self._make_connection(url)
        connection.connect()
        self._connection = connection
        self._origin = urlsplit(url)[:2]
        # http.client drops the socket when the response is the last one of the connection.
        self._socket = connection_socket(connection)
        return self._send_request(url, authorization)

    def _can_reuse_connection(self, url: str) -> bool:
        """Whether the current connection can be used for another request."""
        response = self._response
        if not self._keep_alive or response is None or self._origin != urlsplit(url)[:2]:
            return False
        if response.length is not None and response.length <= MAX_DISCARDED_BODY_BYTES:
            with contextlib.suppress(OSError, HTTPException):
                response.read()
        assert self._connection is not None
        return response.isclosed() and connection_socket(self._connection) is not None

    def _send_request(self, url: str, authorization: str | None) -> HTTPResponse:
        if self._aborted:
            raise TimeoutError
        assert self._connection is not None
        self.set_body_timeout(self._timeout)  # the body before may have had a longer one
        headers = {"User-Agent": "camrec", "Accept": "*/*"}
        headers["Connection"] = "keep-alive" if self._keep_alive else "close"
        if authorization:
            headers["Authorization"] = authorization
        if cookie := self._cookies.header(url):
            headers["Cookie"] = cookie
        self._connection.request("GET", _request_target(url), headers=headers)
        self._response = self._connection.getresponse()
        self._cookies.store(url, self._response)
        return self._response

    def _make_connection(self, url: str) -> HTTPConnection:
        parts = urlsplit(url)
        host = parts.hostname or ""
        connection: HTTPConnection
        if parts.scheme == "http":
            connection = HTTPConnection(host, parts.port, timeout=self._timeout)
        elif parts.scheme == "https":
            context = self._network_policy.prepare_tls_context(_tls_context(host))
            connection = HTTPSConnection(host, parts.port, timeout=self._timeout, context=context)
        else:
            raise ConnectionError("redirected to another protocol")
        connection.response_class = LenientResponse
        # This connects to the address that was checked, not to the result of a second look-up.
        set_connect_function(connection, self._network_policy.connect)
        return connection


def _may_send_credential(home: SplitResult, there: SplitResult) -> bool:
    """Whether the credential for `home` may be sent to `there`; from TLS never to plain HTTP."""
    return there.netloc == home.netloc and there.scheme in (home.scheme, "https")


def _tls_context(host: str) -> ssl.SSLContext:
    """A TLS context that checks the certificate, unless the host is an IP address."""
    context = ssl.create_default_context()
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return context
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _request_target(url: str) -> str:
    """The request target of a URL: its path and query, unchanged."""
    after_scheme = url.partition("://")[2].partition("#")[0]
    found = re.search(r"[/?]", after_scheme)
    target = after_scheme[found.start() :] if found else "/"
    return quote(target if target.startswith("/") else f"/{target}", safe=string.punctuation)


def _join_url(url: str, location: str) -> str:
    """The target of a redirect. A ? at its end stays, which ``urljoin`` would drop."""
    location = location.partition("#")[0]
    return urljoin(url, location) + ("?" if location.endswith("?") else "")
