"""How much space plans leave on the disk, and when it will be full."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from camrec.clock import NS_PER_SECOND
from camrec.planning.occurrences import ONE_DAY
from camrec.planning.wall_clock import WallClock


class PlannedSpan(NamedTuple):
    """A camera will be recorded from `start` to `end`, UTC nanoseconds."""

    camera_id: str
    start: int
    end: int


@dataclass(frozen=True)
class DiskForecast:
    """What recordings leave.

    free_after : the free bytes at the end of each day. They never get below `min_free_bytes`:
        recordings end there, or the oldest videos are deleted.
    full_at : when only `min_free_bytes` are left, UTC nanoseconds; None: not in this time.
    unmeasured : the cameras that are not counted, because their rate is not known.
    """

    free_after: tuple[tuple[date, int], ...]
    full_at: int | None
    unmeasured: frozenset[str] = frozenset()


def forecast_disk(
    now: int,
    spans: Iterable[PlannedSpan],
    rates: Mapping[str, float],
    free_bytes: int,
    min_free_bytes: int,
    days: Sequence[date],
    clock: WallClock,
) -> DiskForecast:
    """Add up what will be written.

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
    unmeasured = set()
    for camera_id, start, end in _merge(spans):
        if end > now:
            if not rates.get(camera_id):
                unmeasured.add(camera_id)
            changes[max(start, now)] += rates.get(camera_id, 0.0)
            changes[end] -= rates.get(camera_id, 0.0)
    today = clock.day_of(now)
    ends_of_days = {clock.start_of_day(day + ONE_DAY): day for day in days if day >= today}
    for moment in ends_of_days:
        changes[moment] += 0.0
    free_after = []
    full_at = now if free_bytes <= min_free_bytes else None
    at, rate, free = now, 0.0, float(free_bytes)
    for moment in sorted(changes):
        used = rate * (moment - at) / NS_PER_SECOND
        if full_at is None and used > 0 and free - used <= min_free_bytes:
            full_at = at + int((free - min_free_bytes) / rate * NS_PER_SECOND)
        at, free = moment, free - used
        rate += changes[moment]
        if moment in ends_of_days:
            left = free_bytes if full_at == now else max(int(free), min_free_bytes)
            free_after.append((ends_of_days[moment], left))
    return DiskForecast(tuple(free_after), full_at, frozenset(unmeasured))


def _merge(spans: Iterable[PlannedSpan]) -> list[PlannedSpan]:
    """The same spans, so that those of one camera do not overlap."""
    merged: list[PlannedSpan] = []
    for span in sorted(spans):
        last = merged[-1] if merged else None
        if last is not None and last.camera_id == span.camera_id and span.start <= last.end:
            merged[-1] = last._replace(end=max(last.end, span.end))
        else:
            merged.append(span)
    return merged
