"""Stores all bytes that camrec and a camera exchanged."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Literal

from camrec.clock import monotonic_s

Side = Literal["camrec", "camera"]

MAX_TRANSCRIPT_BYTES = 64 << 20  # of all connections together; the rest is not stored


@dataclass(frozen=True)
class SocketTransfer:
    """The data that one call sent or received.

    at : seconds since the transcript began.
    side : which side sent it.
    """

    at: float
    side: Side
    data: bytes


@dataclass
class RecordedConnection:
    """One connection to the camera.

    opened_at, closed_at : seconds since the transcript began. `closed_at` is None while the
        connection is open.
    transfers : what was sent and received, in order.
    """

    opened_at: float
    closed_at: float | None = None
    transfers: list[SocketTransfer] = field(default_factory=list)


class Transcript:
    """All connections to one camera. Any thread may use it.

    truncated : whether more was exchanged than is stored.
    """

    def __init__(self) -> None:
        self.truncated = False
        self._started_at = monotonic_s()
        self._total_bytes = 0
        self._connections: list[RecordedConnection] = []
        self._lock = threading.Lock()

    def open(self) -> RecordedConnection:
        """Add a connection."""
        with self._lock:
            connection = RecordedConnection(self._elapsed_seconds())
            self._connections.append(connection)
            return connection

    def note(self, connection: RecordedConnection, side: Side, data: bytes) -> None:
        """Add data that `side` sent. Empty data is ignored, as is data beyond the maximum size."""
        with self._lock:
            if not data:
                return
            self._total_bytes += len(data)
            if self._total_bytes > MAX_TRANSCRIPT_BYTES:
                self.truncated = True
                return
            connection.transfers.append(SocketTransfer(self._elapsed_seconds(), side, bytes(data)))

    def close(self, connection: RecordedConnection) -> None:
        """Record that the connection ended. Further calls have no effect."""
        with self._lock:
            if connection.closed_at is None:
                connection.closed_at = self._elapsed_seconds()

    def connections(self) -> list[RecordedConnection]:
        """Return a copy of all connections so far."""
        with self._lock:
            return [
                RecordedConnection(each.opened_at, each.closed_at, list(each.transfers))
                for each in self._connections
            ]

    def _elapsed_seconds(self) -> float:
        return monotonic_s() - self._started_at
