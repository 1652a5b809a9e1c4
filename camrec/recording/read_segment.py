"""A segment of a recording, with what its file contains."""

from __future__ import annotations

from dataclasses import dataclass

from camrec.recording.media_info import MediaInfo
from camrec.recording.segment import Segment


@dataclass(frozen=True)
class ReadSegment:
    """A segment whose file was read back.

    number : its position among all segments of the recording, from 1.
    size : bytes of the file.
    """

    segment: Segment
    number: int
    info: MediaInfo
    size: int

    @property
    def origin(self) -> int:
        """When the time 0 of its file was, monotonic nanoseconds."""
        return self.segment.origin
