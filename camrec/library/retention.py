"""Selects the videos that are deleted automatically."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from camrec.clock import NS_PER_DAY


class DeletableVideo(Protocol):
    """What the selection has to know. See `VideoFile`."""

    @property
    def filename(self) -> str: ...

    @property
    def started_at(self) -> int: ...

    @property
    def size(self) -> int: ...

    @property
    def locked(self) -> bool: ...

    @property
    def is_recorded(self) -> bool: ...


DeletableT = TypeVar("DeletableT", bound=DeletableVideo)


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

    def is_exceeded(self, total_bytes: int, oldest: DeletableVideo, now: int) -> bool:
        """Whether `oldest` has to go at `now` (UTC nanoseconds), if all take `total_bytes`."""
        too_much = 0 < self.max_bytes < total_bytes
        too_old = self.max_days > 0 and now - oldest.started_at > self.max_days * NS_PER_DAY
        return too_much or too_old

    def select_for_deletion(
        self, videos: Iterable[DeletableT], now: int, being_read: Collection[str] = ()
    ) -> list[DeletableT]:
        """Return the videos to delete at `now` (UTC nanoseconds), the oldest first.

        A video without a receipt was not recorded by camrec, so it is neither counted nor selected.
        Those that `select_deletable` leaves out are counted, but not selected.
        """
        ours = [each for each in videos if each.is_recorded]
        total = sum(each.size for each in ours)
        selected = []
        for each in select_deletable(ours, being_read):
            if self.is_exceeded(total, each, now):
                selected.append(each)
                total -= each.size
        return selected


def select_deletable(
    videos: Iterable[DeletableT], being_read: Collection[str] = ()
) -> list[DeletableT]:
    """Return the videos that may be deleted automatically, the oldest first.

    These are the recorded ones, without the newest of them, those that are locked and those that
    somebody reads.

    being_read : the names of the files that somebody reads.
    """
    ours = sorted(
        (each for each in videos if each.is_recorded),
        key=lambda each: (each.started_at, each.filename),
    )
    return [each for each in ours[:-1] if not each.locked and each.filename not in being_read]
