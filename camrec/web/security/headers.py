"""What every answer tells the browser: what this page may load, and who may show it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from functools import partial
from typing import Any

from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.web import OutputTransform

from camrec.config import Config

# Bokeh sets styles on elements, and the components' modules and the workers come from blobs.
# Scripts inside a page carry this answer's nonce, so that what got in by another way does not run.
PAGE_CSP = (
    "default-src 'none'; script-src 'self' blob: 'nonce-{nonce}'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "font-src 'self' data:; connect-src 'self' blob: {sockets}; worker-src 'self' blob:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}"
)
# A file that is looked at by itself: a browser shows a video or a picture in a page of its own.
FILE_CSP = (
    "default-src 'none'; media-src 'self'; img-src 'self'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}"
)
_SCRIPT_TAG_PATTERN = re.compile(rb"<script(?=[\s>])", re.IGNORECASE)


class Protection(OutputTransform):
    """Puts the headers on every answer of an application, its own and its libraries'."""

    def __init__(
        self, config: Config, elsewhere: Callable[[HTTPServerRequest], bool], request: Any
    ) -> None:
        self._config = config
        self._allows_embedding = elsewhere
        self._request = request

    @classmethod
    def of(
        cls, config: Config, elsewhere: Callable[[HTTPServerRequest], bool]
    ) -> partial[Protection]:
        """As ``Application.add_transform`` takes it.

        elsewhere : whether another server's page may draw the answer into itself.
        """
        return partial(cls, config, elsewhere)

    def transform_first_chunk(
        self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
    ) -> tuple[int, HTTPHeaders, bytes]:
        html = headers.get("Content-Type", "").partition(";")[0].strip() == "text/html"
        nonce = secrets.token_urlsafe(16)
        if html and finishing and chunk:
            chunk = _SCRIPT_TAG_PATTERN.sub(b'<script nonce="%b"' % nonce.encode(), chunk)
            if "Content-Length" in headers:
                headers["Content-Length"] = str(len(chunk))
        set_security_headers(
            headers,
            self._request,
            self._config,
            nonce=nonce if html else "",
            elsewhere=self._allows_embedding(self._request),
        )
        return status_code, headers, chunk


def set_security_headers(
    headers: HTTPHeaders,
    request: HTTPServerRequest,
    config: Config,
    *,
    nonce: str = "",
    elsewhere: bool = False,
) -> None:
    """Put them on one answer.

    nonce : of a page's scripts; empty where the answer is no page.
    elsewhere : another server's page may draw it into itself.
    """
    host = request.headers.get("Host", "")
    policy = PAGE_CSP if nonce else FILE_CSP
    headers["Content-Security-Policy"] = policy.format(
        nonce=nonce,
        # Not every browser takes 'self' for the WebSockets of the same server.
        sockets=f"ws://{host} wss://{host}",
        ancestors=" ".join(["'self'", *config.frame_ancestors]),
    )
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    headers["Server"] = "camrec"
    if elsewhere:
        # It has the key: that it can read what it may draw or ask for adds nothing.
        headers["Access-Control-Allow-Origin"] = "*"
        headers["Access-Control-Expose-Headers"] = "Captured-At"
    else:
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        # Bokeh lets any page read its scripts, and with them a session.
        for name in [name for name in headers if name.startswith("Access-Control-")]:
            del headers[name]
    if nonce:
        headers["Cache-Control"] = "no-store"
