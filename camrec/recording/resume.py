"""What a recording was before camrec was ended by force, and its way into the present."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from camrec.journal import JournalEntry, SegmentRecord
from camrec.receipt import EndReason
from camrec.recording.concat import Segment


@dataclass(frozen=True)
class ResumeState:
    """All times are UTC nanoseconds: the monotonic clock does not outlive a reboot.

    parts : its segments, in order.
    ended, over : why and when it ended, where only its video was still to be made.
    """

    started_at: int
    parts: Sequence[SegmentRecord] = ()
    ended: EndReason | None = None
    over: int | None = None

    @classmethod
    def from_entry(cls, entry: JournalEntry) -> ResumeState | None:
        """The state in a journal entry; None if the recording had not begun.

        Raises ValueError if the entry contradicts itself: it ended before it began.
        """
        if entry.started_at is None:
            if entry.ended:
                raise ValueError(f"recording {entry.recording_id} ended before it began")
            return None
        return cls(entry.started_at, entry.parts, entry.ended, entry.over)

    def written(self, folder: Path, began: int) -> list[Segment]:
        """Its parts, on the monotonic clock that shows `began` (ns) at its start."""
        return [
            Segment(folder / part.file, began + part.zero - self.started_at, progressive=False)
            for part in self.parts
        ]

    def newest(self, folder: Path) -> int:
        """When something was last written; its start where nothing was."""
        files = [folder / part.file for part in self.parts]
        written = [file.stat().st_mtime_ns for file in files if file.exists()]
        return max([self.started_at, *written])

    def has_segments(self, folder: Path) -> bool:
        """Whether there is anything left to make a video of."""
        return any((folder / part.file).exists() for part in self.parts)
