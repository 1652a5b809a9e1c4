"""Decides when to start FFmpeg again after it ended by itself."""

from __future__ import annotations

from typing import Literal

from camrec.clock import NS_PER_SECOND
from camrec.recording.ffmpeg_segment import FFmpegSegment

SEGMENT_RETRY_PAUSES_S = (0.2, 1.0, 2.0)  # before the next segment, after one without a byte


class SegmentRetry:
    """Counts segments in which FFmpeg wrote nothing.

    failed : why nothing more can be written; None as long as another segment may be tried.
    """

    def __init__(self) -> None:
        self.failed: Literal["disk", "error"] | None = None
        self._failed_starts = 0
        self._retry_at = 0

    def note_exit(self, segment: FFmpegSegment, now: int) -> None:
        """Note that the FFmpeg of `segment` ended by itself; `now` in monotonic nanoseconds."""
        if segment.disk_full:
            self.failed = "disk"
        elif segment.size > 0:
            self._failed_starts = 0
        elif self._failed_starts == len(SEGMENT_RETRY_PAUSES_S):
            self.failed = "error"
        else:
            pause = SEGMENT_RETRY_PAUSES_S[self._failed_starts]
            self._failed_starts += 1
            self._retry_at = now + int(pause * NS_PER_SECOND)

    def is_pausing(self, now: int) -> bool:
        """Whether the pause before the next segment still lasts."""
        return now < self._retry_at
