"""What another camrec serves, handed on to a page that has a key: a kernel's way to show it.

The page may not reach that camrec, and has no token for it; the kernel does and has.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
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
from camrec.web.security.auth import KeyedGuard
from camrec.web.websocket_rules import GOING_AWAY_CODE, PING_INTERVAL_S

log = logging.getLogger(__name__)

UPSTREAM_CHUNK_BYTES = 256 << 10  # bytes
NO_RESPONSE_STATUS = 599  # Tornado's own status of a request that was not answered
UPSTREAM_THREADS = 8
UPSTREAM_TIMEOUTS_S = (5.0, 60.0)  # seconds to connect, and for an answer
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
)
FORWARDED_RESPONSE_HEADERS += ("Last-Modified", "Content-Disposition", "Captured-At")
VIEW_PATH_PATTERN = r"/(?:snapshot|record/status/.*|videos/.*|thumbnails/.*)"
RECORD_PATH_PATTERN = r"/record/(?:start|stop)"


class UpstreamProxy(KernelServer):
    """The pictures and videos of the camrec at `upstream`, to look at, and to record.

    upstream : ``http://127.0.0.1:8000``, without a slash at the end.
    headers : what it wants to be asked with, such as its token.
    """

    def __init__(
        self, upstream: str, headers: Mapping[str, str], page_file: PageFileLookup = no_page_file
    ) -> None:
        guard = KeyedGuard()
        viewers: set[Any] = set()
        pool = ThreadPoolExecutor(UPSTREAM_THREADS, "camrec-relay")
        given = {"upstream": upstream, "headers": dict(headers)}
        routes = [
            (f"/{guard.key}/stream", StreamProxy, {**given, "viewers": viewers}),
            (f"/{guard.key}{VIEW_PATH_PATTERN}", CallProxy, {**given, "pool": pool}),
            (f"/{guard.record_key}{RECORD_PATH_PATTERN}", CallProxy, {**given, "pool": pool}),
        ]
        super().__init__(routes, viewers, pool, guard, Config(), page_file)


class StreamProxy(WebSocketHandler):
    """One viewer. Each end is read no faster than the other takes."""

    # A page that is gone without a word is found out here: upstream only sees this relay.
    ping_interval = PING_INTERVAL_S
    ping_timeout = PING_INTERVAL_S

    def initialize(self, upstream: str, headers: dict[str, str], viewers: set[Any]) -> None:
        self._url = f"{_websocket_url(upstream)}/stream?{self.request.query}"
        self._upstream_headers = headers
        self._viewers = viewers

    def check_origin(self, origin: str) -> bool:
        return True  # it has the key

    async def prepare(self) -> None:
        if self.request.headers.get("Upgrade", "").lower() != "websocket":
            raise HTTPError(400)
        asked = HTTPRequest(
            self._url,
            headers=self._upstream_headers,
            connect_timeout=UPSTREAM_TIMEOUTS_S[0],
            ca_certs=direct_http.ca_bundle(),
        )
        try:
            self._upstream = await websocket_connect(asked)
        except HTTPTimeoutError:
            raise HTTPError(504) from None
        except HTTPClientError as error:
            raise HTTPError(502 if error.code == NO_RESPONSE_STATUS else error.code) from None
        except (OSError, WebSocketError) as error:
            log.debug("no WebSocket of %s: %s", self.request.path, type(error).__name__)
            raise HTTPError(502) from None

    def open(self, *_: str) -> None:
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
        try:
            await self._upstream.write_message(message, binary=isinstance(message, bytes))
        except WebSocketClosedError:
            self.close(GOING_AWAY_CODE)

    def on_close(self) -> None:
        self._upstream.close()

    async def leave(self) -> None:
        self.close(GOING_AWAY_CODE)
        self._upstream.close()
        await self._forward_task


class CallProxy(RequestHandler):
    """One call and its answer, which may be a long file; the guard knows which key lets change."""

    def initialize(self, upstream: str, headers: dict[str, str], pool: ThreadPoolExecutor) -> None:
        self._upstream = upstream
        self._upstream_headers = headers
        self._pool = pool

    async def get(self) -> None:
        asked = {
            name: self.request.headers[name]
            for name in FORWARDED_REQUEST_HEADERS
            if name in self.request.headers
        }
        url = f"{self._upstream}{self.request.path[self.request.path.index('/', 1) :]}"
        try:
            reply = await self._run_blocking(
                direct_http.request,
                self.request.method,
                f"{url}?{self.request.query}",
                headers={**asked, **self._upstream_headers, "Accept-Encoding": "identity"},
                data=self.request.body,
                stream=True,
                timeout=UPSTREAM_TIMEOUTS_S,
            )
        except requests.RequestException:
            raise HTTPError(502) from None
        with reply:
            self.set_status(reply.status_code)
            for name in FORWARDED_RESPONSE_HEADERS:
                if name in reply.headers:
                    self.set_header(name, reply.headers[name])
            chunks = reply.iter_content(UPSTREAM_CHUNK_BYTES)
            try:
                while chunk := await self._run_blocking(next, chunks, b""):
                    self.write(chunk)
                    await self.flush()
            except StreamClosedError:
                return
            except requests.RequestException:
                # Its status is told already: that the rest is missing is told by the end.
                self.detach().close()

    head = post = get

    async def _run_blocking(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, partial(function, *args, **kwargs))


def _websocket_url(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(scheme={"http": "ws", "https": "wss"}[parts.scheme]))
