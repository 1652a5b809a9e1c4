"""``camrec serve`` and ``camrec demo``: the dashboard."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Annotated

from typer import Option

from camrec import web
from camrec.binaries import PROGRAMS
from camrec.cli.recording import print_receipt, record_all
from camrec.cli.running import station_of
from camrec.cli.terminal import say
from camrec.config import Config
from camrec.errors import ServiceError
from camrec.proxies.ports import holder
from camrec.station import LONGEST, SHORTEST, Station

NoBrowser = Annotated[bool, Option("--no-browser", help=say("no_browser"))]


def serve(
    config: Annotated[Path | None, Option(help=say("serve.config"))] = None,
    host: Annotated[str | None, Option(help=say("serve.host"))] = None,
    port: Annotated[int | None, Option(min=0, max=65535, help=say("serve.port"))] = None,
    prefix: Annotated[str | None, Option(help=say("serve.prefix"))] = None,
    socket: Annotated[str | None, Option(help=say("serve.socket"))] = None,
    videos: Annotated[Path | None, Option(help=say("serve.videos"))] = None,
    bin: Annotated[Path | None, Option(help=say("serve.bin"))] = None,
    no_browser: NoBrowser = False,
) -> None:
    settings = Config.load(
        config,
        host=host,
        port=port,
        prefix=prefix,
        socket=socket,
        videos_dir=videos,
        bin_dir=bin,
    )
    with station_of(settings, fetch=tuple(PROGRAMS)) as station:
        _serve(station, open_browser=not no_browser)


def demo(
    seconds: Annotated[int | None, Option(min=SHORTEST, max=LONGEST, help=say("demo.seconds"))] = (
        None
    ),
    no_browser: NoBrowser = False,
) -> None:
    with station_of(Config.load(), fetch=tuple(PROGRAMS)) as station:
        cameras = station.open_demo()
        if seconds is None:
            _serve(station, open_browser=not no_browser)
        else:
            for video in record_all(station, cameras, seconds):
                print_receipt(video, video.path)


def _serve(station: Station, *, open_browser: bool) -> None:
    # Panel takes seconds to import: only these two commands wait for it.
    from camrec.views import serving

    config = station.config
    try:
        serving.serve(
            station,
            web.routes(station),
            host=config.host,
            port=config.port,
            prefix=config.prefix,
            socket=config.socket,
            open_browser=open_browser,
            language=config.language or None,
            **web.settings(station),
        )
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        held = holder(config.port)
        raise ServiceError("port_taken", port=config.port, setting="port", holder=held) from None
