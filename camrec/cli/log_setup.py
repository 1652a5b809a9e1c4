"""The log on the terminal: one line an event, without a credential."""

from __future__ import annotations

import logging

from rich.console import Console

from camrec.redaction import redact

NOISY_LOGGERS = ("bokeh", "panel", "tornado", "asyncio")  # others' logs: their troubles only


class RedactingFormatter(logging.Formatter):
    """The last line of defence: whatever wrote the line, no ``user:password@`` leaves in it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(message)s", "%Y-%m-%d %H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:
        return " ".join(super().formatMessage(record).splitlines())

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class ConsoleHandler(logging.Handler):
    """Writes through rich, which keeps a progress bar below the lines."""

    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console
        self.setFormatter(RedactingFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._console.print(self.format(record), markup=False, highlight=False)
        except Exception:
            self.handleError(record)


def set_up_logging(level: str, console: Console) -> None:
    """Log camrec at `level` and everything else from warnings on."""
    root = logging.getLogger()
    root.handlers[:] = [ConsoleHandler(console)]
    root.setLevel(logging.WARNING)
    logging.getLogger("camrec").setLevel(level.upper())
    for name in NOISY_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    # A request that is refused is answered; it is no event here.
    logging.getLogger("tornado.access").setLevel(logging.ERROR)
