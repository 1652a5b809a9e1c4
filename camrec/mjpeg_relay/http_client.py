"""HTTP requests to a camera."""

from __future__ import annotations

import contextlib
import ipaddress
import re
import socket
import ssl
import string
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from camrec.camera_address import Credential
from camrec.compat import connection_socket, set_connect_function
from camrec.http_auth import HttpLogin
from camrec.http_auth.login import MAX_CHALLENGES
from camrec.mjpeg_relay.host_cookies import HostCookies
from camrec.mjpeg_relay.lenient_response import LenientResponse
from camrec.network_policy import CrossHostRedirect, NetworkPolicy, RedirectLoop

MAX_HTTP_REDIRECTS = 10
MAX_DISCARDED_BODY_BYTES = 64 * 1024  # bytes of an answer that are read to keep its connection


class CameraHttpClient:
    """A GET that follows redirects, keeps cookies and logs in, Basic first and then Digest; any
    number of times.

    `abort`, from any thread, ends it wherever it waits.

    Parameters
    ----------
    keep
        Whether the next GET goes over the same connection, where the camera keeps it.
    reach
        Where it may connect to.
    """

    def __init__(
        self, timeout: float, keep: bool = False, reach: NetworkPolicy | None = None
    ) -> None:
        self._network_policy = reach or NetworkPolicy()
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
        """The answer, its body not read.

        Raises
        ------
        OSError, http.client.HTTPException
            The camera cannot be reached, does not speak HTTP, or leads to another host.
        AccessError
            ``address_not_allowed``.
        """
        home = urlsplit(url)
        asked = set()
        while len(asked) < MAX_HTTP_REDIRECTS:
            known = credential if _may_send_credential(home, urlsplit(url)) else None
            asked.add((url, self._cookies.header(url)))
            answer = self._request_with_login(url, known)
            target = answer.getheader("Location")
            if answer.status not in (301, 302, 303, 307, 308) or not target:
                return answer
            url = _join_url(url, target)
            host = urlsplit(url).hostname
            if host and host != home.hostname:
                raise CrossHostRedirect(host)
            if (url, self._cookies.header(url)) in asked:
                break
        raise RedirectLoop

    def set_body_timeout(self, seconds: float) -> None:
        """Have the answer's body fail after so many seconds without a byte."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.settimeout(seconds)

    def abort(self) -> None:
        self._aborted = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        for each in (self._response, self._socket, self._connection):
            if each is not None:
                each.close()

    def _request_with_login(self, url: str, known: Credential | None) -> HTTPResponse:
        target = _request_target(url)
        if not known:
            return self._request_or_reconnect(url, None)
        if self._login is None:
            self._login = HttpLogin(known, basic_first=True)
        answer = self._request_or_reconnect(url, self._login.authorization("GET", target))
        for _ in range(MAX_CHALLENGES):
            lines = answer.headers.get_all("WWW-Authenticate", [])
            if answer.status != 401 or not self._login.accept_challenge(lines):
                break
            answer = self._request_or_reconnect(url, self._login.authorization("GET", target))
        return answer

    def _request_or_reconnect(self, url: str, authorization: str | None) -> HTTPResponse:
        if self._can_reuse_connection(url):
            # The camera may have ended it meanwhile.
            with contextlib.suppress(OSError, HTTPException):
                return self._send_request(url, authorization)
        self.close()
        if self._aborted:
            raise TimeoutError  # that is what ended the connection before
        connection = self._make_connection(url)
        connection.connect()
        self._connection = connection
        self._origin = urlsplit(url)[:2]
        # The connection lets go of it when the answer says that it is the last.
        self._socket = connection_socket(connection)
        return self._send_request(url, authorization)

    def _can_reuse_connection(self, url: str) -> bool:
        """Whether the connection that there is can be asked again."""
        answer = self._response
        if not self._keep_alive or answer is None or self._origin != urlsplit(url)[:2]:
            return False
        if answer.length is not None and answer.length <= MAX_DISCARDED_BODY_BYTES:
            with contextlib.suppress(OSError, HTTPException):
                answer.read()
        assert self._connection is not None
        return answer.isclosed() and connection_socket(self._connection) is not None

    def _send_request(self, url: str, authorization: str | None) -> HTTPResponse:
        if self._aborted:
            raise TimeoutError
        assert self._connection is not None
        self.set_body_timeout(self._timeout)  # as for the answer, where the last body had longer
        headers = {"User-Agent": "camrec", "Accept": "*/*"}
        headers["Connection"] = "keep-alive" if self._keep_alive else "close"
        if authorization:
            headers["Authorization"] = authorization
        if cookie := self._cookies.header(url):
            headers["Cookie"] = cookie
        self._connection.request("GET", _request_target(url), headers=headers)
        self._response = self._connection.getresponse()
        self._cookies.take(url, self._response)
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
            raise ConnectionError("led to another protocol")
        connection.response_class = LenientResponse
        # To what was looked at, not to what a second look-up may give.
        set_connect_function(connection, self._network_policy.connect)
        return connection


def _may_send_credential(home: SplitResult, there: SplitResult) -> bool:
    """Whether a credential for `home` may be sent there: never in clear where home is by TLS."""
    return there.netloc == home.netloc and there.scheme in (home.scheme, "https")


def _tls_context(host: str) -> ssl.SSLContext:
    """The certificate of a bare IP address is not checked, that of a name is."""
    context = ssl.create_default_context()
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return context
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _request_target(url: str) -> str:
    """What is asked for: the address behind its host, with an end as it was typed."""
    rest = url.partition("://")[2].partition("#")[0]
    found = re.search(r"[/?]", rest)
    target = rest[found.start() :] if found else "/"
    return quote(target if target.startswith("/") else f"/{target}", safe=string.punctuation)


def _join_url(url: str, location: str) -> str:
    """Where a redirect leads, as it is written: ``urljoin`` drops a ? at the end."""
    location = location.partition("#")[0]
    return urljoin(url, location) + ("?" if location.endswith("?") else "")
