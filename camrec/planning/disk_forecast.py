"""How much space plans leave on the disk, when it will be full, and what is deleted then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol

from camrec.clock import NS_PER_SECOND
from camrec.planning.occurrences import ONE_DAY
from camrec.planning.wall_clock import WallClock
from camrec.recording_limits import DEFAULT_VIDEO_LENGTH_S, MAX_DURATION_S


class PlannedSpan(NamedTuple):
    """A camera will be recorded from `start` to `end`, UTC nanoseconds.

    video_length : seconds of each of its videos; None: it is one video, if it is not too long.
    """

    camera_id: str
    start: int
    end: int
    video_length: float | None = None


class StoredVideos(Protocol):
    """The videos as they will be. A forecast passes the time, and uses it only once.

    deleted_count : how many of those that exist now were deleted to make room.
    deletes_new : whether others were deleted, too, which were added.
    """

    deleted_count: int
    deletes_new: bool

    def add(self, started_at: int, size: int) -> None:
        """A video of `size` bytes is saved."""

    def apply_limits(self, now: int) -> int:
        """Delete the videos that the user does not want to keep; return how many bytes they had."""

    def can_make_room(self) -> bool:
        """Whether a video may be deleted on a full disk."""

    def make_room(self, byte_rate: float, free_bytes: int, min_free_bytes: int) -> int:
        """Delete videos on a full disk; return how many bytes they had.

        byte_rate : bytes per second of all that is recorded.
        """


class KeptVideos:
    """None is ever deleted."""

    deleted_count = 0
    deletes_new = False

    def add(self, started_at: int, size: int) -> None:
        pass

    def apply_limits(self, now: int) -> int:
        return 0

    def can_make_room(self) -> bool:
        return False

    def make_room(self, byte_rate: float, free_bytes: int, min_free_bytes: int) -> int:
        return 0


@dataclass(frozen=True)
class DiskForecast:
    """What recordings leave. Times are UTC nanoseconds; None: not in this time.

    free_after : the free bytes at the end of each day. They never get below `min_free_bytes`:
        recordings end there, or the oldest videos are deleted.
    full_at : when only `min_free_bytes` are left for the first time.
    stops_at : when the disk is full and no video may be deleted, so that recordings end.
    deleted_count, deletes_new : see `StoredVideos`.
    unmeasured : the cameras that are not counted, because their rate is not known.
    """

    free_after: tuple[tuple[date, int], ...]
    full_at: int | None
    stops_at: int | None
    deleted_count: int
    deletes_new: bool
    unmeasured: frozenset[str]


def forecast_disk(
    now: int,
    spans: Iterable[PlannedSpan],
    rates: Mapping[str, float],
    free_bytes: int,
    min_free_bytes: int,
    days: Sequence[date],
    clock: WallClock,
    videos: StoredVideos,
) -> DiskForecast:
    """Add up what will be written, and delete what is deleted then.

    Parameters
    ----------
    spans
        What is recorded and planned. Overlapping spans of one camera count once, and nothing counts
        that is before `now`.
    rates
        Bytes per second that each camera's video takes, as measured. A camera without one is not
        counted.
    days
        The days to report; those before today are left out.
    """
    changes: defaultdict[int, float] = defaultdict(float)
    saved: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    unmeasured = set()
    for span in _merge(spans):
        rate = rates.get(span.camera_id, 0.0)
        if span.end > now:
            if not rate:
                unmeasured.add(span.camera_id)
            changes[max(span.start, now)] += rate
            changes[span.end] -= rate
            for start, end in _video_spans(span, now):
                saved[end].append((start, round(rate * (end - start) / NS_PER_SECOND)))
    today = clock.day_of(now)
    ends_of_days = {clock.start_of_day(day + ONE_DAY): day for day in days if day >= today}
    free_after = []
    disk = _FillingDisk(now, free_bytes, min_free_bytes, videos)
    rate = 0.0
    for moment in sorted({*changes, *saved, *ends_of_days}):
        disk.fill(moment, rate)
        rate += changes.get(moment, 0.0)
        for started_at, size in saved.get(moment, ()):
            videos.add(started_at, size)
        if moment in ends_of_days:
            disk.apply_limits()
            left = max(int(disk.free_bytes), min(min_free_bytes, free_bytes))
            free_after.append((ends_of_days[moment], left))
    return DiskForecast(
        tuple(free_after),
        disk.full_at,
        disk.stops_at,
        videos.deleted_count,
        videos.deletes_new,
        frozenset(unmeasured),
    )


class _FillingDisk:
    """A disk at a moment that moves on. See `DiskForecast` for its attributes."""

    def __init__(
        self, now: int, free_bytes: int, min_free_bytes: int, videos: StoredVideos
    ) -> None:
        self.free_bytes = float(free_bytes)
        self.full_at: int | None = None
        self.stops_at: int | None = None
        self._at = now
        self._min_free_bytes = min_free_bytes
        self._videos = videos
        if free_bytes <= min_free_bytes:
            self.full_at = now
            if not videos.can_make_room():
                self.stops_at = now

    def fill(self, moment: int, byte_rate: float) -> None:
        """Write until `moment`, and make room as often as that is necessary."""
        while self.stops_at is None and byte_rate > 0 and self._at < moment:
            usable = max(0.0, self.free_bytes - self._min_free_bytes)
            reached = self._at + int(usable / byte_rate * NS_PER_SECOND)
            if reached > moment:
                break
            self.free_bytes -= usable
            self._at = reached
            if not self.apply_limits():
                self._make_room(byte_rate)
        self.free_bytes -= byte_rate * (moment - self._at) / NS_PER_SECOND
        self._at = moment

    def apply_limits(self) -> int:
        """As `StoredVideos.apply_limits`."""
        freed = self._videos.apply_limits(self._at)
        self.free_bytes += freed
        return freed

    def _make_room(self, byte_rate: float) -> None:
        if self.full_at is None:
            self.full_at = self._at
        free = int(self.free_bytes)
        freed = self._videos.make_room(byte_rate, free, self._min_free_bytes)
        self.free_bytes += freed
        if not freed:
            self.stops_at = self._at


def _merge(spans: Iterable[PlannedSpan]) -> list[PlannedSpan]:
    """The same spans, so that those of one camera do not overlap."""
    merged: list[PlannedSpan] = []
    for span in sorted(spans, key=lambda each: each[:3]):
        last = merged[-1] if merged else None
        if last is not None and last.camera_id == span.camera_id and span.start < last.end:
            length = last.video_length or span.video_length
            merged[-1] = last._replace(end=max(last.end, span.end), video_length=length)
        else:
            merged.append(span)
    return merged


def _video_spans(span: PlannedSpan, now: int) -> Iterator[tuple[int, int]]:
    """The videos of a span that are not saved yet: when they start and end."""
    length = span.video_length
    if length is None and span.end - span.start > MAX_DURATION_S * NS_PER_SECOND:
        length = DEFAULT_VIDEO_LENGTH_S
    step = span.end - span.start if length is None else int(length * NS_PER_SECOND)
    start = span.start + max(0, now - span.start) // step * step
    while start < span.end:
        yield start, min(start + step, span.end)
        start += step
