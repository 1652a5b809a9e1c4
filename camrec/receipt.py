"""What is known of a video: computed from the file, kept as JSON beside it."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict


class Gap(BaseModel):
    """A time without pictures; `start` counts from the start of the video, both in seconds."""

    start: float
    duration: float


class Receipt(BaseModel):
    """The receipt of ``NAME.mp4`` is ``NAME.json``.

    Times are ISO 8601 in UTC, lengths in seconds, sizes in bytes.

    asked : the length that was asked for.
    duration : what the file holds, from its first picture to the end of its last.
    lead : seconds in the file before the button was pressed, hidden by an edit list.
    ended : why it ended: "time", "stopped", "closed", "shutdown", "disk", "camera", "error".
    playable : the first and last picture, and each part's joint, were really decoded.
    """

    model_config = ConfigDict(extra="ignore")

    version: int = 1
    recording_id: str
    name: str
    source: str
    asked: float
    duration: float
    started_at: str
    ended_at: str
    ended: str
    lead: float = 0.0
    frames: int
    gaps: list[Gap] = []
    parts: int = 1
    width: int
    height: int
    video_codec: str
    audio_codec: str | None = None
    size: int
    sha256: str
    playable: bool
    warnings: list[str] = []

    def write(self, path: Path) -> None:
        path.write_text(self.model_dump_json(indent=2) + "\n", "utf-8")

    @classmethod
    def read(cls, path: Path) -> Receipt:
        """Raises ValueError when it is not a receipt, OSError when it cannot be read."""
        return cls.model_validate_json(path.read_text("utf-8"))
