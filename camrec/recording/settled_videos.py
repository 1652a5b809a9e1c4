"""What is left of the videos of a series that were saved, or could not be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from camrec.errors import CamrecError
from camrec.recording.recording import RecordingJob


@dataclass
class SettledVideos:
    """The videos of a series that need no thread any more. It is used under the lock of the series.

    filenames : of those that were saved, in order.
    bytes : their size, without those that an earlier camrec saved.
    events : how many events are in their receipts.
    error : why the last one that could not be saved was not.
    unplaced : those with events that are in no receipt.
    """

    filenames: list[str] = field(default_factory=list)
    bytes: int = 0
    events: int = 0
    error: CamrecError | None = None
    unplaced: list[RecordingJob] = field(default_factory=list)

    def add_saved(self, filenames: Iterable[str]) -> None:
        """Add the videos that an earlier camrec saved."""
        self.filenames += filenames

    def add(self, job: RecordingJob) -> None:
        """Add the next video."""
        self.filenames += [name for name in job.filenames if name not in self.filenames]
        self.bytes += job.bytes
        self.unplaced.append(job)
        self.forget_placed()
        self.error = job.error or self.error

    def forget_placed(self) -> None:
        """Drop the jobs whose events are in receipts, and those without any."""
        left = []
        for job in self.unplaced:
            if job.event_log.is_released or not job.event_log.count:
                self.events += job.event_log.count
            else:
                left.append(job)
        self.unplaced = left
