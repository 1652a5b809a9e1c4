"""How often a camera may change the form of its pictures: each change is a part and an FFmpeg."""

from __future__ import annotations

AT_ONCE = 20  # changes
EACH = 10 * 10**9  # nanoseconds in which one more is earned


class Changes:
    """A bucket of changes, by monotonic nanoseconds."""

    def __init__(self) -> None:
        self._left = float(AT_ONCE)
        self._since: int | None = None

    def take(self, now: int) -> bool:
        """Whether one more is taken; else its pictures are left out."""
        if self._since is not None:
            self._left = min(AT_ONCE, self._left + (now - self._since) / EACH)
        self._since = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
