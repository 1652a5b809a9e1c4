"""Serves the page with Panel's server, and camrec's own routes next to it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import panel as pn
from bokeh.server.server import BaseServer
from tornado.ioloop import IOLoop
from tornado.netutil import bind_sockets
from tornado.platform.asyncio import BaseAsyncIOLoop
from tornado.websocket import WebSocketClosedError

from camrec.config import WILDCARD_HOSTS
from camrec.dashboard.page import LANGUAGE_COOKIE, make_page
from camrec.dashboard.page_state_board import board_for, stop_board
from camrec.process import handle_signals
from camrec.station import Station

log = logging.getLogger(__name__)

LOOPBACK_ORIGIN_HOSTS = ("127.0.0.1", "localhost")
UNUSED_SESSION_LIFETIME_MS = 15_000  # how long a page that was closed stays in memory
UNUSED_SESSION_CHECK_MS = 5_000  # between two searches for such pages

# A pattern of the path, the handler's class, and the arguments of its `initialize`.
HandlerRoute = tuple[str, type, Mapping[str, object]]


@dataclass(frozen=True)
class ServerOptions:
    """Where the page is served.

    host : the address to listen on.
    port : the port to listen on; 0: a free one.
    prefix : the path below which the page and the routes are, such as ``/cams``.
    socket : the path of a Unix socket, instead of `host` and `port`. The proxy that uses it decides
        which pages may connect.
    language : the language of every page; None: `choose_language` decides.
    """

    host: str = "127.0.0.1"
    port: int = 0
    prefix: str = ""
    socket: str = ""
    language: str | None = None


def serve(
    station: Station,
    routes: Sequence[HandlerRoute],
    application_settings: Mapping[str, object],
    options: ServerOptions,
    ready: Callable[[str], None] = print,
) -> None:
    """Serve the page at ``/`` and `routes` next to it. Returns after a stop signal.

    Parameters
    ----------
    application_settings
        The settings of Tornado's application.
    ready
        Called with the page's address, or the path of its socket, as soon as it can be loaded.
    """
    # The first read of the state blocks, so it is done before the loop runs.
    board_for(station)
    io_loop = IOLoop.current()
    assert isinstance(io_loop, BaseAsyncIOLoop)  # Tornado has no other kind since version 5
    loop = io_loop.asyncio_loop
    loop.set_exception_handler(_on_loop_exception)
    server = _create_server(station, routes, application_settings, options, io_loop)
    server.start()
    address = f"http://{_url_host(options.host)}:{server.port}{server.prefix}/"
    ready(options.socket or address)
    # Further signals change nothing while recordings are being saved.
    handle_signals(lambda name: loop.call_soon_threadsafe(io_loop.stop))
    try:
        io_loop.start()
    finally:
        server.stop()
        stop_board(station)
        log.info("stopped serving")


def _create_server(
    station: Station,
    routes: Sequence[HandlerRoute],
    application_settings: Mapping[str, object],
    options: ServerOptions,
    io_loop: IOLoop,
) -> BaseServer:
    server: BaseServer = pn.serve(  # type: ignore[no-untyped-call]  # Panel types not all parameters
        {"/": lambda: make_page(station, options.language)},
        **_listening_options(station, options),
        prefix=options.prefix,
        loop=io_loop,
        title="camrec",
        show=False,
        start=False,
        verbose=False,
        extra_patterns=list(routes),
        unused_session_lifetime_milliseconds=UNUSED_SESSION_LIFETIME_MS,
        check_unused_sessions_milliseconds=UNUSED_SESSION_CHECK_MS,
        # Bokeh writes these into the page, so they are only those that the page needs.
        include_headers=["Accept-Language", "Host"],
        include_cookies=[LANGUAGE_COOKIE],
        **application_settings,
    )
    return server


def _listening_options(station: Station, options: ServerOptions) -> dict[str, object]:
    """Return Bokeh's options that say where to listen, and which pages may connect."""
    if options.socket:
        return {"unix_socket": options.socket, "websocket_origin": "*"}
    port = options.port or _find_free_port(options.host)
    origins = _allowed_origins(station, options.host, port)
    return {"address": options.host or None, "port": port, "websocket_origin": origins}


def _on_loop_exception(loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    """Ignore that a page was closed: Panel writes to pages without waiting, which may fail."""
    if not isinstance(context.get("exception"), WebSocketClosedError):
        loop.default_exception_handler(context)


def _url_host(host: str) -> str:
    name = "127.0.0.1" if host in WILDCARD_HOSTS else host
    return f"[{name}]" if ":" in name else name


def _allowed_origins(station: Station, host: str, port: int) -> list[str]:
    """Return the hosts whose pages may open the page's WebSocket, as ``host:port``."""
    if host in WILDCARD_HOSTS:
        return ["*"]
    others = [_url_host(name) for name in station.config.allowed_hosts]
    proxied = [f"{name}:{each}" for name in others for each in (80, 443)]
    names = [*LOOPBACK_ORIGIN_HOSTS, _url_host(host), *others]
    return [*dict.fromkeys(f"{name}:{port}" for name in names), *proxied]


def _find_free_port(host: str) -> int:
    # The list of origins contains the port, and Bokeh requires the list before it opens the port.
    (taken,) = bind_sockets(0, _url_host(host).strip("[]"))[:1]
    with taken:
        return int(taken.getsockname()[1])
