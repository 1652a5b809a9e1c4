"""How long videos are kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from camrec.clock import NS_PER_DAY
from camrec.library.video import VideoFile


@dataclass(frozen=True)
class RetentionPolicy:
    """size : bytes that all videos may take together; days : how old one may get; 0: no limit."""

    size: int = 0
    max_days: float = 0

    @property
    def is_limited(self) -> bool:
        return self.size > 0 or self.max_days > 0

    def select_for_deletion(self, videos: Iterable[VideoFile], now: int) -> list[VideoFile]:
        """Those that are to go at `now` (UTC nanoseconds), the oldest first.

        A video without a receipt was not made here: it is neither counted nor chosen. One that is
        locked is counted, and the newest stays whatever its size.
        """
        ours = sorted(
            (each for each in videos if each.receipt is not None),
            key=lambda each: (each.started_at, each.filename),
        )
        total = sum(each.size for each in ours)
        gone = []
        for each in ours[:-1]:
            too_much = 0 < self.size < total
            too_old = self.max_days > 0 and now - each.started_at > self.max_days * NS_PER_DAY
            if (too_much or too_old) and not each.locked:
                gone.append(each)
                total -= each.size
        return gone
