"""The server of the page: Panel's, with camrec's own routes beside it, until a signal."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import panel as pn
from tornado.ioloop import IOLoop
from tornado.netutil import bind_sockets
from tornado.websocket import WebSocketClosedError

from camrec.config import WILDCARD_HOSTS
from camrec.dashboard.page import LANGUAGE_COOKIE, board_for, make_page, stop_board
from camrec.process import handle_signals
from camrec.station import Station

log = logging.getLogger(__name__)

LOOPBACK_ORIGIN_HOSTS = ("127.0.0.1", "localhost")
UNUSED_SESSION_LIFETIME_MS = 15_000  # ms that a page which was closed is kept


def serve(
    station: Station,
    routes: list[tuple[str, type, dict[str, Any]]],
    *,
    host: str,
    port: int,
    prefix: str = "",
    socket: str = "",
    language: str | None = None,
    ready: Callable[[str], None] = print,
    **settings: Any,
) -> None:
    """Serve the page at ``/`` and `routes` beside it; returns after a signal that asks for the end.

    Parameters
    ----------
    port
        0 takes a free one.
    prefix
        The path that the page and `routes` are below, such as ``/cams``.
    socket
        The path of a Unix socket, in place of `host` and `port`; its owner's proxy decides whose
        pages come through.
    language
        The page's; as the browser asks by default.
    ready
        Called with the page's address as soon as it answers.
    settings
        Of Tornado's application.
    """
    where: dict[str, Any] = {"unix_socket": socket, "websocket_origin": "*"}
    if not socket:
        port = port or _find_free_port(host)
        origins = _allowed_origins(station, host, port)
        where = {"address": host or None, "port": port, "websocket_origin": origins}
    board_for(station)  # the first look blocks: before the loop runs, not in it
    loop = IOLoop.current()
    loop.asyncio_loop.set_exception_handler(_on_loop_exception)
    server = pn.serve(
        {"/": lambda: make_page(station, language)},
        **where,
        prefix=prefix,
        loop=loop,
        title="camrec",
        show=False,
        start=False,
        verbose=False,
        extra_patterns=routes,
        unused_session_lifetime_milliseconds=UNUSED_SESSION_LIFETIME_MS,
        check_unused_sessions_milliseconds=5_000,
        # They are written into the page: no more than it needs.
        include_headers=["Accept-Language", "Host"],
        include_cookies=[LANGUAGE_COOKIE],
        **settings,
    )
    server.start()
    ready(socket or f"http://{_url_host(host)}:{server.port}{server.prefix}/")
    # Further signals change nothing while recordings are saved.
    handle_signals(lambda name: loop.asyncio_loop.call_soon_threadsafe(loop.stop))
    try:
        loop.start()
    finally:
        server.stop()
        stop_board(station)
        log.info("stopped serving")


def _on_loop_exception(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Panel writes to a page without waiting: one that was closed meanwhile is no error."""
    if not isinstance(context.get("exception"), WebSocketClosedError):
        loop.default_exception_handler(context)


def _url_host(host: str) -> str:
    name = "127.0.0.1" if host in WILDCARD_HOSTS else host
    return f"[{name}]" if ":" in name else name


def _allowed_origins(station: Station, host: str, port: int) -> list[str]:
    """Whose pages may open the page's own WebSocket, as ``host:port``."""
    if host in WILDCARD_HOSTS:
        return ["*"]
    further = [f"{name}:{each}" for name in station.config.allowed_hosts for each in (80, 443)]
    names = [*LOOPBACK_ORIGIN_HOSTS, _url_host(host), *station.config.allowed_hosts]
    return [*dict.fromkeys(f"{name}:{port}" for name in names), *further]


def _find_free_port(host: str) -> int:
    # Bokeh wants the port in the list of origins before it has one.
    (taken,) = bind_sockets(0, _url_host(host).strip("[]"))[:1]
    with taken:
        return taken.getsockname()[1]
