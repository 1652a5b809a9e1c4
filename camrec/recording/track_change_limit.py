"""Limits how often a camera may change its video format, because each change starts an FFmpeg."""

from __future__ import annotations

MAX_CHANGE_BURST = 20
CHANGE_INTERVAL_NS = 10 * 10**9  # in which one more change is allowed


class TrackChangeLimiter:
    """A token bucket of format changes, by monotonic nanoseconds."""

    def __init__(self) -> None:
        self._tokens = float(MAX_CHANGE_BURST)
        self._updated_at: int | None = None

    def take(self, now: int) -> bool:
        """Whether one more change is allowed; otherwise its frames are left out."""
        if self._updated_at is not None:
            self._tokens = min(
                MAX_CHANGE_BURST, self._tokens + (now - self._updated_at) / CHANGE_INTERVAL_NS
            )
        self._updated_at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
