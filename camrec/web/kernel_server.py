"""A small server for a process that has none of its own: the kernel of a notebook."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tornado.web import Application, HTTPError, RequestHandler

from camrec.config import Config
from camrec.station import Station
from camrec.tcp_sockets import LISTEN_BACKLOG, LOOPBACK_ADDRESS, bind_loopback
from camrec.web.endpoint import SEGMENT_PATTERN
from camrec.web.handlers.base import HandlerContext
from camrec.web.handlers.external_videos import ExternalVideoHandler
from camrec.web.handlers.recordings import StartRecordingHandler, StopRecordingHandler
from camrec.web.routes import ApplicationSettings, TornadoRoute, application_settings, make_routes
from camrec.web.security.auth import KeyedGuard
from camrec.web.security.server import GuardedServer
from camrec.web.websocket_rules import OpenWebSocket

# Returns the text of the file with this name; None if there is no such file.
PageFileLookup = Callable[[str], str | None]
# Not from `mimetypes`: on Windows it reads the registry.
CONTENT_TYPES = {"js": "text/javascript", "json": "application/json"}
REQUEST_DRAIN_TIMEOUT_S = 2.0  # seconds in which requests may end by themselves


def no_page_file(name: str) -> None:
    """The lookup for a page that loads no files."""
    return


class KernelServer:
    """An application on a free port of 127.0.0.1, in a thread with its own event loop.

    The loop runs even while a cell of the notebook runs.

    Parameters
    ----------
    routes
        The routes of the application, besides the page's files.
    viewers
        The WebSockets that are open; `stop` calls `leave()` of each.
    pool
        The threads for blocking calls; `stop` ends them.
    guard
        Checks every request; its keys are part of the URLs.
    page_file
        Returns the files that a page loads, by their names: ``/KEY/page/NAME``.
    settings
        Further settings of the Tornado application.

    Attributes
    ----------
    root : ``http://127.0.0.1:PORT``
    url : `root` and the key that allows a page to watch, but not to change anything.
    record_url : `root` and the key that allows a page to start and stop recordings.
    """

    def __init__(
        self,
        routes: Sequence[TornadoRoute],
        viewers: set[OpenWebSocket],
        pool: ThreadPoolExecutor,
        guard: KeyedGuard,
        config: Config,
        page_file: PageFileLookup,
        settings: ApplicationSettings | None = None,
    ) -> None:
        files: dict[str, object] = {"page_file": page_file, "pool": pool}
        page_route: TornadoRoute = (f"/{guard.key}/page/{SEGMENT_PATTERN}", PageFileHandler, files)
        all_routes = [page_route, *routes]
        self._application = (
            Application(all_routes) if settings is None else Application(all_routes, **settings)
        )
        self._viewers, self._pool = viewers, pool
        self._guard, self._config = guard, config
        self._listener = bind_loopback()
        self._listener.listen(LISTEN_BACKLOG)
        self._listener.setblocking(False)
        self.root = f"http://{LOOPBACK_ADDRESS}:{self._listener.getsockname()[1]}"
        self.url = f"{self.root}/{guard.key}"
        self.record_url = f"{self.root}/{guard.record_key}"
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="camrec-web", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close the port and every viewer. Calling this again does nothing."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()
        self._pool.shutdown()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            # On Windows Tornado has a thread for this loop, which a generator of the loop ends.
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    async def _serve(self) -> None:
        server = GuardedServer(
            self._application, guard=self._guard, config=self._config, ssl_options=None
        )
        server.add_sockets([self._listener])
        await self._stopping.wait()
        server.stop()
        await asyncio.gather(*(viewer.leave() for viewer in list(self._viewers)))
        await server.close_all_connections()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=REQUEST_DRAIN_TIMEOUT_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


class LocalServer(KernelServer):
    """Serves a station. A page may do what its URL's key allows, whatever its origin is."""

    def __init__(self, station: Station, page_file: PageFileLookup = no_page_file) -> None:
        context = HandlerContext.of(station)
        guard = KeyedGuard(context.guard)
        self._external_videos = context.external_videos
        arguments: dict[str, object] = {"context": context}
        routes: list[TornadoRoute] = [
            (
                f"/{guard.key}/films/{SEGMENT_PATTERN}/videos/{SEGMENT_PATTERN}",
                ExternalVideoHandler,
                arguments,
            ),
            (f"/{guard.record_key}/record/start", StartRecordingHandler, arguments),
            (f"/{guard.record_key}/record/stop", StopRecordingHandler, arguments),
            *make_routes(context, f"/{guard.key}"),
            *make_routes(context),
        ]
        super().__init__(
            routes,
            context.viewers,
            context.pool,
            guard,
            station.config,
            page_file,
            application_settings(context),
        )

    def external_video_url(self, path: Path) -> str:
        """Return the URL for a video of any folder or storage; append ``/videos/FILENAME``."""
        return f"{self.url}/films/{self._external_videos.add(path)}"


class PageFileHandler(RequestHandler):
    """Sends the files that a page loads; the guard has checked the key."""

    def initialize(self, page_file: PageFileLookup, pool: ThreadPoolExecutor) -> None:
        """Called by Tornado with the arguments of the route."""
        self._page_file, self._pool = page_file, pool

    async def get(self, name: str) -> None:
        """Send the file `name`; 404 if there is none."""
        loop = asyncio.get_running_loop()
        text = await loop.run_in_executor(self._pool, self._page_file, name)
        if text is None:
            raise HTTPError(404)
        self.set_header("Content-Type", f"{CONTENT_TYPES[name.rpartition('.')[2]]}; charset=utf-8")
        self.write(text)
