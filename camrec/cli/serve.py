"""``camrec serve`` and ``camrec demo``: the dashboard."""

from __future__ import annotations

import errno
import logging
import secrets
import socket
import threading
import webbrowser
from collections.abc import Callable
from contextlib import ExitStack
from urllib.parse import quote

from camrec import web
from camrec.binaries import PROGRAMS
from camrec.cli.console import print_error
from camrec.cli.context import running_station
from camrec.cli.lab_streams import LabStreams
from camrec.cli.record import print_receipt, record_all
from camrec.cli.startup_page import starting_page
from camrec.config import Config
from camrec.errors import InputError, StateError
from camrec.ports import port_error
from camrec.station import Station

log = logging.getLogger(__name__)


def serve(settings: Config, *, token: bool, open_browser: bool, lab_streams: LabStreams) -> None:
    """Serve the dashboard until a signal ends it.

    token : whether to require a token. If the settings have none, a token is made for this run.
    """
    if token and not settings.token:
        settings.token = secrets.token_urlsafe(24)
    check_security(settings)
    with ExitStack() as starting:
        if settings.socket:
            starting.enter_context(starting_page(settings.socket))
        with (
            running_station(settings, fetch=tuple(PROGRAMS), opens_staying=True) as station,
            lab_streams.connect(station),
        ):
            _serve_dashboard(station, open_browser=open_browser, served=starting.close)


def demo(settings: Config, seconds: int | None, *, open_browser: bool) -> None:
    """Open the built-in cameras, and serve the dashboard until a signal ends it.

    seconds : record the cameras for this long instead of serving; None: serve.
    """
    check_security(settings)
    is_served = seconds is None
    with running_station(settings, fetch=tuple(PROGRAMS), opens_staying=is_served) as station:
        if seconds is not None:
            for video in record_all(station, station.demo.open_all(), seconds):
                print_receipt(video.receipt, video.path)
            return
        try:
            station.demo.open_all()
        except StateError as error:  # cameras that stay fill the limit
            print_error(error)
        _serve_dashboard(station, open_browser=open_browser)


def check_security(config: Config) -> None:
    """Reject settings that would let anyone use camrec, before anything is started.

    Raises
    ------
    InputError
        ``host_needs_token``: other machines can reach camrec, and there is no token.
        ``bad_certificate``: the TLS certificate cannot be loaded.
        ``no_unix_socket``: Python has no Unix sockets on Windows.
    """
    if config.socket and not hasattr(socket, "AF_UNIX"):
        raise InputError("no_unix_socket", path=config.socket)
    if config.is_reachable_remotely and not config.token:
        raise InputError("host_needs_token", host=config.host or "0.0.0.0")
    web.load_certificate(config)


def _serve_dashboard(
    station: Station, *, open_browser: bool, served: Callable[[], object] = lambda: None
) -> None:
    """Serve until a signal ends it. `served` is called as soon as the page can be loaded."""
    # Panel takes seconds to import, and only these two commands need it.
    from camrec import dashboard

    config = station.config
    context = web.HandlerContext.of(station)

    def ready(address: str) -> None:
        served()
        url = address if config.socket else web.public_url(address, config)
        log.info("serving on %s", url)
        if config.socket or not config.token:
            print(url)
        else:
            print(f"{url}login#{quote(config.token)}")
            # Other users can see the browser's command line, so this token works only once.
            url = f"{url}login#{context.guard.make_one_time_token()}"
        if open_browser and not config.socket:
            threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()

    try:
        with web.guarded_servers(context.guard, config):
            dashboard.serve(
                station,
                web.make_routes(context),
                web.application_settings(context),
                dashboard.ServerOptions(
                    host=config.host,
                    port=config.port,
                    prefix=config.prefix,
                    socket=config.socket,
                    language=config.language or None,
                ),
                ready,
            )
    except OSError as error:
        is_about_port = error.errno in (errno.EADDRINUSE, errno.EACCES) and not config.socket
        if not is_about_port:
            raise
        raise port_error(config.port, "port") from None
