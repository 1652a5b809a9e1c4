"""Makes room on a full disk: how much, which videos are deleted for it, and which would be."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from camrec.library.retention import DeletableVideo, RetentionPolicy, select_deletable
from camrec.library.video import VideoFile

VideoT = TypeVar("VideoT")

# Room is made for so many seconds of all that is recorded.
ROOM_S = 3600


def bytes_to_free(byte_rate: float, free_bytes: int, min_free_bytes: int) -> int:
    """Return how many bytes are missing for `ROOM_S` of recordings, but at least for one byte.

    byte_rate : bytes per second of all that is recorded.
    """
    return max(1, int(byte_rate * ROOM_S)) + min_free_bytes - free_bytes


def delete_oldest(
    videos: Iterable[VideoT], missing_bytes: int, delete: Callable[[VideoT], int]
) -> int:
    """Delete the first videos until `missing_bytes` are freed; return how many bytes were.

    delete : deletes a video, and returns how many bytes that freed; 0: it was not deleted.
    """
    freed = 0
    rest = iter(videos)
    while freed < missing_bytes and (video := next(rest, None)) is not None:
        freed += delete(video)
    return freed


@dataclass(frozen=True)
class ExpectedVideo:
    """A video that will be recorded. See `VideoFile` for its attributes."""

    filename: str
    started_at: int
    size: int
    locked: bool = False
    is_recorded: bool = True


class EvictionForecast:
    """Deletes videos as `VideoLibrary` and a full disk would, but only in memory.

    What somebody reads at this moment counts as deletable: the forecast is about days.

    Parameters
    ----------
    deletes_oldest
        Whether videos are deleted to make room.

    Attributes
    ----------
    deleted_count : how many of `videos` were deleted to make room.
    deletes_new : whether others were deleted, too, which were added.
    """

    def __init__(
        self, videos: Iterable[VideoFile], limits: RetentionPolicy, *, deletes_oldest: bool
    ) -> None:
        self.deleted_count = 0
        self.deletes_new = False
        self._videos: dict[str, DeletableVideo] = {
            each.filename: each for each in videos if each.is_recorded
        }
        self._total_bytes = sum(each.size for each in self._videos.values())
        self._limits = limits
        self._deletes_oldest = deletes_oldest
        self._deletable: deque[DeletableVideo] = deque()  # the oldest; empty: not known
        self._is_over_limits = False  # perhaps, because a video was added
        self._added = 0

    def add(self, started_at: int, size: int) -> None:
        """A video of `size` bytes is saved."""
        self._added += 1
        video = ExpectedVideo(f"/{started_at} {self._added}", started_at, size)
        self._videos[video.filename] = video
        self._total_bytes += size
        self._is_over_limits = True
        if self._deletable and started_at < self._deletable[-1].started_at:
            self._deletable.clear()

    def apply_limits(self, now: int) -> int:
        """Delete what the retention policy does not keep; return how many bytes it had."""
        if not self._limits.is_limited or not self._is_over_limits:
            return 0
        self._is_over_limits = False
        before = self._total_bytes
        for each in self._oldest_first():
            if not self._limits.is_exceeded(self._total_bytes, each, now):
                self._deletable.appendleft(each)
                break
            self._remove(each)
        return before - self._total_bytes

    def can_make_room(self) -> bool:
        """Whether a video may be deleted on a full disk."""
        return self._deletes_oldest and bool(select_deletable(self._videos.values()))

    def make_room(self, byte_rate: float, free_bytes: int, min_free_bytes: int) -> int:
        """Delete the oldest videos on a full disk; return how many bytes they had."""
        if not self._deletes_oldest:
            return 0
        missing = bytes_to_free(byte_rate, free_bytes, min_free_bytes)
        return delete_oldest(self._oldest_first(), missing, self._delete)

    def _oldest_first(self) -> Iterator[DeletableVideo]:
        """What may be deleted. The caller removes each, or puts it back."""
        while True:
            if not self._deletable:  # there may be thousands: they are not sorted each time
                self._deletable.extend(select_deletable(self._videos.values()))
            if not self._deletable:
                return
            yield self._deletable.popleft()

    def _delete(self, video: DeletableVideo) -> int:
        self._remove(video)
        if isinstance(video, VideoFile):
            self.deleted_count += 1
        else:
            self.deletes_new = True
        return video.size

    def _remove(self, video: DeletableVideo) -> None:
        del self._videos[video.filename]
        self._total_bytes -= video.size
