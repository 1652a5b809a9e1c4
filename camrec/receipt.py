"""The receipt of a video: computed from the file, and stored as JSON next to it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationError,
    model_validator,
)

from camrec import i18n, remote_files
from camrec.annotations import Event, sort_events
from camrec.clock import NS_PER_SECOND, iso_to_utc_ns
from camrec.time_spans import TimeSpan

log = logging.getLogger(__name__)

EndReason = Literal["time", "stopped", "closed", "shutdown", "disk", "camera", "error", "crash"]


def _validate_end_reason(reason: object) -> object:
    """Keep receipts readable that a newer camrec wrote, or that somebody edited."""
    return reason if reason in get_args(EndReason) else "error"


# "mixed": not the same for all frames.
VideoUtcSource = Literal["camera", "zone", "arrival", "mixed"]


def _validate_utc_source(source: object) -> object:
    return source if source in get_args(VideoUtcSource) else "arrival"


def _drop_bad_entries(entries: object, model: type[BaseModel], plural: str) -> list[BaseModel]:
    """Keep the other entries, and the receipt, readable if somebody edited one of them."""
    if not isinstance(entries, (list, tuple)):
        log.error("the %s of a receipt are no list, and are left out", plural)
        return []
    good = []
    for each in entries:
        try:
            good.append(model.model_validate(each))
        except ValidationError as error:
            log.error("one of the %s of a receipt is left out: %s", plural, error)
    return good


def _drop_bad_details(details: object) -> object:
    """Accept a number that somebody wrote into a receipt as a detail."""
    if not isinstance(details, Mapping):
        log.error("the details of a receipt are no names with values, and are left out")
        return {}
    good = {}
    for name, value in details.items():
        if isinstance(value, (str, int, float)):
            good[name] = value if isinstance(value, str) else json.dumps(value)
        else:
            log.error("the detail %s of a receipt is no text, and is left out", name)
    return good


def _validate_time(iso: str) -> str:
    """Reject a receipt with a time that is none: code that reads receipts relies on it."""
    try:
        iso_to_utc_ns(iso)
    except OverflowError as error:
        raise ValueError(str(error)) from None
    return iso


IsoTime = Annotated[str, AfterValidator(_validate_time)]
LenientUtcSource = Annotated[VideoUtcSource, BeforeValidator(_validate_utc_source)]
LenientEndReason = Annotated[EndReason, BeforeValidator(_validate_end_reason)]
LenientEvents = Annotated[
    list[Event],
    BeforeValidator(lambda events: _drop_bad_entries(events, Event, "events")),
    AfterValidator(sort_events),
]
LenientDetails = Annotated[dict[str, str], BeforeValidator(_drop_bad_details)]


class Gap(BaseModel):
    """A time without frames; `start` counts from the start of the video, both in seconds."""

    start: float
    duration: float


def gap_spans(gaps: Iterable[Gap], started_at: int) -> Iterator[TimeSpan]:
    """When gaps were, in a video that started at `started_at`, UTC nanoseconds."""
    for gap in gaps:
        start = started_at + round(gap.start * NS_PER_SECOND)
        yield TimeSpan(start, start + round(gap.duration * NS_PER_SECOND))


class PartFacts(BaseModel):
    """One segment of a video: start and duration in seconds of the video, and its bytes as written.

    If a segment overlaps the next one, the video contains the overlap once.
    """

    start: float
    duration: float
    size: int


# (seconds in the video, seconds of UTC that passed beyond these since `started_at`)
UtcMap = tuple[tuple[float, float], ...]


class UtcSourceFacts(BaseModel):
    """What dates the frames from `start` on, which is in seconds of the video.

    uncertainty : seconds by which the UTC of these frames may be wrong; None: not known.
    """

    start: float
    source: LenientUtcSource
    uncertainty: float | None = None


class ClockStepFacts(BaseModel):
    """The camera's clock was set while it was recorded.

    at : seconds in the video of the first sender report after it.
    size : seconds; positive if it was set forward.
    """

    at: float
    size: float


class CameraClockFacts(BaseModel):
    """What the camera said about its own clock, if camrec was asked to use it.

    state : at the end: "camera", "zone", "arrival", "no clock", "lies", "set", "free" or "wrong".
    offset : seconds by which it was ahead of this machine's clock at the end, less what a frame
        takes to arrive; None without sender reports.
    drift_ppm : how much faster it runs than the timestamps, in parts per million; None if it is not
        known.
    reports : how many sender reports, or capture times in packets, were used.
    may_be_sending : frames arrived so soon after the reported time that it may be the time at which
        they were sent, not captured.
    """

    state: str
    offset: float | None = None
    drift_ppm: float | None = None
    reports: int = 0
    steps: list[ClockStepFacts] = []
    may_be_sending: bool = False


class CalibratedDelay(BaseModel):
    """How late the frames of a camera are dated, as ``camrec calibrate`` measured it.

    seconds : a frame that is dated *t* was taken at *t* - `seconds`. It contains the lag of the
        screen that was filmed, which all cameras in front of it have in common.
    uncertainty : seconds by which it is probably wrong at most.
    measured_at : when it was measured, UTC, ISO 8601.
    utc_source : "arrival" or "camera": which clock dated the frames then.
    """

    model_config = ConfigDict(frozen=True)

    seconds: float
    uncertainty: float
    measured_at: str
    utc_source: str

    def holds_for(self, utc_source: VideoUtcSource) -> bool:
        """Whether it holds for a video with this `utc_source`, because the same clock dates it.

        "zone" is the camera's clock too, and so is "mixed": arrivals are then moved by the delay
        that the clock shows.
        """
        return self.utc_source == ("arrival" if utc_source == "arrival" else "camera")


class RecordingWarning(BaseModel):
    """Something that a reader of the receipt should know: a stable code and its facts.

    The texts are in ``locale/<language>/warnings.json`` under the code.

    message : the English text, for anyone who reads the file itself; in a REST response the text in
        the language of the request. It is also shown if this camrec does not know the code.
    """

    model_config = ConfigDict(frozen=True)

    code: str
    facts: dict[str, str | int | float] = {}
    message: str = ""

    @classmethod
    def of(cls, code: str, /, **facts: str | int | float) -> RecordingWarning:
        """Make a warning from its `code` and `facts`.

        For example ``RecordingWarning.of("first_frame_late", seconds=1.5)``.
        """
        return cls(code=code, facts=facts)

    @model_validator(mode="before")
    @classmethod
    def _with_message(cls, data: object) -> object:
        if isinstance(data, str):  # as in receipts of version 1
            data = {"code": "text", "facts": {"text": data}}
        if isinstance(data, dict) and not data.get("message"):
            code, facts = str(data.get("code")), data.get("facts") or {}
            return {**data, "message": _format_message(code, "en", facts) or code}
        return data

    def text(self, language: str = "en") -> str:
        """The warning in a sentence; `language` is "en" or "fr"."""
        return _format_message(self.code, language, self.facts) or self.message


def _format_message(code: str, language: str, facts: Mapping[str, object]) -> str | None:
    try:
        return i18n.translate(f"warnings.{code}", language, **facts)
    except (KeyError, ValueError, TypeError):  # an unknown code, or other facts
        return None


LenientWarnings = Annotated[
    list[RecordingWarning],
    BeforeValidator(lambda entries: _drop_bad_entries(entries, RecordingWarning, "warnings")),
]


class HostClockFacts(BaseModel):
    """How wrong the clock of the computer that recorded may have been, at worst while it recorded.

    It is known on Linux, from the kernel.

    synchronized : something kept the clock right all the time.
    estimated_error : its likely error, seconds; None: not known.
    max_error : the upper bound of its error, seconds; None: not known.
    """

    synchronized: bool
    estimated_error: float | None = None
    max_error: float | None = None


class Receipt(BaseModel):
    """The receipt of ``NAME.mp4`` is ``NAME.json``.

    Times are ISO 8601 in UTC, lengths in seconds, sizes in bytes, `width` and `height` in pixels.

    recording_id : the recording that the video is of; several videos may be of one.
    name : the name of the video; renaming the video changes it.
    camera, camera_id : the name of the camera, and its id, which stays when the camera is renamed;
        None in receipts of an older camrec.
    source : the address of the camera, without user and password.
    plan_id : the plan that it was recorded for; None: it was recorded by hand.
    asked : the requested length of the recording; None: it was to run until it is stopped.
    video_number : which video of the recording this is, from 1; None: the recording had a length
        and was to become one video. A recording that runs until it is stopped counts its videos,
        even a single one.
    duration : the length of the video, from its first frame to the end of its last.
    started_at, ended_at : when the video begins, at its time 0, and when it ends.
    lead : seconds in the file before the first frame is shown, hidden by an edit list.
    preroll : seconds of the video from before the recording was started, if a setting requests it.
    utc_source : what `started_at` and the times of frames come from: "camera" (the camera's own
        clock), "zone" (the same, but it shows local time), "arrival", or "mixed": see
        `utc_sources`.
    utc_uncertainty : seconds by which a frame's UTC may be wrong, at worst. By arrivals: the drift
        of the camera's clock, and how well its offset was known at the start. The latency that all
        frames have in common cannot be measured. If camrec was asked to use the camera's clock,
        0.2 s are added for it, and the `max_error` of this computer's clock. By the camera's
        clock: by how much it and this computer's differ, plus that `max_error`.
    utc_sources : what dates which frames, if that or its uncertainty is not the same for all of
        them; each entry counts up to the start of the next one. Frames that are dated by arrivals
        next to others that the camera's clock dates are dated by arrivals less the delay that the
        clock shows there, so that no time jumps.
    utc_map : pairs of seconds; empty if the camera's clock does not drift. A frame that is shown at
        the first number of a pair was taken at `started_at` plus both numbers. Between two pairs
        it is linear; before the first and after the last one, the second number is that of the
        nearest pair.
    camera_clock : None if camrec was not asked to use the camera's clock.
    calibrated_delay : the measured delay that the camera had when the recording began. It is
        contained in `started_at` and in the times of the frames: only
        ``camrec.align(..., calibrated=True)`` subtracts it. None if it was not measured, or if
        another clock than then dates the frames.
    retimed : how the times of the frames were corrected, because the camera counts another rate
        than it sends; empty if they are the camera's own. A frame that the camera places at x
        seconds is shown at ``x + offset + slope * (x - from)``, by the last entry whose ``from`` is
        not after x.
    host_clock : how wrong the clock of the computer that recorded may have been, and so every
        frame's UTC; None: not known (Windows, macOS).
    av_offset : seconds by which audio and video may be apart, estimated from the arrivals; None if
        there is no audio, or if it is not known.
    ended : why it ended: "time", "stopped", "closed", "shutdown", "disk", "camera", "error", or
        "crash": camrec was killed and did not run again before the recording's time was over.
    frames : how many frames are shown.
    frames_per_minute : frames in each minute of the video; the last minute is usually incomplete.
    gaps : the times without frames.
    parts, part_facts : how many segments the video was joined from, and each of them.
    sha256 : of the whole file, hexadecimal.
    playable : the first and last frame, and the first frame of each segment, could be decoded.
    locked : the video is never deleted automatically.
    details : names with values that were given with the recording, such as subject and condition.
    events : what happened during the video, the earliest first.
    evicted_at : when the video was deleted automatically; the receipt was left because it has
        events or details. None: the video exists.
    warnings : what else a reader should know, each with a code, its facts and its text.
    """

    model_config = ConfigDict(extra="ignore")

    version: int = 1
    recording_id: str
    name: str
    camera: str | None = None
    camera_id: str | None = None
    source: str
    plan_id: str | None = None
    asked: float | None
    video_number: int | None = None
    duration: float
    started_at: IsoTime
    ended_at: IsoTime
    ended: LenientEndReason
    utc_source: LenientUtcSource = "arrival"
    utc_uncertainty: float | None = None
    utc_sources: list[UtcSourceFacts] = []
    host_clock: HostClockFacts | None = None
    utc_map: UtcMap = ()
    camera_clock: CameraClockFacts | None = None
    calibrated_delay: CalibratedDelay | None = None
    retimed: list[dict[str, float]] = []
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
    details: LenientDetails = {}
    events: LenientEvents = []
    evicted_at: str | None = None
    warnings: LenientWarnings = []

    def in_language(self, language: str) -> Receipt:
        """A copy with the messages of its warnings in `language`: "en" or "fr"."""
        warnings = [
            each.model_copy(update={"message": each.text(language)}) for each in self.warnings
        ]
        return self.model_copy(update={"warnings": warnings})

    def write(self, path: Path) -> None:
        """Write it to `path` as JSON, with the same bytes on every system. Raises OSError."""
        path.write_bytes((self.model_dump_json(indent=2) + "\n").encode())

    @classmethod
    def read(cls, path: Path) -> Receipt:
        """The receipt at `path`. Raises OSError, or ValueError if the file is no receipt."""
        # Some editors of Windows put a byte order mark at the beginning.
        return cls.model_validate_json(remote_files.read_text(path).removeprefix("\ufeff"))
