"""Lets a notebook page use another camrec through the kernel.

The page may be unable to reach that camrec, and has no token for it. The kernel can reach it, and
has the token.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar
from urllib.parse import urlsplit, urlunsplit

import requests
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.iostream import StreamClosedError
from tornado.simple_httpclient import HTTPTimeoutError
from tornado.web import HTTPError, RequestHandler
from tornado.websocket import (
    WebSocketClosedError,
    WebSocketError,
    WebSocketHandler,
    websocket_connect,
)

from camrec import direct_http
from camrec.config import Config
from camrec.web.handlers.file import PROXY_CONTEXT_HEADER
from camrec.web.kernel_server import KernelServer, PageFileLookup, no_page_file
from camrec.web.routes import TornadoRoute
from camrec.web.security.auth import KeyedGuard
from camrec.web.websocket_rules import GOING_AWAY_CODE, PING_INTERVAL_S, OpenWebSocket

log = logging.getLogger(__name__)

ResultT = TypeVar("ResultT")

UPSTREAM_CHUNK_BYTES = 256 << 10
NO_RESPONSE_STATUS = 599  # Tornado's own status for a request without a response
UPSTREAM_THREADS = 8
UPSTREAM_TIMEOUTS_S = (5.0, 60.0)  # to connect, and to wait for a response
FORWARDED_REQUEST_HEADERS = (
    "Range",
    "If-Range",
    "If-None-Match",
    "If-Modified-Since",
    "Accept-Language",
    PROXY_CONTEXT_HEADER,
)
FORWARDED_RESPONSE_HEADERS = (
    "Content-Type",
    "Content-Length",
    "Content-Range",
    "Accept-Ranges",
    "ETag",
    "Last-Modified",
    "Content-Disposition",
    "Captured-At",
)
VIEW_PATH_PATTERN = r"/(?:snapshot|record/status/.*|videos/.*|thumbnails/.*)"
RECORD_PATH_PATTERN = r"/record/(?:start|stop)"


class UpstreamProxy(KernelServer):
    """Lets a page watch and record the cameras of the camrec at `upstream`, and play its videos.

    Parameters
    ----------
    upstream
        Such as ``http://127.0.0.1:8000``, without a slash at the end.
    headers
        The headers that it requires, such as the token.
    page_file
        Returns the files that a page loads.
    """

    def __init__(
        self, upstream: str, headers: Mapping[str, str], page_file: PageFileLookup = no_page_file
    ) -> None:
        guard = KeyedGuard()
        viewers: set[OpenWebSocket] = set()
        pool = ThreadPoolExecutor(UPSTREAM_THREADS, "camrec-relay")
        arguments: dict[str, object] = {"upstream": upstream, "headers": dict(headers)}
        routes: list[TornadoRoute] = [
            (f"/{guard.key}/stream", StreamProxy, {**arguments, "viewers": viewers}),
            (f"/{guard.key}{VIEW_PATH_PATTERN}", RequestProxy, {**arguments, "pool": pool}),
            (
                f"/{guard.record_key}{RECORD_PATH_PATTERN}",
                RequestProxy,
                {**arguments, "pool": pool},
            ),
        ]
        super().__init__(routes, viewers, pool, guard, Config(), page_file)


class StreamProxy(WebSocketHandler):
    """Passes on the messages of one viewer. It reads each side as fast as the other one reads."""

    # Only the pings to the page show that the page is gone: upstream sees only this proxy.
    ping_interval = PING_INTERVAL_S
    ping_timeout = PING_INTERVAL_S

    def initialize(
        self, upstream: str, headers: dict[str, str], viewers: set[OpenWebSocket]
    ) -> None:
        """Called by Tornado with the arguments of the route."""
        self._url = f"{_websocket_url(upstream)}/stream?{self.request.query}"
        self._upstream_headers = headers
        self._viewers = viewers

    def check_origin(self, origin: str) -> bool:
        """Accept every origin: the page has the key."""
        return True

    async def prepare(self) -> None:
        """Connect to upstream. If that fails, the handshake gets the status of the error."""
        if self.request.headers.get("Upgrade", "").lower() != "websocket":
            raise HTTPError(400)
        upstream_request = HTTPRequest(
            self._url,
            headers=self._upstream_headers,
            connect_timeout=UPSTREAM_TIMEOUTS_S[0],
            ca_certs=direct_http.ca_bundle(),
        )
        try:
            self._upstream = await websocket_connect(upstream_request)
        except HTTPTimeoutError:
            raise HTTPError(504) from None
        except HTTPClientError as error:
            raise HTTPError(502 if error.code == NO_RESPONSE_STATUS else error.code) from None
        except (OSError, WebSocketError) as error:
            log.debug("no WebSocket of %s: %s", self.request.path, type(error).__name__)
            raise HTTPError(502) from None

    def open(self, *_: str) -> None:
        """Start to pass messages on."""
        self.set_nodelay(True)
        self._viewers.add(self)
        self._forward_task = asyncio.get_running_loop().create_task(self._forward_messages())

    async def _forward_messages(self) -> None:
        try:
            while (message := await self._upstream.read_message()) is not None:
                await self.write_message(message, binary=isinstance(message, bytes))
        except WebSocketClosedError:
            pass
        finally:
            self._upstream.close()
            self.close(GOING_AWAY_CODE, self._upstream.close_reason)
            self._viewers.discard(self)

    async def on_message(self, message: str | bytes) -> None:
        """Pass a message of the page on."""
        try:
            await self._upstream.write_message(message, binary=isinstance(message, bytes))
        except WebSocketClosedError:
            self.close(GOING_AWAY_CODE)

    def on_close(self) -> None:
        """Close the other side too."""
        self._upstream.close()

    async def leave(self) -> None:
        """Close both sides, and wait until nothing of the viewer is left."""
        self.close(GOING_AWAY_CODE)
        self._upstream.close()
        await self._forward_task


class RequestProxy(RequestHandler):
    """Passes on a request and its response, which may be a long file.

    The guard has checked that the key of the path allows the method.
    """

    def initialize(self, upstream: str, headers: dict[str, str], pool: ThreadPoolExecutor) -> None:
        """Called by Tornado with the arguments of the route."""
        self._upstream = upstream
        self._upstream_headers = headers
        self._pool = pool

    async def get(self) -> None:
        """Send the request to upstream, and the response to the page; 502 if there is none."""
        forwarded = {
            name: self.request.headers[name]
            for name in FORWARDED_REQUEST_HEADERS
            if name in self.request.headers
        }
        url = f"{self._upstream}{self.request.path[self.request.path.index('/', 1) :]}"
        try:
            send = partial(
                direct_http.request,
                str(self.request.method),
                f"{url}?{self.request.query}",
                headers={**forwarded, **self._upstream_headers, "Accept-Encoding": "identity"},
                data=self.request.body,
                stream=True,
                timeout=UPSTREAM_TIMEOUTS_S,
            )
            response = await self._run_blocking(send)
        except requests.RequestException:
            raise HTTPError(502) from None
        with response:
            self.set_status(response.status_code)
            for name in FORWARDED_RESPONSE_HEADERS:
                if name in response.headers:
                    self.set_header(name, response.headers[name])
            chunks = response.iter_content(UPSTREAM_CHUNK_BYTES)
            try:
                while chunk := await self._run_blocking(lambda: next(chunks, b"")):
                    self.write(chunk)
                    await self.flush()
            except StreamClosedError:
                return
            except requests.RequestException:
                # The status was already sent: only a closed connection shows that data is missing.
                self.detach().close()

    head = post = get

    async def _run_blocking(self, function: Callable[[], ResultT]) -> ResultT:
        return await asyncio.get_running_loop().run_in_executor(self._pool, function)


def _websocket_url(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(scheme={"http": "ws", "https": "wss"}[parts.scheme]))
