"""The security headers of every response: what a page may load, and who may embed it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from functools import partial

from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.web import OutputTransform

from camrec.config import Config

# Bokeh sets styles on elements, and the components' modules and the workers come from blobs.
# Scripts in a page have the nonce of the response, so that injected scripts do not run.
PAGE_CSP = (
    "default-src 'none'; script-src 'self' blob: 'nonce-{nonce}'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "font-src 'self' data:; connect-src 'self' blob: {sockets}; worker-src 'self' blob:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}"
)
# For a file that is opened directly: the browser shows a video or an image in a page of its own.
FILE_CSP = (
    "default-src 'none'; media-src 'self'; img-src 'self'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}"
)
_SCRIPT_TAG_PATTERN = re.compile(rb"<script(?=[\s>])", re.IGNORECASE)


class Protection(OutputTransform):
    """Adds the headers to every response of an application, including those of Panel's handlers."""

    def __init__(
        self,
        config: Config,
        allows_embedding: Callable[[HTTPServerRequest], bool],
        request: HTTPServerRequest,
    ) -> None:
        self._config = config
        self._allows_embedding = allows_embedding
        self._request = request

    @classmethod
    def of(
        cls, config: Config, allows_embedding: Callable[[HTTPServerRequest], bool]
    ) -> partial[Protection]:
        """Return what `compat.add_response_transform` needs.

        allows_embedding : whether a page of another server may embed the response.
        """
        return partial(cls, config, allows_embedding)

    def transform_first_chunk(
        self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
    ) -> tuple[int, HTTPHeaders, bytes]:
        """Add the headers; give each script of a page the nonce of this response."""
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
            embeddable=self._allows_embedding(self._request),
        )
        return status_code, headers, chunk


def set_security_headers(
    headers: HTTPHeaders,
    request: HTTPServerRequest,
    config: Config,
    *,
    nonce: str = "",
    embeddable: bool = False,
) -> None:
    """Add the security headers to one response.

    nonce : the nonce of a page's scripts; empty if the response is not a page.
    embeddable : whether a page of another server may embed the response.
    """
    host = request.headers.get("Host", "")
    policy = PAGE_CSP if nonce else FILE_CSP
    headers["Content-Security-Policy"] = policy.format(
        nonce=nonce,
        # Not every browser applies 'self' to the WebSockets of the same server.
        sockets=f"ws://{host} wss://{host}",
        ancestors=" ".join(["'self'", *config.frame_ancestors]),
    )
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    headers["Server"] = "camrec"
    if embeddable:
        # The page has the key and may send the request, so it may also read the response.
        headers["Access-Control-Allow-Origin"] = "*"
        headers["Access-Control-Expose-Headers"] = "Captured-At"
    else:
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        # Bokeh would let any page read its scripts, which contain a session token.
        for name in [name for name in headers if name.startswith("Access-Control-")]:
            del headers[name]
    if nonce:
        headers["Cache-Control"] = "no-store"
