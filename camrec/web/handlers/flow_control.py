"""What is on its way to a viewer that answers."""

from __future__ import annotations

import time
from collections import deque
from typing import NamedTuple

ON_WAY = 64 << 10  # bytes on their way from which on nothing follows; twice that for many together
TOGETHER = 8  # pictures that an answer may wait for
RESTING = 0.5  # seconds that an answer may wait for those that it is to speak of as well


class Sent(NamedTuple):
    """A picture on its way: since when, its bytes, and whether it is to be shown."""

    at: float
    size: int
    shown: bool


class Flow:
    """Few pictures are on their way, so that the newest is never far behind."""

    def __init__(self) -> None:
        self._sent: deque[Sent] = deque()
        self._shown = 0
        self._bytes = 0
        self._lag = 0.0
        self.begin(1)

    def begin(self, most: int) -> None:
        """From now on so many that are to be shown may be on their way, each answered by itself.

        One who lets an answer wait for several is sent as many more meanwhile.
        """
        self._most = most
        self._together = 1

    def sent(self, size: int, *, shown: bool = True) -> None:
        """One is sent now."""
        self._sent.append(Sent(time.monotonic(), size, shown))
        self._shown += shown
        self._bytes += size

    def answered(self, count: int, together: int) -> None:
        """The first `count` have come; the next answer waits for `together` at most."""
        for _ in range(min(count, len(self._sent))):
            came = self._sent.popleft()
            self._shown -= came.shown
            self._bytes -= came.size
            self._lag = time.monotonic() - came.at
        self._together = min(together, TOGETHER)

    @property
    def room(self) -> bool:
        """Whether one more may be on its way."""
        most, size = self._most - 1 + self._together, ON_WAY * (1 if self._together == 1 else 2)
        return self._shown < most and self._bytes < size

    @property
    def lag(self) -> float:
        """Seconds from sending to the answer: of the latest, or of one that waits for longer."""
        waits = time.monotonic() - self._sent[0].at if self._sent else 0.0
        return max(self._lag, waits) if waits > RESTING else self._lag
