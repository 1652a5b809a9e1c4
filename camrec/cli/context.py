"""A station that runs as long as a command, and the signals that end the command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from camrec.cli import log_setup
from camrec.cli.console import CONSOLE_LANGUAGE, err, print_error
from camrec.cli.download_progress import DownloadProgressBar
from camrec.config import Config
from camrec.errors import ServiceError
from camrec.process import handle_signals
from camrec.receipt import EndReason
from camrec.station import Station

# Ctrl+C came before there was anything to save.
INTERRUPTED_EXIT_CODE = 130


@contextmanager
def running_station(
    config: Config,
    *,
    fetch: tuple[str, ...] = (),
    cameras_from: Path | None = None,
    opens_staying: bool = False,
) -> Iterator[Station]:
    """Start a station, and stop it at the end.

    fetch : programs to find or download now, with a progress bar; others when first needed.
    cameras_from, opens_staying : see `Station`.
    """
    log_setup.set_up_logging(config.log_level, err)
    station = Station(config, cameras_from=cameras_from, opens_staying=opens_staying)
    with DownloadProgressBar(err, CONSOLE_LANGUAGE) as bar:
        for name in fetch:
            try:
                station.programs.get(name, bar)
            except ServiceError as error:
                # Everything else works without this program. A call that needs it raises the error.
                print_error(error)
    with station:
        yield station


@contextmanager
def catch_stop_signals() -> Iterator[list[EndReason]]:
    """Collect stop signals as reasons to end a recording. They have no other effect."""
    reasons: list[EndReason] = []

    def on_signal(name: str) -> None:
        reasons.append("stopped" if name == "SIGINT" else "shutdown")

    unregister = handle_signals(on_signal)
    try:
        yield reasons
    finally:
        unregister()
