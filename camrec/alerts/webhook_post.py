"""Sends one alert to the webhook, and says what came back."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import socket
import ssl
import threading
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Literal

from camrec import direct_http
from camrec.compat import connection_socket
from camrec.tcp_sockets import interrupt_socket
from camrec.webhook_address import WebhookAddress

WEBHOOK_TIMEOUT_S = 5.0
SIGNATURE_HEADER = "X-Camrec-Signature"

WebhookAnswerCode = Literal[
    "received",
    "webhook_no_answer",
    "webhook_unknown_host",
    "webhook_unreachable",
    "webhook_certificate",
    "webhook_redirect",
    "webhook_status",
    "webhook_bad_answer",
    "webhook_bad_address",
]


@dataclass(frozen=True)
class WebhookAnswer:
    """What came back from the webhook.

    status : the HTTP status; None: there was none.
    """

    code: WebhookAnswerCode
    status: int | None = None

    @property
    def is_received(self) -> bool:
        """Whether the webhook has taken the alert."""
        return self.code == "received"


def sign(body: bytes, secret: str) -> str:
    """The value of `SIGNATURE_HEADER`: the HMAC-SHA256 of the body."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def post_webhook(
    url: str, body: bytes, secret: str, timeout_s: float = WEBHOOK_TIMEOUT_S
) -> WebhookAnswer:
    """Send `body`, and return after `timeout_s` at most, whatever the other side does.

    A redirect is not followed, and the body of the answer is not read. Proxies and logins of the
    environment are not used.
    """
    try:
        address = WebhookAddress.from_url(url)
    except ValueError:
        return WebhookAnswer("webhook_bad_address")
    post = _Post(address, _write_request(address, body, sign(body, secret)), timeout_s)
    post.start()
    return post.wait(timeout_s)


class _Post:
    """One request in a thread of its own: asking a name server cannot be interrupted."""

    def __init__(self, address: WebhookAddress, request: bytes, timeout_s: float) -> None:
        self._request_bytes = request
        self._connection = _connect(address, timeout_s)
        self._answer = WebhookAnswer("webhook_no_answer")
        self._is_over = threading.Event()
        self._is_aborted = False
        self._thread = threading.Thread(target=self._run, name="webhook request", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wait(self, timeout_s: float) -> WebhookAnswer:
        if self._is_over.wait(timeout_s):
            self._thread.join()
            return self._answer
        self._is_aborted = True
        connected = connection_socket(self._connection)
        if connected is not None:
            interrupt_socket(connected)
        return WebhookAnswer("webhook_no_answer")

    def _run(self) -> None:
        try:
            self._answer = self._request()
        finally:
            self._connection.close()
            self._is_over.set()

    def _request(self) -> WebhookAnswer:
        try:
            self._connection.connect()
            if self._is_aborted:
                return WebhookAnswer("webhook_no_answer")
            connected = connection_socket(self._connection)
            assert connected is not None
            connected.sendall(self._request_bytes)
            with contextlib.closing(HTTPResponse(connected, method="POST")) as response:
                response.begin()
                status = response.status
        except ssl.SSLCertVerificationError:
            return WebhookAnswer("webhook_certificate")
        except (HTTPException, ssl.SSLError):
            return WebhookAnswer("webhook_bad_answer")
        except TimeoutError:
            return WebhookAnswer("webhook_no_answer")
        except socket.gaierror:
            return WebhookAnswer("webhook_unknown_host")
        except OSError:
            return WebhookAnswer("webhook_unreachable")
        except ValueError:  # a host that no name server can be asked for
            return WebhookAnswer("webhook_bad_address")
        if 200 <= status < 300:
            return WebhookAnswer("received", status)
        is_redirect = 300 <= status < 400
        return WebhookAnswer("webhook_redirect" if is_redirect else "webhook_status", status)


def _connect(address: WebhookAddress, timeout_s: float) -> HTTPConnection:
    """A connection that is not opened yet."""
    if not address.is_tls:
        return HTTPConnection(address.host, address.port, timeout=timeout_s)
    context = ssl.create_default_context(cafile=direct_http.ca_bundle())
    if direct_http.ca_bundle() is None:
        context.load_verify_locations(direct_http.default_ca_bundle())
    return HTTPSConnection(address.host, address.port, timeout=timeout_s, context=context)


def _write_request(address: WebhookAddress, body: bytes, signature: str) -> bytes:
    """In one piece: a server that answers to the header alone must not close before the body."""
    lines = [
        f"POST {address.target} HTTP/1.1",
        f"Host: {address.host_header}",
        "Content-Type: application/json; charset=utf-8",
        f"Content-Length: {len(body)}",
        "User-Agent: camrec",
        "Accept-Encoding: identity",
        "Connection: close",
        f"{SIGNATURE_HEADER}: {signature}",
    ]
    if address.authorization is not None:
        lines.append(f"Authorization: {address.authorization}")
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body
