"""A station for as long as a command runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from camrec.binaries.bar import Bar
from camrec.cli import logs
from camrec.cli.terminal import LANGUAGE, complain, err
from camrec.config import Config
from camrec.errors import ServiceError
from camrec.station import Station


@contextmanager
def station_of(config: Config, *, fetch: tuple[str, ...] = ()) -> Iterator[Station]:
    """Started, and stopped at the end.

    fetch : programs to find or fetch at once, with a progress bar, rather than when first needed.
    """
    logs.start(config.log_level, err)
    station = Station(config)
    with Bar(err, LANGUAGE) as bar:
        for name in fetch:
            try:
                station.binary(name, bar)
            except ServiceError as error:
                # The rest works without it; what needs it will say so again.
                complain(error)
    with station:
        yield station
