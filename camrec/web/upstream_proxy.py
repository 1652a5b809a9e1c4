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
from camrec.web.handlers.file import PROXIED
from camrec.web.kernel_server import KernelServer, PageFile, no_file
from camrec.web.security.auth import KeyGuard

log = logging.getLogger(__name__)

CHUNK = 256 << 10  # bytes
NO_ANSWER = 599  # Tornado's own status of a request that was not answered
THREADS = 8
TIMES = (5.0, 60.0)  # seconds to connect, and for an answer
ASKED = ("Range", "If-Range", "If-None-Match", "If-Modified-Since", "Accept-Language", PROXIED)
TOLD = ("Content-Type", "Content-Length", "Content-Range", "Accept-Ranges", "ETag")
TOLD += ("Last-Modified", "Content-Disposition", "Captured-At")
WATCHED = r"/(?:snapshot|record/status/.*|videos/.*|thumbnails/.*)"
ASKED_FOR = r"/record/(?:start|stop)"
GONE = 1001
PING = 5.0


class Relay(KernelServer):
    """The pictures and videos of the camrec at `upstream`, to look at, and to record.

    upstream : ``http://127.0.0.1:8000``, without a slash at the end.
    headers : what it wants to be asked with, such as its token.
    """

    def __init__(
        self, upstream: str, headers: Mapping[str, str], page_file: PageFile = no_file
    ) -> None:
        guard = KeyGuard()
        viewers: set[Any] = set()
        pool = ThreadPoolExecutor(THREADS, "camrec-relay")
        given = {"upstream": upstream, "headers": dict(headers)}
        routes = [
            (f"/{guard.key}/stream", StreamRelay, {**given, "viewers": viewers}),
            (f"/{guard.key}{WATCHED}", CallRelay, {**given, "pool": pool}),
            (f"/{guard.record_key}{ASKED_FOR}", CallRelay, {**given, "pool": pool}),
        ]
        super().__init__(routes, viewers, pool, guard, Config(), page_file)


class StreamRelay(WebSocketHandler):
    """One viewer. Each end is read no faster than the other takes."""

    # A page that is gone without a word is found out here: upstream only sees this relay.
    ping_interval = PING
    ping_timeout = PING

    def initialize(self, upstream: str, headers: dict[str, str], viewers: set[Any]) -> None:
        self._url = f"{_as_websocket(upstream)}/stream?{self.request.query}"
        self._asking = headers
        self._viewers = viewers

    def check_origin(self, origin: str) -> bool:
        return True  # it has the key

    async def prepare(self) -> None:
        if self.request.headers.get("Upgrade", "").lower() != "websocket":
            raise HTTPError(400)
        asked = HTTPRequest(
            self._url,
            headers=self._asking,
            connect_timeout=TIMES[0],
            ca_certs=direct_http.ca_bundle(),
        )
        try:
            self._upstream = await websocket_connect(asked)
        except HTTPTimeoutError:
            raise HTTPError(504) from None
        except HTTPClientError as error:
            raise HTTPError(502 if error.code == NO_ANSWER else error.code) from None
        except (OSError, WebSocketError) as error:
            log.debug("no WebSocket of %s: %s", self.request.path, type(error).__name__)
            raise HTTPError(502) from None

    def open(self, *_: str) -> None:
        self.set_nodelay(True)
        self._viewers.add(self)
        self._passing = asyncio.get_running_loop().create_task(self._pass())

    async def _pass(self) -> None:
        try:
            while (message := await self._upstream.read_message()) is not None:
                await self.write_message(message, binary=isinstance(message, bytes))
        except WebSocketClosedError:
            pass
        finally:
            self._upstream.close()
            self.close(GONE, self._upstream.close_reason)
            self._viewers.discard(self)

    async def on_message(self, message: str | bytes) -> None:
        try:
            await self._upstream.write_message(message, binary=isinstance(message, bytes))
        except WebSocketClosedError:
            self.close(GONE)

    def on_close(self) -> None:
        self._upstream.close()

    async def leave(self) -> None:
        self.close(GONE)
        self._upstream.close()
        await self._passing


class CallRelay(RequestHandler):
    """One call and its answer, which may be a long file; the guard knows which key lets change."""

    def initialize(self, upstream: str, headers: dict[str, str], pool: ThreadPoolExecutor) -> None:
        self._upstream = upstream
        self._asking = headers
        self._pool = pool

    async def get(self) -> None:
        asked = {name: self.request.headers[name] for name in ASKED if name in self.request.headers}
        url = f"{self._upstream}{self.request.path[self.request.path.index('/', 1) :]}"
        try:
            reply = await self._call(
                direct_http.request,
                self.request.method,
                f"{url}?{self.request.query}",
                headers={**asked, **self._asking, "Accept-Encoding": "identity"},
                data=self.request.body,
                stream=True,
                timeout=TIMES,
            )
        except requests.RequestException:
            raise HTTPError(502) from None
        with reply:
            self.set_status(reply.status_code)
            for name in TOLD:
                if name in reply.headers:
                    self.set_header(name, reply.headers[name])
            chunks = reply.iter_content(CHUNK)
            try:
                while chunk := await self._call(next, chunks, b""):
                    self.write(chunk)
                    await self.flush()
            except StreamClosedError:
                return
            except requests.RequestException:
                # Its status is told already: that the rest is missing is told by the end.
                self.detach().close()

    head = post = get

    async def _call(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, partial(function, *args, **kwargs))


def _as_websocket(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(scheme={"http": "ws", "https": "wss"}[parts.scheme]))
