"""What is needed to correct the times of one segment."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from camrec.camera_clock import DelayPoints, Retiming
from camrec.clock import NS_PER_SECOND


@dataclass(frozen=True)
class SegmentStream:
    """The unbroken stream that a segment was written from.

    delays : of its frames. Segments of the same stream have the same object.
    shown_time : the timestamp of the frame at the time 0 of the segment's file, nanoseconds.
    video_offset : a timestamp plus this is its monotonic time, nanoseconds.
    was_moved : the stream was moved, so that it does not begin before the end of the one before it.
    counts_nominal_rate : the reader has proved that its timestamps count another rate than is sent.
    """

    delays: DelayPoints
    shown_time: int
    video_offset: int
    was_moved: bool
    counts_nominal_rate: bool = False


@dataclass(frozen=True)
class SegmentRetiming:
    """Corrects the times in the file of a segment.

    retiming : of positions in the video, nanoseconds.
    start : the position of the file's time 0.
    stream_shift : by how many nanoseconds its stream is moved more than the first one of the video.
    """

    retiming: Retiming
    start: int
    stream_shift: int = 0

    def apply(self, time: int) -> int:
        """The corrected time of a time in the file, both in nanoseconds."""
        return self.retiming.apply(self.start + time) - self.retiming.apply(self.start)

    def ticks(self, time: Fraction, time_base: Fraction) -> int:
        """The corrected time of a time in the file (seconds), in ticks of `time_base`."""
        moved = self.apply(round(time * NS_PER_SECOND))
        return round(Fraction(moved, NS_PER_SECOND) / time_base)

    @property
    def origin_shift(self) -> int:
        """By how many nanoseconds the segment was moved within the video."""
        return self.retiming.apply(self.start) - self.start
