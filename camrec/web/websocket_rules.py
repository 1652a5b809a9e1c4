"""The rules that all WebSockets of camrec share."""

from __future__ import annotations

from typing import Protocol

PING_INTERVAL_S = 5.0  # a viewer that does not answer a ping within this time is gone
GOING_AWAY_CODE = 1001  # RFC 6455: the session has ended, or the server stops


class OpenWebSocket(Protocol):
    """A WebSocket, or a response without an end, that the server must close before it stops."""

    async def leave(self) -> None:
        """Close the connection, and return when nothing of it is left."""
