"""Limits what is in flight to a viewer that acknowledges frames (docs/wire.md)."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from camrec.clock import monotonic_s

# Nothing more is sent while so many bytes are in flight, or twice as many for a viewer that
# acknowledges several frames at once. On a slow link, more would be old when it arrives.
MAX_IN_FLIGHT_BYTES = 64 << 10
MAX_FRAMES_PER_REPLY = 8  # frames that one acknowledgement may cover
MAX_REPLY_DELAY_S = 0.5  # seconds for which an acknowledgement may wait for further frames


class InFlight(NamedTuple):
    """A frame that was sent and is not acknowledged yet.

    sent_at : seconds on the monotonic clock.
    size : its bytes.
    shown : whether the viewer shows it, or only decodes it.
    """

    sent_at: float
    size: int
    shown: bool


class FlowControl:
    """Keeps few frames in flight, so that a viewer never falls far behind the newest frame."""

    def __init__(self) -> None:
        self._in_flight: deque[InFlight] = deque()
        self._shown_in_flight = 0
        self._bytes_in_flight = 0
        self._lag = 0.0
        self.restart(1)

    def restart(self, max_shown: int) -> None:
        """Allow `max_shown` frames in flight, if each of them is acknowledged by itself.

        If the viewer later acknowledges several frames at once, more frames are allowed.
        """
        self._max_shown = max_shown
        self._ack_batch = 1

    def record_sent(self, size: int, *, shown: bool = True) -> None:
        """Record that a frame of `size` bytes was sent now."""
        self._in_flight.append(InFlight(monotonic_s(), size, shown))
        self._shown_in_flight += shown
        self._bytes_in_flight += size

    def acknowledge(self, count: int, next_count: int) -> None:
        """Record that the first `count` frames arrived.

        The next acknowledgement comes after `next_count` more frames at the latest.
        """
        for _ in range(min(count, len(self._in_flight))):
            frame = self._in_flight.popleft()
            self._shown_in_flight -= frame.shown
            self._bytes_in_flight -= frame.size
            self._lag = monotonic_s() - frame.sent_at
        self._ack_batch = min(next_count, MAX_FRAMES_PER_REPLY)

    @property
    def has_room(self) -> bool:
        """Whether one more frame may be sent."""
        max_shown = self._max_shown - 1 + self._ack_batch
        max_bytes = MAX_IN_FLIGHT_BYTES * (1 if self._ack_batch == 1 else 2)
        return self._shown_in_flight < max_shown and self._bytes_in_flight < max_bytes

    @property
    def lag(self) -> float:
        """Seconds from sending a frame to its acknowledgement.

        It is measured with the frame that was acknowledged last. If the oldest frame in flight has
        waited for longer, and for more than `MAX_REPLY_DELAY_S`, that time is returned.
        """
        waits = monotonic_s() - self._in_flight[0].sent_at if self._in_flight else 0.0
        return max(self._lag, waits) if waits > MAX_REPLY_DELAY_S else self._lag
