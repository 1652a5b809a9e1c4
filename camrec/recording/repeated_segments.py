"""Finds segments that only repeat the end of the segment before them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from camrec.clock import NS_PER_SECOND
from camrec.recording.concat import SEGMENT_ROUNDING_S
from camrec.recording.read_segment import ReadSegment

ROUNDING_NS = round(SEGMENT_ROUNDING_S * NS_PER_SECOND)


@dataclass(frozen=True)
class SortedSegments:
    """The segments of a video in order, and those that it does not need."""

    needed: tuple[ReadSegment, ...]
    repeated: tuple[ReadSegment, ...]


def leave_out_repeated(run: Sequence[ReadSegment]) -> SortedSegments:
    """Sort out each segment all of whose frames are in the one before it.

    After a killed FFmpeg, the next segment begins with frames from before. The earlier segment is
    cut there. If everything is killed just then, the next segment ends before it has repeated all
    of them, and the rest is in the earlier one alone.
    """
    needed: list[ReadSegment] = []
    repeated: list[ReadSegment] = []
    for read in run:
        if needed and _repeats(read, needed[-1]):
            repeated.append(read)
        else:
            needed.append(read)
    return SortedSegments(tuple(needed), tuple(repeated))


def _repeats(read: ReadSegment, before: ReadSegment) -> bool:
    """Whether `before` has each frame of `read`, and at the same time."""
    if _end(read) > _end(before) + ROUNDING_NS:
        return False
    known = _frame_times(before)
    hidden_from = known[0] - round(before.info.lead * NS_PER_SECOND)
    return all(
        hidden_from - ROUNDING_NS <= time < known[0] or _contains(known, time)
        for time in _frame_times(read)
    )


def _frame_times(read: ReadSegment) -> list[int]:
    """When each frame is shown, monotonic nanoseconds."""
    return [read.origin + round(time * NS_PER_SECOND) for time in read.info.times]


def _end(read: ReadSegment) -> int:
    return read.origin + round(read.info.times[-1] * NS_PER_SECOND)


def _contains(times: Sequence[int], time: int) -> bool:
    at = bisect_left(times, time - ROUNDING_NS)
    return at < len(times) and times[at] <= time + ROUNDING_NS
