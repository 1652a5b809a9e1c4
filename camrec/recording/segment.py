"""One segment of a recording, as it is on the disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from camrec.journal import SegmentRecord
from camrec.recording.av_sync import AvSync, DriftCurve
from camrec.recording.recording_period import RecordingPeriod


@dataclass(frozen=True)
class Segment:
    """What one FFmpeg process wrote.

    The journal stores it as a `SegmentRecord`, the receipt as `PartFacts`.

    origin : when the time 0 of its file was, monotonic nanoseconds.
    progressive : the file is a plain MP4 already; it needs no rewriting.
    expected_frames : how many frames it shows if all went well; None if FFmpeg ended badly.
    av_sync : how its audio and video are offset; None if that is not known.
    left_out : seconds in the file of the frames before which others were left out on purpose.
    """

    path: Path
    origin: int
    progressive: bool
    expected_frames: int | None = None
    av_sync: AvSync | None = None
    left_out: tuple[float, ...] = ()

    @classmethod
    def from_record(cls, record: SegmentRecord, folder: Path, period: RecordingPeriod) -> Segment:
        """A segment that a killed camrec left in `folder`."""
        return cls(folder / record.file, period.to_monotonic(record.zero), progressive=False)

    def to_record(self, period: RecordingPeriod) -> SegmentRecord:
        """The segment for the journal."""
        return SegmentRecord(file=self.path.name, zero=period.to_utc(self.origin))

    @property
    def audio_shift(self) -> DriftCurve:
        """How to move its audio, see `AvSync.audio_shift`; empty if it needs no moving."""
        return self.av_sync.audio_shift(self.origin) if self.av_sync else ()
