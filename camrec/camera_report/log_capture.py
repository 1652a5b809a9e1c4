"""Captures what camrec logs about one camera."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

LOG_FORMAT = "%(asctime)s %(levelname)-7s %(name)s %(message)s"


class LogCapture(logging.Handler):
    """Keeps the lines that contain one of `words`, so that the report is about one camera only."""

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter(LOG_FORMAT))
        self._words = tuple(words)
        self._lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        line = self.format(record)
        if any(word in line for word in self._words):
            self._lines.append(line)

    def text(self) -> str:
        """Return all captured lines."""
        return "".join(f"{line}\n" for line in self._lines)


@contextmanager
def capture_log(*words: str) -> Iterator[LogCapture]:
    """Capture what camrec logs in the body of this ``with``, at any level.

    Other handlers get no more than before.

    words : only lines that contain one of them are captured.
    """
    logger = logging.getLogger("camrec")
    capture, level = LogCapture(words), logger.getEffectiveLevel()
    quiet = [(each, each.level) for each in (*logger.handlers, *logging.getLogger().handlers)]
    for handler, own in quiet:
        handler.setLevel(max(own, level))
    before = logger.level
    logger.addHandler(capture)
    logger.setLevel(logging.DEBUG)
    try:
        yield capture
    finally:
        logger.setLevel(before)
        logger.removeHandler(capture)
        for handler, own in quiet:
            handler.setLevel(own)
