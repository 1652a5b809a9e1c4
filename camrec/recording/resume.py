"""What a killed camrec had recorded, so that the next camrec can continue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from camrec.journal import JournalEntry, SegmentRecord
from camrec.receipt import CalibratedDelay, EndReason
from camrec.recording.media_info import shows_a_frame


@dataclass(frozen=True)
class ResumeState:
    """The state of a recording when camrec was killed.

    All times are UTC nanoseconds, because the monotonic clock starts again with the machine.

    segments : in order.
    end_reason, ended_at : why and when the recording ended, if only its video is missing.
    calibrated_delay : the measured delay of the camera when the recording began.
    """

    started_at: int
    segments: Sequence[SegmentRecord] = ()
    end_reason: EndReason | None = None
    ended_at: int | None = None
    calibrated_delay: CalibratedDelay | None = None

    @classmethod
    def from_entry(cls, entry: JournalEntry) -> ResumeState | None:
        """The state in a journal entry; None if the recording had not begun.

        Raises ValueError if the entry contradicts itself: it ended before it began.
        """
        if entry.started_at is None:
            if entry.ended:
                raise ValueError(f"recording {entry.recording_id} ended before it began")
            return None
        return cls(entry.started_at, entry.parts, entry.ended, entry.over, entry.calibrated_delay)

    def last_written(self, folder: Path) -> int:
        """When a segment was last written; the start of the recording if there is none."""
        files = [folder / segment.file for segment in self.segments]
        written = [file.stat().st_mtime_ns for file in files if file.exists()]
        return max([self.started_at, *written])

    def has_segments(self, folder: Path) -> bool:
        """Whether `folder` still has a segment to make a video of."""
        return any((folder / segment.file).exists() for segment in self.segments)

    def has_frames(self, folder: Path) -> bool:
        """Whether a video can be made of what `folder` has.

        The journal has a segment before FFmpeg starts, and FFmpeg may have been killed before it
        wrote a frame.
        """
        return any(shows_a_frame(folder / segment.file) for segment in self.segments)
