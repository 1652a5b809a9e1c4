"""One HTTP request to a camera, as go2rtc would make it."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import ipaddress
import secrets
import socket
import ssl
import string
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from urllib.parse import quote, urljoin, urlsplit
from urllib.request import parse_http_list, parse_keqv_list

from camrec.sources import Credential

MOST_REDIRECTS = 10


class Visit:
    """A GET that follows redirects and logs in, Basic first and then Digest.

    `abort`, from any thread, ends it wherever it waits.
    """

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._socket: socket.socket | None = None
        self._answer: HTTPResponse | None = None
        self._aborted = False

    def get(self, url: str, credential: Credential | None) -> HTTPResponse:
        """The answer, its body not read.

        Raises
        ------
        OSError, http.client.HTTPException
            The camera cannot be reached, or does not speak HTTP.
        """
        home = urlsplit(url).netloc
        for _ in range(MOST_REDIRECTS):
            known = credential if urlsplit(url).netloc == home else None
            answer = self._ask(url, _basic(known) if known else None)
            challenge = answer.headers.get("WWW-Authenticate", "")
            if answer.status == 401 and known and challenge.lower().startswith("digest "):
                answer = self._ask(url, _digest(known, challenge, _target(url)))
            target = answer.getheader("Location")
            if answer.status not in (301, 302, 303, 307, 308) or not target:
                return answer
            url = urljoin(url, target)
        return answer

    def abort(self) -> None:
        self._aborted = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        for each in (self._answer, self._socket):
            if each is not None:
                each.close()

    def _ask(self, url: str, authorization: str | None) -> HTTPResponse:
        self.close()
        connection = self._connect(url)
        connection.connect()
        # The connection lets go of it when the answer says that it is the last.
        self._socket = connection.sock
        if self._aborted:
            raise TimeoutError
        headers = {"User-Agent": "camrec", "Accept": "*/*", "Connection": "close"}
        if authorization:
            headers["Authorization"] = authorization
        connection.request("GET", _target(url), headers=headers)
        self._answer = connection.getresponse()
        return self._answer

    def _connect(self, url: str) -> HTTPConnection:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme == "http":
            return HTTPConnection(host, parts.port, timeout=self._timeout)
        if parts.scheme == "https":
            return HTTPSConnection(
                host, parts.port, timeout=self._timeout, context=_certificates(host)
            )
        raise ConnectionError("led to another protocol")


def _certificates(host: str) -> ssl.SSLContext:
    """go2rtc's rule: the certificate of a bare IP address is not checked, that of a name is."""
    context = ssl.create_default_context()
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return context
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _target(url: str) -> str:
    parts = urlsplit(url)
    target = parts.path or "/"
    return quote(f"{target}?{parts.query}" if parts.query else target, safe=string.punctuation)


def _basic(credential: Credential) -> str:
    pair = f"{credential.user}:{credential.password}".encode()
    return f"Basic {base64.b64encode(pair).decode()}"


def _digest(credential: Credential, challenge: str, target: str) -> str:
    """RFC 2617 with MD5, with or without qop=auth: all that go2rtc knows."""
    told = parse_keqv_list(parse_http_list(challenge[len("digest ") :]))
    realm, nonce = told.get("realm", ""), told.get("nonce", "")
    ha1 = _md5(f"{credential.user}:{realm}:{credential.password}")
    ha2 = _md5(f"GET:{target}")
    fields = {"username": credential.user, "realm": realm, "nonce": nonce, "uri": target}
    if "qop" in told:
        client = secrets.token_hex(8)
        response = _md5(f"{ha1}:{nonce}:00000001:{client}:auth:{ha2}")
        rest = f", qop=auth, nc=00000001, cnonce={_quoted(client)}"
    else:
        response, rest = _md5(f"{ha1}:{nonce}:{ha2}"), ""
    fields["response"] = response
    if "opaque" in told:
        fields["opaque"] = told["opaque"]
    return "Digest " + ", ".join(f"{key}={_quoted(value)}" for key, value in fields.items()) + rest


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
