"""A small server of our own, for a process that has none: a notebook's kernel."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from camrec.station import Station
from camrec.web.guard import KeyGuard
from camrec.web.handler import Desk
from camrec.web.routes import routes_of, settings_of

GRACE = 2.0  # seconds that requests have to end by themselves
KEY_BYTES = 16


class KernelServer:
    """An application on a free port of 127.0.0.1, in a thread with a loop of its own.

    It goes on while a cell runs.

    Parameters
    ----------
    key
        The first part of what a page is given; see `new_key`.
    viewers
        The WebSockets that are open; each is let go by its `leave()`.
    script
        Gives what a notebook's page has to load first: ``/KEY/notebook.js``.

    Attributes
    ----------
    root : ``http://127.0.0.1:PORT``
    url : the same and the key; for a page to look at, not to change anything
    """

    def __init__(
        self,
        key: str,
        routes: Sequence[Any],
        viewers: set[Any],
        pool: ThreadPoolExecutor,
        script: Callable[[], str],
        **settings: Any,
    ) -> None:
        self._routes = [(f"/{key}/notebook.js", ScriptHandler, {"script": script}), *routes]
        self._viewers, self._pool, self._settings = viewers, pool, settings
        self._sockets = bind_sockets(0, "127.0.0.1")
        self.root = f"http://127.0.0.1:{self._sockets[0].getsockname()[1]}"
        self.url = f"{self.root}/{key}"
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="camrec-web", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close the port and every viewer. Any number of times."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()
        self._pool.shutdown()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        server = HTTPServer(Application(self._routes, **self._settings))
        server.add_sockets(self._sockets)
        await self._stopping.wait()
        server.stop()
        await asyncio.gather(*(viewer.leave() for viewer in list(self._viewers)))
        await server.close_all_connections()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        if rest:
            _, late = await asyncio.wait(rest, timeout=GRACE)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


class LocalServer(KernelServer):
    """The wire of a station. A page that is given `url` may watch, wherever it comes from."""

    def __init__(self, station: Station, script: Callable[[], str] = str) -> None:
        key = new_key()
        desk = Desk.of(station)
        watching = replace(desk, guard=KeyGuard())
        routes = [*routes_of(watching, f"/{key}"), *routes_of(desk)]
        super().__init__(key, routes, desk.viewers, desk.pool, script, **settings_of(desk))


class ScriptHandler(RequestHandler):
    """For a page that has the key."""

    def initialize(self, script: Callable[[], str]) -> None:
        self._script = script

    def get(self) -> None:
        self.set_header("Content-Type", "text/javascript; charset=utf-8")
        self.write(self._script())


def new_key() -> str:
    """What nobody guesses, as a part of a path, made anew for each server."""
    return secrets.token_urlsafe(KEY_BYTES)
