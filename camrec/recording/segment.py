"""One segment of a recording, as it is on the disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from camrec.camera_clock import ClockReport, DatedStretch
from camrec.journal import DatesRecord, SegmentRecord
from camrec.recording.av_sync import AvSync, DriftCurve
from camrec.recording.recording_period import RecordingPeriod
from camrec.recording.retimed_segment import SegmentRetiming, SegmentStream
from camrec.recording.segment_clock import SegmentClock
from camrec.recording.utc_points import straighten, thin_out


@dataclass(frozen=True)
class Segment:
    """What one FFmpeg process wrote.

    The journal stores it as a `SegmentRecord`, the receipt as `PartFacts`.

    origin : when the time 0 of its file was, monotonic nanoseconds.
    progressive : the file is a plain MP4 already; it needs no rewriting.
    expected_frames : how many frames it shows if all went well; None if FFmpeg ended badly.
    av_sync : how its audio and video are offset; None if that is not known.
    left_out : seconds in the file of the frames before which others were left out on purpose.
    clock : the camera's clock; None if it is not used or not known.
    stored_dates : what the camera's clock dated of a segment that an earlier camrec wrote, by
        nanoseconds in the file.
    stream : what it was written from; None if that is not known, or if arrivals are its timestamps.
    retiming : how its times are corrected; None if they are right.
    """

    path: Path
    origin: int
    progressive: bool
    expected_frames: int | None = None
    av_sync: AvSync | None = None
    left_out: tuple[float, ...] = ()
    clock: SegmentClock | None = None
    stream: SegmentStream | None = None
    retiming: SegmentRetiming | None = None
    stored_dates: tuple[DatedStretch, ...] = ()

    @classmethod
    def from_record(cls, record: SegmentRecord, folder: Path, period: RecordingPeriod) -> Segment:
        """A segment that a killed camrec left in `folder`."""
        return cls(
            folder / record.file,
            period.to_monotonic(record.zero),
            progressive=False,
            stored_dates=tuple(
                DatedStretch(
                    tuple(ClockReport(*point) for point in each.points), each.zone, each.error
                )
                for each in record.dates
            ),
        )

    def to_record(self, period: RecordingPeriod) -> SegmentRecord:
        """The segment for the journal. It is made again and again: it must not take long."""
        dates = self.stored_dates
        if self.clock is not None:
            dates = tuple(self.stretches(0, self.clock.newest_time - self.clock.shown_time))
        return SegmentRecord(
            file=self.path.name,
            zero=period.to_utc(self.origin),
            dates=tuple(
                DatesRecord(
                    points=straighten(thin_out(each.knots)), zone=each.zone_ns, error=each.error_ns
                )
                for each in dates
            ),
        )

    def stretches(self, begin: int, end: int) -> list[DatedStretch]:
        """What the camera's clock dates between two times in the file, nanoseconds."""
        if self.clock is not None:
            return self.clock.stretches(begin, end)
        stored = (each.up_to(end) for each in self.stored_dates)
        return [each for each in stored if each is not None]

    @property
    def audio_shift(self) -> DriftCurve:
        """How to move its audio, see `AvSync.audio_shift`; empty if it needs no moving."""
        if self.av_sync is None:
            return ()
        if self.retiming is None:
            return self.av_sync.audio_shift(self.origin)
        # The audio of a segment is placed as the camera counts; only its stream is moved.
        origin_shift = self.retiming.origin_shift
        origin = self.origin - origin_shift
        return self.av_sync.audio_shift(origin, origin_shift - self.retiming.stream_shift)
