"""How long cameras were recorded in some time, and how long they should have been and were not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple


class TimeSpan(NamedTuple):
    """From `start` to `end`, UTC nanoseconds."""

    start: int
    end: int


class RecordedTime(NamedTuple):
    """Nanoseconds, the sum of all cameras."""

    recorded: int
    missing: int


def sum_recorded_time(
    recorded: Mapping[str, Iterable[TimeSpan]],
    wanted: Mapping[str, Iterable[TimeSpan]],
    since: int,
    now: int,
) -> RecordedTime:
    """The sum from `since` to `now`. A moment that several spans of a camera cover counts once.

    recorded, wanted : the spans of each camera. What is wanted and was recorded is not missing.
    """
    recorded_ns = missing_ns = 0
    for camera in {*recorded, *wanted}:
        present = _merge(recorded.get(camera, ()), since, now)
        both = _merge((*present, *wanted.get(camera, ())), since, now)
        recorded_ns += _length(present)
        missing_ns += _length(both) - _length(present)
    return RecordedTime(recorded_ns, missing_ns)


def without_gaps(span: TimeSpan, gaps: Iterable[TimeSpan]) -> list[TimeSpan]:
    """The parts of `span` outside `gaps`."""
    found, start = [], span.start
    for gap in _merge(gaps, span.start, span.end):
        found.append(TimeSpan(start, gap.start))
        start = gap.end
    found.append(TimeSpan(start, span.end))
    return [each for each in found if each.end > each.start]


def _merge(spans: Iterable[TimeSpan], since: int, now: int) -> list[TimeSpan]:
    """The same time as spans that neither overlap nor touch, in their order."""
    merged: list[TimeSpan] = []
    for span in sorted(spans):
        start, end = max(span.start, since), min(span.end, now)
        if end <= start:
            continue
        if merged and start <= merged[-1].end:
            merged[-1] = TimeSpan(merged[-1].start, max(end, merged[-1].end))
        else:
            merged.append(TimeSpan(start, end))
    return merged


def _length(spans: Iterable[TimeSpan]) -> int:
    return sum(each.end - each.start for each in spans)
