"""The disk that recordings write to: it makes room on it if old videos may be deleted."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable

from camrec.clock import NS_PER_SECOND, Clock
from camrec.config import Config
from camrec.errors import CamrecError
from camrec.library import (
    ROOM_S,
    DiskEstimate,
    StreamRate,
    VideoFile,
    VideoLibrary,
    bytes_to_free,
    delete_oldest,
)
from camrec.session import Session

log = logging.getLogger(__name__)

# Some file systems free the space of a deleted file only later. Until then nothing more is deleted,
# or all videos would go.
FREEING_PATIENCE_NS = 60 * NS_PER_SECOND
# The page estimates the space more often than the folder has to be looked through.
DELETABLE_AGE_NS = 5 * NS_PER_SECOND


class RecordingDisk:
    """What recordings may use of the disk, by the setting `when_full`. For any thread.

    Parameters
    ----------
    recorded_streams
        Returns what the cameras send that are being recorded.
    """

    def __init__(
        self,
        config: Config,
        clock: Clock,
        library: VideoLibrary,
        recorded_streams: Callable[[], Iterable[StreamRate]],
    ) -> None:
        self._config = config
        self._clock = clock
        self._library = library
        self._space = library.disk_space
        self._recorded_streams = recorded_streams
        self._lock = threading.Lock()  # held while videos are deleted
        self._deleted_at: int | None = None  # by the monotonic clock
        self._deletable_bytes = 0, 0  # until when by the monotonic clock, and how many

    @property
    def low(self) -> bool:
        """Whether recordings must end, unless room is made."""
        return self._space.low

    def fits(self, size: int) -> bool:
        """Whether a file of `size` bytes can be written in addition to all that exists."""
        return self._space.fits(size)

    @property
    def deletes_oldest(self) -> bool:
        """Whether old videos are deleted when the disk is full."""
        return bool(self._config.when_full == "delete_oldest")

    @property
    def room_bytes(self) -> int:
        """Bytes that recordings may use, with those of old videos that may be deleted for them.

        Negative: so many are missing.
        """
        return self._space.free_bytes - self._space.min_free_bytes + self._bytes_of_deletable()

    def estimate(self, streams: Iterable[StreamRate]) -> DiskEstimate:
        """See `DiskSpace.estimate`."""
        return self._space.estimate(streams, self._recent_bytes_of_deletable())

    def seconds_until_full(self, file_bit_rate: float) -> float | None:
        """Return how long files can grow by `file_bit_rate` bits per second; None if it is 0."""
        deletable = self._recent_bytes_of_deletable()
        return self._space.seconds_until_full(file_bit_rate, deletable)

    def require_space(self, stream: StreamRate, duration: float) -> None:
        """Check that a recording of `duration` seconds fits, once old videos are deleted for it.

        Raises
        ------
        DiskError (``disk_full``)
        """
        self._space.require_space(stream, duration, self._bytes_of_deletable())

    def make_room_for(self, stream: StreamRate, duration: float) -> None:
        """Delete old videos, so that a recording of `duration` seconds can begin.

        Room is made for its first hour. When that is full, it is made for the next one.
        """
        if not self.deletes_oldest:
            return
        expected = self._space.file_bit_rate([stream]) / 8 * duration
        needed = max(1, min(int(expected) + 1, self._bytes_of_an_hour([stream])))
        with self._lock:
            missing = needed + self._space.min_free_bytes - self._space.free_bytes
            if missing > 0 and not self._is_space_coming():
                self._delete_oldest(missing)

    def make_room(self) -> bool:
        """Delete old videos if the disk is low and the setting says so.

        Returns whether recordings can go on.
        """
        if not self.deletes_oldest:
            return not self.low
        with self._lock:  # all recordings ask at the same time
            if not self.low or self._is_space_coming():
                return True
            rate = self._byte_rate([])
            missing = bytes_to_free(rate, self._space.free_bytes, self._space.min_free_bytes)
            return self._delete_oldest(missing) > 0

    def _bytes_of_deletable(self) -> int:
        if not self.deletes_oldest:
            return 0
        return sum(each.size for each in self._library.deletable())

    def _recent_bytes_of_deletable(self) -> int:
        now = self._clock.monotonic_ns()
        until, deletable = self._deletable_bytes
        if until <= now:
            deletable = self._bytes_of_deletable()
            self._deletable_bytes = now + DELETABLE_AGE_NS, deletable
        return deletable

    def _bytes_of_an_hour(self, more: Iterable[StreamRate]) -> int:
        """What an hour of all that is recorded takes, together with `more`."""
        return int(self._byte_rate(more) * ROOM_S)

    def _byte_rate(self, more: Iterable[StreamRate]) -> float:
        return self._space.file_bit_rate([*self._recorded_streams(), *more]) / 8

    # These need the lock.

    def _is_space_coming(self) -> bool:
        """Whether videos were deleted just now, and there is enough space to wait for theirs."""
        if self._deleted_at is None:
            return False
        elapsed = self._clock.monotonic_ns() - self._deleted_at
        is_enough = self._space.free_bytes > self._space.min_free_bytes // 2
        return elapsed < FREEING_PATIENCE_NS and is_enough

    def _delete_oldest(self, missing: int) -> int:
        """Delete the oldest videos until `missing` bytes are freed; return how many were."""
        freed = delete_oldest(self._library.deletable(), missing, self._delete)
        if freed > 0:
            self._deleted_at = self._clock.monotonic_ns()
            self._deletable_bytes = 0, 0
        return freed

    def _delete(self, video: VideoFile) -> int:
        log.info("%s is deleted to make room (%d bytes)", video.filename, video.size)
        try:
            return video.size if self._library.evict(video.filename) else 0
        except CamrecError as error:
            log.warning("%s could not be deleted: %s", video.filename, error)
            return 0


def stream_rate(session: Session) -> StreamRate:
    """The usual bit rate of a camera, also while it sends nothing."""
    newest = session.feed.newest
    codec = newest.track.codec if newest is not None else ""
    return StreamRate(codec, session.feed.figures().usual_bit_rate)
