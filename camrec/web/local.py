"""A small server of our own, for a process that has none: a notebook's kernel."""

from __future__ import annotations

import asyncio
import threading

from tornado.netutil import bind_sockets
from tornado.web import Application

from camrec.station import Station
from camrec.web.handler import Desk
from camrec.web.routes import routes_of, settings_of
from camrec.web.server import Server

GRACE = 2.0  # seconds that requests have to end by themselves


class LocalServer:
    """The wire on a free port of 127.0.0.1, in a thread with a loop of its own.

    It goes on while a cell runs. A notebook's page comes from Jupyter's port, so a page on any
    port of this machine may open ``/stream``; whatever changes something it may not.

    url : ``http://127.0.0.1:PORT``
    """

    def __init__(self, station: Station) -> None:
        self._desk = Desk.of(station, notebooks=True)
        self._sockets = bind_sockets(0, "127.0.0.1")
        self.url = f"http://127.0.0.1:{self._sockets[0].getsockname()[1]}"
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="camrec-web", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close the port and every viewer. Any number of times."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()
        self._desk.pool.shutdown()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        application = Application(routes_of(self._desk), **settings_of(self._desk))
        config = self._desk.station.config
        server = Server(application, guard=self._desk.guard, config=config, ssl_options=None)
        server.add_sockets(self._sockets)
        await self._stopping.wait()
        server.stop()
        await asyncio.gather(*(viewer.leave() for viewer in list(self._desk.viewers)))
        await server.close_all_connections()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        if rest:
            _, late = await asyncio.wait(rest, timeout=GRACE)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
