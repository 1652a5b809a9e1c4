"""How long cameras were recorded in some time, and how long they should have been and were not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from camrec.time_spans import TimeSpan, merge_spans


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
        present = merge_spans(recorded.get(camera, ()), since, now)
        both = merge_spans((*present, *wanted.get(camera, ())), since, now)
        recorded_ns += _length(present)
        missing_ns += _length(both) - _length(present)
    return RecordedTime(recorded_ns, missing_ns)


def _length(spans: Iterable[TimeSpan]) -> int:
    return sum(each.end - each.start for each in spans)
