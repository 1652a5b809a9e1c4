"""What is on its way to a viewer that answers."""

from __future__ import annotations

import time
from collections import deque
from typing import NamedTuple

MAX_IN_FLIGHT_BYTES = (
    64 << 10
)  # bytes on their way from which on nothing follows; twice that for many together
MAX_FRAMES_PER_REPLY = 8  # pictures that an answer may wait for
MAX_REPLY_DELAY_S = 0.5  # seconds that an answer may wait for those that it is to speak of as well


class InFlight(NamedTuple):
    """A picture on its way: since when, its bytes, and whether it is to be shown."""

    at: float
    size: int
    shown: bool


class FlowControl:
    """Few pictures are on their way, so that the newest is never far behind."""

    def __init__(self) -> None:
        self._in_flight: deque[InFlight] = deque()
        self._shown_in_flight = 0
        self._bytes_in_flight = 0
        self._lag = 0.0
        self.begin(1)

    def begin(self, most: int) -> None:
        """From now on so many that are to be shown may be on their way, each answered by itself.

        One who lets an answer wait for several is sent as many more meanwhile.
        """
        self._max_shown = most
        self._ack_batch = 1

    def sent(self, size: int, *, shown: bool = True) -> None:
        """One is sent now."""
        self._in_flight.append(InFlight(time.monotonic(), size, shown))
        self._shown_in_flight += shown
        self._bytes_in_flight += size

    def answered(self, count: int, together: int) -> None:
        """The first `count` have come; the next answer waits for `together` at most."""
        for _ in range(min(count, len(self._in_flight))):
            came = self._in_flight.popleft()
            self._shown_in_flight -= came.shown
            self._bytes_in_flight -= came.size
            self._lag = time.monotonic() - came.at
        self._ack_batch = min(together, MAX_FRAMES_PER_REPLY)

    @property
    def room(self) -> bool:
        """Whether one more may be on its way."""
        most, size = (
            self._max_shown - 1 + self._ack_batch,
            MAX_IN_FLIGHT_BYTES * (1 if self._ack_batch == 1 else 2),
        )
        return self._shown_in_flight < most and self._bytes_in_flight < size

    @property
    def lag(self) -> float:
        """Seconds from sending to the answer: of the latest, or of one that waits for longer."""
        waits = time.monotonic() - self._in_flight[0].at if self._in_flight else 0.0
        return max(self._lag, waits) if waits > MAX_REPLY_DELAY_S else self._lag
