"""A station for as long as a command runs, and how the command is asked to end."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from camrec.cli import log_setup
from camrec.cli.console import LANGUAGE, complain, err
from camrec.cli.download_progress import Bar
from camrec.config import Config
from camrec.errors import ServiceError
from camrec.process import signals
from camrec.station import Station


@contextmanager
def station_of(config: Config, *, fetch: tuple[str, ...] = ()) -> Iterator[Station]:
    """Started, and stopped at the end.

    fetch : programs to find or fetch at once, with a progress bar, rather than when first needed.
    """
    log_setup.start(config.log_level, err)
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


@contextmanager
def asked_to_end() -> Iterator[list[str]]:
    """Gets the reason when a signal asks for the end, which does nothing else meanwhile."""
    reasons: list[str] = []

    def asked(name: str) -> None:
        reasons.append("stopped" if name == "SIGINT" else "shutdown")

    before = signals.listen(asked)
    try:
        yield reasons
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
