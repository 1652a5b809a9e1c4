"""Which times of an occurrence were not recorded, as the week of plans shows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from camrec.clock import NS_PER_SECOND
from camrec.library import VideoFile
from camrec.planning import CalendarEntry

# Gaps that are nearer to each other are one: nobody could see them apart.
MIN_APART_NS = 60 * NS_PER_SECOND


def find_lacking(
    entry: CalendarEntry, videos: Mapping[str, VideoFile]
) -> Iterator[tuple[int, int]]:
    """The times after its beginning in which no frames were recorded, in UTC nanoseconds.

    videos : by file name. What a deleted video lacked is not known.
    """
    gaps = [*entry.interruptions]
    for name in entry.filenames:
        if name in videos:
            gaps += _gaps_of(videos[name])
    inside = (
        (max(start, entry.starts_at), min(end, entry.ends_at))
        for start, end in gaps
        if start < entry.ends_at and end > entry.starts_at
    )
    return _merge(sorted(inside))


def _gaps_of(video: VideoFile) -> Iterator[tuple[int, int]]:
    for gap in [] if video.receipt is None else video.receipt.gaps:
        start = video.started_at + round(gap.start * NS_PER_SECOND)
        yield start, start + round(gap.duration * NS_PER_SECOND)


def _merge(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    last: tuple[int, int] | None = None
    for start, end in spans:
        if last is not None and start - last[1] < MIN_APART_NS:
            last = (last[0], max(last[1], end))
            continue
        if last is not None:
            yield last
        last = (start, end)
    if last is not None:
        yield last
