"""What all WebSockets of camrec have in common."""

from __future__ import annotations

PING_INTERVAL_S = 5.0  # a viewer that does not answer within as long is gone
GOING_AWAY_CODE = 1001  # RFC 6455: the session has ended, or the server
