"""What is known of a video: computed from the file, kept as JSON beside it."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict


class Gap(BaseModel):
    """A time without pictures; `start` counts from the start of the video, both in seconds."""

    start: float
    duration: float


class PartFacts(BaseModel):
    """One part of a video: its start and its length in seconds of the video, its bytes as written.

    Where a part reaches into the next one, what both hold is in the video once.
    """

    start: float
    duration: float
    size: int


class Receipt(BaseModel):
    """The receipt of ``NAME.mp4`` is ``NAME.json``.

    Times are ISO 8601 in UTC, lengths in seconds, sizes in bytes.

    asked : the length that was asked for.
    duration : what the file holds, from its first picture to the end of its last.
    lead : seconds in the file before its first picture is shown, hidden by an edit list.
    preroll : seconds that it shows from before the button was pressed, if a setting asked for it.
    utc_uncertainty : seconds that a picture's UTC may be wrong, as far as arrivals tell: how far
        the camera's clock moved from this machine's, and how well it was known at the start. The
        delay that every picture has on its way, and this machine's own error, are not seen.
    av_offset : seconds that the sound may be off the picture, by the arrivals of both; None: there
        is no sound, or it is not known.
    ended : why it ended: "time", "stopped", "closed", "shutdown", "disk", "camera", "error", or
        "crash": camrec was ended by force and not running again before its time was over.
    frames_per_minute : pictures in each minute of the video; the last one is seldom whole.
    playable : the first and last picture, and each part's joint, were really decoded.
    locked : the user wants it kept, whatever its age and size.
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
    utc_uncertainty: float | None = None
    lead: float = 0.0
    preroll: float = 0.0
    frames: int
    frames_per_minute: list[int] = []
    gaps: list[Gap] = []
    parts: int = 1
    part_facts: list[PartFacts] = []
    width: int
    height: int
    video_codec: str
    audio_codec: str | None = None
    av_offset: float | None = None
    size: int
    sha256: str
    playable: bool
    locked: bool = False
    warnings: list[str] = []

    def write(self, path: Path) -> None:
        """Write it to `path` as JSON. Raises OSError."""
        path.write_text(self.model_dump_json(indent=2) + "\n", "utf-8")

    @classmethod
    def read(cls, path: Path) -> Receipt:
        """The one at `path`. Raises ValueError when it is none, OSError when it cannot be read."""
        return cls.model_validate_json(path.read_text("utf-8"))
