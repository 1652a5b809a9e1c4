"""Parts of the page, served by Panel in this process."""

from __future__ import annotations

import asyncio
import threading

import panel as pn
from tornado.ioloop import IOLoop


class Serving:
    """Panel's server in this process, in a thread with an event loop of its own."""

    def __init__(self, make, prefix: str = "", routes: list | None = None) -> None:
        self._make = make
        self._prefix = prefix
        self._routes = routes or []
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="page")
        self._thread.start()
        assert self._ready.wait(20)

    async def _run(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        served = pn.serve(
            {"/": self._make},
            port=0,
            address="127.0.0.1",
            websocket_origin="*",
            loop=IOLoop.current(),
            show=False,
            start=False,
            verbose=False,
            # Longer than a browser takes from the page to its socket: otherwise it gets a second
            # session.
            unused_session_lifetime_milliseconds=5000,
            check_unused_sessions_milliseconds=250,
            # If a page is left during Bokeh's handshake, Bokeh does not notice,
            # and finds out when it next pings.
            keep_alive_milliseconds=1000,
            prefix=self._prefix,
            extra_patterns=self._routes,
        )
        served.start()
        self.url = f"http://127.0.0.1:{served.port}{self._prefix}/"
        self._ready.set()
        await self._over.wait()
        served.stop()

    def __enter__(self) -> Serving:
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()
