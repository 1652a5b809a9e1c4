"""How often a camera may change the form of its pictures: each change is a part and an FFmpeg."""

from __future__ import annotations

MAX_CHANGE_BURST = 20  # changes
CHANGE_INTERVAL_NS = 10 * 10**9  # nanoseconds in which one more is earned


class TrackChangeLimiter:
    """A bucket of changes, by monotonic nanoseconds."""

    def __init__(self) -> None:
        self._tokens = float(MAX_CHANGE_BURST)
        self._updated_at: int | None = None

    def take(self, now: int) -> bool:
        """Whether one more is taken; else its pictures are left out."""
        if self._updated_at is not None:
            self._tokens = min(
                MAX_CHANGE_BURST, self._tokens + (now - self._updated_at) / CHANGE_INTERVAL_NS
            )
        self._updated_at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
