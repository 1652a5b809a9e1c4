"""Remembers which videos are being read, so that they are not deleted automatically."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from camrec.clock import NS_PER_SECOND, Clock

# A player that has read enough for now asks for the next part of the file later.
READ_LATELY_NS = 60 * NS_PER_SECOND


class RecentReads:
    """The videos that are being read, and those that were until a minute ago. For any thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._readers: Counter[str] = Counter()
        self._ended_at: dict[str, int] = {}

    @contextmanager
    def reading(self, filename: str) -> Iterator[None]:
        """Somebody reads this video meanwhile."""
        with self._lock:
            self._readers[filename] += 1
        try:
            yield
        finally:
            with self._lock:
                self._readers[filename] -= 1
                self._readers = +self._readers
                self._ended_at[filename] = self._clock.monotonic_ns()

    def filenames(self) -> frozenset[str]:
        """The names of these videos."""
        since = self._clock.monotonic_ns() - READ_LATELY_NS
        with self._lock:
            self._ended_at = {name: at for name, at in self._ended_at.items() if at > since}
            return frozenset(self._readers) | frozenset(self._ended_at)
