"""Selects the videos that are deleted automatically."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from camrec.clock import NS_PER_DAY
from camrec.library.video import VideoFile


@dataclass(frozen=True)
class RetentionPolicy:
    """How large and how old the videos may get.

    max_bytes : bytes that all videos may take together; 0: no limit.
    max_days : days that a video is kept; 0: no limit.
    """

    max_bytes: int = 0
    max_days: float = 0

    @property
    def is_limited(self) -> bool:
        """Whether there is any limit."""
        return self.max_bytes > 0 or self.max_days > 0

    def select_for_deletion(self, videos: Iterable[VideoFile], now: int) -> list[VideoFile]:
        """Return the videos to delete at `now` (UTC nanoseconds), the oldest first.

        A video without a receipt was not recorded by camrec, so it is neither counted nor selected.
        A locked video is counted, but not selected. The newest video is never selected.
        """
        ours = sorted(
            (each for each in videos if each.receipt is not None),
            key=lambda each: (each.started_at, each.filename),
        )
        total = sum(each.size for each in ours)
        selected = []
        for each in ours[:-1]:
            too_much = 0 < self.max_bytes < total
            too_old = self.max_days > 0 and now - each.started_at > self.max_days * NS_PER_DAY
            if (too_much or too_old) and not each.locked:
                selected.append(each)
                total -= each.size
        return selected
