"""The log on the terminal: one line for each event, without credentials."""

from __future__ import annotations

import logging

from rich.console import Console

from camrec.redaction import redact

NOISY_LOGGERS = ("bokeh", "panel", "tornado", "asyncio")  # only their warnings are logged


class RedactingFormatter(logging.Formatter):
    """As a last safeguard, removes ``user:password@`` from every line, whatever logged it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(message)s", "%Y-%m-%d %H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:
        return " ".join(super().formatMessage(record).splitlines())

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class ConsoleHandler(logging.Handler):
    """Writes through rich, which keeps a progress bar below the log lines."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console
        self.setFormatter(RedactingFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._console.print(self.format(record), markup=False, highlight=False)
        except Exception:  # noqa: BLE001 - as the handlers of the standard library do
            self.handleError(record)


def set_up_logging(level: str, console: Console) -> None:
    """Log what camrec logs at `level` or above, and warnings and errors of everything else."""
    root = logging.getLogger()
    root.handlers[:] = [ConsoleHandler(console)]
    root.setLevel(logging.WARNING)
    logging.getLogger("camrec").setLevel(level.upper())
    for name in NOISY_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    # A denied request gets its response; it needs no log line.
    logging.getLogger("tornado.access").setLevel(logging.ERROR)
