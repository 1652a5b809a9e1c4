"""``camrec serve`` and ``camrec demo``: the dashboard."""

from __future__ import annotations

import errno
import logging
import secrets
import threading
import webbrowser
from collections.abc import Callable
from contextlib import ExitStack
from urllib.parse import quote

from camrec import web
from camrec.binaries import PROGRAMS
from camrec.cli.context import running_station
from camrec.cli.record import print_receipt, record_all
from camrec.cli.startup_page import starting_page
from camrec.config import Config
from camrec.errors import InputError, ServiceError
from camrec.ports import describe_port_owner
from camrec.station import Station

log = logging.getLogger(__name__)


def serve(settings: Config, *, token: bool, open_browser: bool) -> None:
    """token : ask for one, made for this run where the settings have none."""
    if token and not settings.token:
        settings.token = secrets.token_urlsafe(24)
    _check_security(settings)
    with ExitStack() as starting:
        if settings.socket:
            starting.enter_context(starting_page(settings.socket))
        with running_station(settings, fetch=tuple(PROGRAMS)) as station:
            _serve_dashboard(station, open_browser=open_browser, served=starting.close)


def demo(settings: Config, seconds: int | None, *, open_browser: bool) -> None:
    """seconds : record the cameras for so long, and serve nothing."""
    _check_security(settings)
    with running_station(settings, fetch=tuple(PROGRAMS)) as station:
        cameras = station.open_demo()
        if seconds is None:
            _serve_dashboard(station, open_browser=open_browser)
        else:
            for video in record_all(station, cameras, seconds):
                print_receipt(video.receipt, video.path)


def _check_security(config: Config) -> None:
    """Refuse, before anything is started, what would let everybody in.

    Raises
    ------
    InputError
        ``host_needs_token``, ``bad_certificate``.
    """
    if config.is_reachable_remotely and not config.token:
        raise InputError("host_needs_token", host=config.host or "0.0.0.0")
    web.load_certificate(config)


def _serve_dashboard(
    station: Station, *, open_browser: bool, served: Callable[[], object] = lambda: None
) -> None:
    """`served` is called as soon as the page answers."""
    # Panel takes seconds to import: only these two commands wait for it.
    from camrec.dashboard import server

    config = station.config
    desk = web.HandlerContext.of(station)

    def ready(address: str) -> None:
        served()
        url = address if config.socket else web.public_url(address, config)
        log.info("serving on %s", url)
        if config.socket or not config.token:
            print(url)
        else:
            print(f"{url}login#{quote(config.token)}")
            # Others see a browser's command line: this word is of use once.
            url = f"{url}login#{desk.guard.make_one_time_token()}"
        if open_browser and not config.socket:
            threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()

    try:
        with web.guarded_servers(desk.guard, config):
            server.serve(
                station,
                web.make_routes(desk),
                host=config.host,
                port=config.port,
                prefix=config.prefix,
                socket=config.socket,
                language=config.language or None,
                ready=ready,
                **web.application_settings(desk),
            )
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        held = describe_port_owner(config.port)
        raise ServiceError("port_taken", port=config.port, setting="port", holder=held) from None
