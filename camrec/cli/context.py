"""A station for as long as a command runs, and how the command is asked to end."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from camrec.cli import log_setup
from camrec.cli.console import CONSOLE_LANGUAGE, err, print_error
from camrec.cli.download_progress import DownloadProgressBar
from camrec.config import Config
from camrec.errors import ServiceError
from camrec.process import handle_signals
from camrec.station import Station


@contextmanager
def running_station(config: Config, *, fetch: tuple[str, ...] = ()) -> Iterator[Station]:
    """Started, and stopped at the end.

    fetch : programs to find or fetch at once, with a progress bar, rather than when first needed.
    """
    log_setup.set_up_logging(config.log_level, err)
    station = Station(config)
    with DownloadProgressBar(err, CONSOLE_LANGUAGE) as bar:
        for name in fetch:
            try:
                station.get_binary(name, bar)
            except ServiceError as error:
                # The rest works without it; what needs it will say so again.
                print_error(error)
    with station:
        yield station


@contextmanager
def catch_stop_signals() -> Iterator[list[str]]:
    """Gets the reason when a signal asks for the end, which does nothing else meanwhile."""
    reasons: list[str] = []

    def asked(name: str) -> None:
        reasons.append("stopped" if name == "SIGINT" else "shutdown")

    before = handle_signals(asked)
    try:
        yield reasons
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
