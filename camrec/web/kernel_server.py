"""A small server of our own, for a process that has none: a notebook's kernel."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tornado.netutil import bind_sockets
from tornado.web import Application, HTTPError, RequestHandler

from camrec.config import Config
from camrec.station import Station
from camrec.web.handlers.base import HandlerContext
from camrec.web.handlers.external_videos import ExternalVideoHandler, ExternalVideos
from camrec.web.handlers.recordings import StartRecordingHandler, StopRecordingHandler
from camrec.web.routes import application_settings, make_routes
from camrec.web.security.auth import KeyedGuard
from camrec.web.security.server import GuardedServer

PageFileLookup = Callable[[str], str | None]  # None: there is no such file
# Not by `mimetypes`: on Windows that says what the registry does.
CONTENT_TYPES = {"js": "text/javascript", "json": "application/json"}
REQUEST_DRAIN_TIMEOUT_S = 2.0  # seconds that requests have to end by themselves


def no_page_file(name: str) -> None:
    """A page that loads nothing beside the pictures."""
    return None


class KernelServer:
    """An application on a free port of 127.0.0.1, in a thread with a loop of its own.

    It goes on while a cell runs.

    Parameters
    ----------
    viewers
        The WebSockets that are open; each is let go by its `leave()`.
    page_file
        Gives what a page loads beside the pictures, by its name: ``/KEY/page/NAME``.

    Attributes
    ----------
    root : ``http://127.0.0.1:PORT``
    url : the same and the key; for a page to look at, not to change anything
    record_url : the same and the other key; below it recordings are begun and ended
    """

    def __init__(
        self,
        routes: Sequence[Any],
        viewers: set[Any],
        pool: ThreadPoolExecutor,
        guard: KeyedGuard,
        config: Config,
        page_file: PageFileLookup,
        **settings: Any,
    ) -> None:
        files = {"page_file": page_file, "pool": pool}
        self._routes = [(f"/{guard.key}/page/(.*)", PageFileHandler, files), *routes]
        self._viewers, self._pool, self._settings = viewers, pool, settings
        self._guard, self._config = guard, config
        self._sockets = bind_sockets(0, "127.0.0.1")
        self.root = f"http://127.0.0.1:{self._sockets[0].getsockname()[1]}"
        self.url = f"{self.root}/{guard.key}"
        self.record_url = f"{self.root}/{guard.record_key}"
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
        application = Application(self._routes, **self._settings)
        server = GuardedServer(
            application, guard=self._guard, config=self._config, ssl_options=None
        )
        server.add_sockets(self._sockets)
        await self._stopping.wait()
        server.stop()
        await asyncio.gather(*(viewer.leave() for viewer in list(self._viewers)))
        await server.close_all_connections()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        if rest:
            _, late = await asyncio.wait(rest, timeout=REQUEST_DRAIN_TIMEOUT_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


class LocalServer(KernelServer):
    """The wire of a station. A page may do what its URL is for, wherever it comes from."""

    def __init__(self, station: Station, page_file: PageFileLookup = no_page_file) -> None:
        desk = HandlerContext.of(station)
        guard = KeyedGuard(desk.guard)
        self._external_videos = ExternalVideos()
        film = {"desk": desk, "films": self._external_videos}
        routes = [
            (f"/{guard.key}/films/(.*)/videos/(.*)", ExternalVideoHandler, film),
            (f"/{guard.record_key}/record/start", StartRecordingHandler, {"desk": desk}),
            (f"/{guard.record_key}/record/stop", StopRecordingHandler, {"desk": desk}),
            *make_routes(desk, f"/{guard.key}"),
            *make_routes(desk),
        ]
        given = (routes, desk.viewers, desk.pool, guard, station.config, page_file)
        super().__init__(*given, **application_settings(desk))

    def external_video_url(self, path: Path) -> str:
        """For a video of any folder or storage: below it is ``/videos/FILENAME``."""
        return f"{self.url}/films/{self._external_videos.add(path)}"


class PageFileHandler(RequestHandler):
    """For a page that has the key."""

    def initialize(self, page_file: PageFileLookup, pool: ThreadPoolExecutor) -> None:
        self._page_file, self._pool = page_file, pool

    async def get(self, name: str) -> None:
        loop = asyncio.get_running_loop()
        text = await loop.run_in_executor(self._pool, self._page_file, name)
        if text is None:
            raise HTTPError(404)
        self.set_header("Content-Type", f"{CONTENT_TYPES[name.rpartition('.')[2]]}; charset=utf-8")
        self.write(text)
