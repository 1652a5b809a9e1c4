"""What is known of a video: computed from the file, kept as JSON beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from camrec import i18n

EndReason = Literal["time", "stopped", "closed", "shutdown", "disk", "camera", "error", "crash"]


def _validate_end_reason(reason: object) -> object:
    """A receipt by a newer camrec, or one that somebody edited, stays readable."""
    return reason if reason in get_args(EndReason) else "error"


LenientEndReason = Annotated[EndReason, BeforeValidator(_validate_end_reason)]


class Gap(BaseModel):
    """A time without frames; `start` counts from the start of the video, both in seconds."""

    start: float
    duration: float


class PartFacts(BaseModel):
    """One part of a video: its start and its length in seconds of the video, its bytes as written.

    Where a part reaches into the next one, what both hold is in the video once.
    """

    start: float
    duration: float
    size: int


class RecordingWarning(BaseModel):
    """What a reader of a receipt should know: a stable code, and the facts that fill in its text.

    The texts are in ``locale/<language>/warnings.json`` under the code.

    message : the English text, for whoever reads the file itself; on the wire the text in the
        language of the request. It is also what is shown where this camrec does not know the code.
    """

    model_config = ConfigDict(frozen=True)

    code: str
    facts: dict[str, str | int | float] = {}
    message: str = ""

    @classmethod
    def of(cls, code: str, /, **facts: str | int | float) -> RecordingWarning:
        """One of `code` with `facts`: ``RecordingWarning.of("first_frame_late", seconds=1.5)``."""
        return cls(code=code, facts=facts)

    @model_validator(mode="before")
    @classmethod
    def _with_message(cls, given: Any) -> Any:
        if isinstance(given, str):  # as receipts of version 1 had it
            given = {"code": "text", "facts": {"text": given}}
        if isinstance(given, dict) and not given.get("message"):
            code, facts = str(given.get("code")), given.get("facts") or {}
            return {**given, "message": _format_message(code, "en", facts) or code}
        return given

    def text(self, language: str = "en") -> str:
        """What happened, in a sentence; `language` is "en" or "fr"."""
        return _format_message(self.code, language, self.facts) or self.message


def _format_message(code: str, language: str, facts: dict[str, Any]) -> str | None:
    try:
        return i18n.translate(f"warnings.{code}", language, **facts)
    except (KeyError, ValueError, TypeError):  # unknown here, or the facts are others
        return None


class Receipt(BaseModel):
    """The receipt of ``NAME.mp4`` is ``NAME.json``.

    Times are ISO 8601 in UTC, lengths in seconds, sizes in bytes.

    name : what the video is called; it changes when the video is renamed.
    camera : what its camera was called; None in receipts of an older camrec.
    asked : the length that was asked for.
    duration : what the file holds, from its first frame to the end of its last.
    lead : seconds in the file before its first frame is shown, hidden by an edit list.
    preroll : seconds that it shows from before the button was pressed, if a setting asked for it.
    utc_uncertainty : seconds that a frame's UTC may be wrong, as far as arrivals tell: how far
        the camera's clock moved from this machine's, and how well it was known at the start. The
        delay that every frame has on its way, and this machine's own error, are not seen.
    av_offset : seconds by which audio and video may be apart, by the arrivals of both; None: there
        is no audio, or it is not known.
    ended : why it ended: "time", "stopped", "closed", "shutdown", "disk", "camera", "error", or
        "crash": camrec was killed and not running again before the recording's time was over.
    frames_per_minute : frames in each minute of the video; the last one is seldom whole.
    playable : the first and last frame, and each part's joint, were really decoded.
    locked : the user wants it kept, whatever its age and size.
    warnings : what else a reader should know, each with a code, its facts and its text.
    """

    model_config = ConfigDict(extra="ignore")

    version: int = 1
    recording_id: str
    name: str
    camera: str | None = None
    source: str
    asked: float
    duration: float
    started_at: str
    ended_at: str
    ended: LenientEndReason
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
    warnings: list[RecordingWarning] = []

    def in_language(self, language: str) -> Receipt:
        """The same, with the messages of its warnings in `language`: "en" or "fr"."""
        told = [each.model_copy(update={"message": each.text(language)}) for each in self.warnings]
        return self.model_copy(update={"warnings": told})

    def write(self, path: Path) -> None:
        """Write it to `path` as JSON. Raises OSError."""
        path.write_text(self.model_dump_json(indent=2) + "\n", "utf-8")

    @classmethod
    def read(cls, path: Path) -> Receipt:
        """The one at `path`. Raises ValueError when it is none, OSError when it cannot be read."""
        return cls.model_validate_json(path.read_text("utf-8"))
