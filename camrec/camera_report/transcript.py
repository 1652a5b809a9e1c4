"""All bytes that passed between camrec and a camera, as they passed."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Literal

Side = Literal["camrec", "camera"]

MAX_TRANSCRIPT_BYTES = 64 << 20  # of all connections together; what comes later is not kept


@dataclass(frozen=True)
class SocketTransfer:
    """What one call sent or received.

    at : seconds since the transcript began.
    """

    at: float
    side: Side
    data: bytes


@dataclass
class RecordedConnection:
    """One connection to the camera, its pieces in their order.

    opened_at, closed_at : seconds since the transcript began; None: it is still open.
    """

    opened_at: float
    closed_at: float | None = None
    pieces: list[SocketTransfer] = field(default_factory=list)


class Transcript:
    """Filled from any thread.

    truncated : whether more passed than is kept.
    """

    def __init__(self) -> None:
        self.truncated = False
        self._started_at = time.monotonic()
        self._total_bytes = 0
        self._connections: list[RecordedConnection] = []
        self._lock = threading.Lock()

    def open(self) -> RecordedConnection:
        """A connection was made."""
        with self._lock:
            connection = RecordedConnection(self._elapsed_seconds())
            self._connections.append(connection)
            return connection

    def note(self, connection: RecordedConnection, side: Side, data: bytes) -> None:
        """Bytes that `side` sent. An empty piece is none."""
        with self._lock:
            if not data:
                return
            self._total_bytes += len(data)
            if self._total_bytes > MAX_TRANSCRIPT_BYTES:
                self.truncated = True
                return
            connection.pieces.append(SocketTransfer(self._elapsed_seconds(), side, bytes(data)))

    def close(self, connection: RecordedConnection) -> None:
        """It is over, whichever side ended it. Any number of times."""
        with self._lock:
            if connection.closed_at is None:
                connection.closed_at = self._elapsed_seconds()

    def connections(self) -> list[RecordedConnection]:
        """A copy of what there is so far."""
        with self._lock:
            return [
                RecordedConnection(each.opened_at, each.closed_at, list(each.pieces))
                for each in self._connections
            ]

    def _elapsed_seconds(self) -> float:
        return time.monotonic() - self._started_at
