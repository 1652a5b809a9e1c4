"""Serves the coded clock alone, for a browser that is not logged in to camrec."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tornado.web import HTTPError, RequestHandler

from camrec.config import Config
from camrec.web.coded_clock.clock_page import render_clock_page
from camrec.web.kernel_server import KernelServer, no_page_file
from camrec.web.security.auth import KeyedGuard

NS_PER_MS = 1_000_000
MAX_REFRESH_MS = 1000.0


class ClockPageServer:
    """A server on a free port of 127.0.0.1. Its URL gives access to nothing but the clock.

    url : the URL of the page.
    refresh_ns : how long the screen shows an image, as the page measured it; None: not known yet.
    """

    def __init__(self, language: str) -> None:
        self.refresh_ns: float | None = None
        guard = KeyedGuard()
        self._server = KernelServer(
            [
                (f"/{guard.key}/calibrate", ClockPageHandler, {"language": language}),
                (f"/{guard.key}/refresh", RefreshHandler, {"note": self._note_refresh}),
            ],
            set(),
            ThreadPoolExecutor(1, "camrec-clock"),
            guard,
            Config(),
            no_page_file,
        )
        self.url = f"{self._server.url}/calibrate"

    def stop(self) -> None:
        """Close the port."""
        self._server.stop()

    def __enter__(self) -> ClockPageServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _note_refresh(self, refresh_ms: float) -> None:
        self.refresh_ns = refresh_ms * NS_PER_MS


class ClockPageHandler(RequestHandler):
    """``GET /KEY/calibrate``"""

    def initialize(self, language: str) -> None:
        """Called by Tornado with the arguments of the route."""
        self._language = language

    def get(self) -> None:
        """Send the page."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.write(render_clock_page(self._language, reports_refresh=True))


class RefreshHandler(RequestHandler):
    """``GET /KEY/refresh?ms=16.67``: the page tells how long its screen shows an image."""

    def initialize(self, note: Callable[[float], None]) -> None:
        """Called by Tornado with the arguments of the route."""
        self._note = note

    def get(self) -> None:
        """Note it."""
        try:
            refresh_ms = float(self.get_query_argument("ms"))
        except ValueError:
            raise HTTPError(400) from None
        if not 0 < refresh_ms < MAX_REFRESH_MS:
            raise HTTPError(400)
        self._note(refresh_ms)
        self.set_status(204)
