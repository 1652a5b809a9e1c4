"""When a recording runs, on the wall clock and on the monotonic clock."""

from __future__ import annotations

from dataclasses import dataclass

from camrec.clock import NS_PER_SECOND
from camrec.receipt import EndReason

NEVER_NS = 1 << 62  # monotonic nanoseconds


@dataclass
class RecordingPeriod:
    """Start and end of a recording. The end is by the monotonic clock, whatever the camera does.

    start_utc, start : when it starts, in UTC nanoseconds and in monotonic nanoseconds.
    duration : seconds; None: until it is stopped. It may change while the recording runs.
    preroll : how many seconds before the start the video should begin.
    """

    start_utc: int
    start: int
    duration: float | None
    preroll: float = 0.0

    @property
    def deadline(self) -> int:
        """When it ends, monotonic nanoseconds. Frames that arrive then are not written."""
        duration = self.duration
        return NEVER_NS if duration is None else self.start + round(duration * NS_PER_SECOND)

    @property
    def video_start(self) -> int:
        """The video begins with the frame that was on the screen then, monotonic nanoseconds."""
        return self.start - int(self.preroll * NS_PER_SECOND)

    def to_utc(self, monotonic: int) -> int:
        """A monotonic time in UTC, both in nanoseconds."""
        return self.start_utc + monotonic - self.start

    def to_monotonic(self, utc: int) -> int:
        """A UTC time on the monotonic clock, both in nanoseconds."""
        return self.start + utc - self.start_utc


@dataclass(frozen=True)
class RecordingEnd:
    """Why and when a recording ended; `at` is in monotonic nanoseconds."""

    reason: EndReason
    at: int
