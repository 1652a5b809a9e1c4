"""Which times of an occurrence were not recorded, as the week of plans shows them."""

from __future__ import annotations

from collections.abc import Mapping

from camrec.clock import NS_PER_SECOND
from camrec.library import VideoFile
from camrec.planning import CalendarEntry
from camrec.receipt import gap_spans
from camrec.time_spans import TimeSpan, merge_spans

# Gaps that are nearer to each other are one: nobody could see them apart.
MIN_APART_NS = 60 * NS_PER_SECOND


def find_lacking(entry: CalendarEntry, videos: Mapping[str, VideoFile]) -> list[TimeSpan]:
    """The times after its beginning in which no frames were recorded.

    videos : by file name. What a deleted video lacked is not known.
    """
    lacking = [TimeSpan(*each) for each in entry.interruptions]
    for name in entry.filenames:
        video = videos.get(name)
        if video is not None and video.receipt is not None:
            lacking += gap_spans(video.receipt.gaps, video.started_at)
    return merge_spans(lacking, entry.starts_at, entry.ends_at, apart=MIN_APART_NS)
