"""Spans of time, and what remains of them without others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class TimeSpan(NamedTuple):
    """From `start` to `end`, UTC nanoseconds."""

    start: int
    end: int


def merge_spans(
    spans: Iterable[TimeSpan], since: int, until: int, *, apart: int = 1
) -> list[TimeSpan]:
    """The same time from `since` to `until`, in order; two spans are at least `apart` from each
    other.
    """
    merged: list[TimeSpan] = []
    for span in sorted(spans):
        start, end = max(span.start, since), min(span.end, until)
        if end <= start:
            continue
        if merged and start - merged[-1].end < apart:
            merged[-1] = TimeSpan(merged[-1].start, max(end, merged[-1].end))
        else:
            merged.append(TimeSpan(start, end))
    return merged


def without_gaps(span: TimeSpan, gaps: Iterable[TimeSpan]) -> list[TimeSpan]:
    """The parts of `span` outside `gaps`."""
    found, start = [], span.start
    for gap in merge_spans(gaps, span.start, span.end):
        found.append(TimeSpan(start, gap.start))
        start = gap.end
    found.append(TimeSpan(start, span.end))
    return [each for each in found if each.end > each.start]
