"""What a recording was before camrec was ended by force, and its way into the present."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from camrec.receipt import EndReason
from camrec.recording.concat import Segment


@dataclass(frozen=True)
class ResumeState:
    """All moments are UTC nanoseconds: the monotonic clock does not outlive a reboot.

    parts : the file name of each, and the moment of its time 0.
    ended, over : why and when it ended, where only its video was still to be made.
    """

    started_at: int
    parts: Sequence[tuple[str, int]] = ()
    ended: EndReason | None = None
    over: int | None = None

    def written(self, folder: Path, began: int) -> list[Segment]:
        """Its parts, on the monotonic clock that shows `began` (ns) at its start."""
        return [
            Segment(folder / name, began + zero - self.started_at, progressive=False)
            for name, zero in self.parts
        ]

    def newest(self, folder: Path) -> int:
        """When something was last written; its start where nothing was."""
        files = [folder / name for name, _ in self.parts]
        written = [file.stat().st_mtime_ns for file in files if file.exists()]
        return max([self.started_at, *written])

    def has_segments(self, folder: Path) -> bool:
        """Whether there is anything left to make a video of."""
        return any((folder / name).exists() for name, _ in self.parts)
