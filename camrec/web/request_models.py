"""Validates the bodies of REST requests, with a model for each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from camrec.alerts import MAX_ALERTS
from camrec.annotations import (
    MAX_DETAIL_NAME_CHARS,
    MAX_DETAIL_VALUE_CHARS,
    MAX_DETAILS,
    MAX_EVENT_LENGTH_S,
    MAX_EVENT_SOURCE_CHARS,
    MAX_EVENT_TEXT_CHARS,
    MAX_EVENT_VALUE_CHARS,
    NO_DETAILS,
    Details,
    EventFields,
)
from camrec.camera_address import MAX_ADDRESS_CHARS, MAX_NAME_CHARS
from camrec.camera_clock import ClockChoice
from camrec.camera_registry import MAX_DELAY_S, MeasuredDelay
from camrec.clock import iso_to_utc_ns, parse_iso
from camrec.errors import InputError
from camrec.i18n import translate
from camrec.recording_limits import (
    DEFAULT_VIDEO_LENGTH_S,
    MAX_DURATION_S,
    MAX_START_AHEAD_DAYS,
    MAX_VIDEO_LENGTH_S,
    MIN_DURATION_S,
    MIN_VIDEO_LENGTH_S,
)
from camrec.redaction import redact

IdString = Annotated[str, Field(max_length=100, examples=["9f86d081884c7d65"])]
NameString = Annotated[
    str, Field(json_schema_extra={"minLength": 1, "maxLength": MAX_NAME_CHARS}, examples=["Door"])
]
# `camera_address.parse_address` checks it, as it checks every address.
AddressString = Annotated[
    str,
    Field(
        json_schema_extra={"maxLength": MAX_ADDRESS_CHARS},
        examples=["rtsp://user:password@192.168.1.20:554/stream"],
        description="rtsp://, rtsps://, http:// or https://; it may contain a user and a password.",
    ),
]
# So that a position in a video can be counted in nanoseconds.
MAX_EVENT_SECOND = 10**9

# `annotations` checks these.
DetailsField = Annotated[
    dict[str, str] | None,
    Field(
        description=f"At most {MAX_DETAILS} names with values that the receipt keeps.",
        examples=[{"subject": "A17", "condition": "dark"}],
        json_schema_extra={
            "maxProperties": MAX_DETAILS,
            "propertyNames": {"minLength": 1, "maxLength": MAX_DETAIL_NAME_CHARS},
            "additionalProperties": {"type": "string", "maxLength": MAX_DETAIL_VALUE_CHARS},
        },
    ),
]
EventTextField = Annotated[
    str,
    Field(
        json_schema_extra={"maxLength": MAX_EVENT_TEXT_CHARS},
        description="What happened, in one line.",
        examples=["lever pressed"],
    ),
]
EventLengthField = Annotated[
    float,
    Field(
        json_schema_extra={"minimum": 0, "maximum": MAX_EVENT_LENGTH_S},
        description="Seconds that it lasted.",
    ),
]
EventValueField = Annotated[
    int | float | str,
    Field(description=f"A number, or a string of at most {MAX_EVENT_VALUE_CHARS} characters."),
]
MomentField = Annotated[
    str,
    Field(
        max_length=40,
        description="ISO 8601 with its offset from UTC.",
        examples=["2026-11-24T14:03:00.250Z"],
    ),
]

DurationNumber = Annotated[
    int | None,
    Field(
        ge=MIN_DURATION_S,
        le=MAX_DURATION_S,
        description="Whole seconds; null: until it is stopped, in several videos.",
        examples=[60],
    ),
]
VideoLengthNumber = Annotated[
    int | None,
    Field(
        ge=MIN_VIDEO_LENGTH_S,
        le=MAX_VIDEO_LENGTH_S,
        description="Whole seconds of each video, up to the next key frame; by default "
        f"{DEFAULT_VIDEO_LENGTH_S} if the recording has no end, otherwise it is one video.",
    ),
]

ModelT = TypeVar("ModelT", bound=BaseModel)


class FieldError(InputError):
    """``bad_field``: a field of a request is wrong; `reason` is a key of ``web.json``."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__("bad_field", field=redact(field)[:100], reason=reason)

    def text(self, language: str = "en") -> str:
        """Return what is wrong with the field."""
        reason = translate(f"web.{self.facts['reason']}", language)
        return translate("errors.bad_field", language, field=self.facts["field"], reason=reason)


class RequestModel(BaseModel):
    """A request's body. It converts no types and allows no unknown fields."""

    model_config = ConfigDict(extra="forbid", strict=True)


class OpenRequest(RequestModel):
    """Open a camera."""

    url: AddressString
    name: NameString | None = Field(None, description="The camera's host by default.")
    clock: ClockChoice | None = Field(
        None,
        description="What dates its frames. camera: its own clock, as long as that proves right. "
        "By default what did when it was opened before, or else arrival.",
    )
    stays: bool | None = Field(
        None,
        description="Whether it is opened again at each start of camrec. By default as before, and "
        "false for a new camera.",
    )


class CloseRequest(RequestModel):
    """Close a camera."""

    session_id: IdString


class RecordingRequest(RequestModel):
    """What the requests that start recordings have in common."""

    duration: DurationNumber
    video_length: VideoLengthNumber = None
    start_at: str | None = Field(
        None,
        max_length=40,
        description=(
            f"ISO 8601 with its offset from UTC, at most {MAX_START_AHEAD_DAYS} days ahead."
        ),
        examples=["2026-11-24T14:03:00Z"],
    )
    details: DetailsField = None

    def parse_start(self) -> int | None:
        """Return `start_at` in UTC nanoseconds; raises InputError (``bad_start``)."""
        try:
            return None if self.start_at is None else _parse_utc(self.start_at)
        except (ValueError, OverflowError):
            raise InputError("bad_start", days=MAX_START_AHEAD_DAYS) from None

    def parse_details(self) -> Details:
        """Return `details`; raises InputError (``bad_details``)."""
        return NO_DETAILS if self.details is None else Details(self.details)


class RecordRequest(RecordingRequest):
    """Start to record a camera, by its own id or by the id of its session."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["session_id"]}, {"required": ["camera_id"]}]}
    )

    session_id: IdString | None = None
    camera_id: IdString | None = Field(
        None,
        description="Its oldest session is recorded. If it has none, it is opened at `start_at`.",
    )
    name: NameString | None = Field(None, description="The session's name by default.")

    @model_validator(mode="after")
    def _require_one_id(self) -> RecordRequest:
        if (self.session_id is None) == (self.camera_id is None):
            raise FieldError("session_id", "one_camera")
        return self


class EndRequest(RequestModel):
    """Let a recording end at another time."""

    ends_at: str | None = Field(
        max_length=40,
        description="ISO 8601 with its offset from UTC, later than now; null: when it is stopped. "
        "If that is more than a day after its start, it becomes a series of videos.",
        examples=["2026-11-24T15:03:00Z"],
    )

    def parse_end(self) -> int | None:
        """Return `ends_at` in UTC nanoseconds; raises InputError (``bad_end``)."""
        try:
            return None if self.ends_at is None else _parse_utc(self.ends_at)
        except (ValueError, OverflowError):
            raise InputError("bad_end") from None


class TogetherRequest(RecordingRequest):
    """Start to record several cameras at the same moment."""

    session_ids: list[IdString] = Field(min_length=1, max_length=64)
    name: NameString | None = Field(None, description="Of all of them; by default the session's.")


class StopRequest(RequestModel):
    """End a recording early, by its own id or by the id of its session."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["session_id"]}, {"required": ["recording_id"]}]}
    )

    session_id: IdString | None = None
    recording_id: IdString | None = None

    @model_validator(mode="after")
    def _require_one_id(self) -> StopRequest:
        if (self.session_id is None) == (self.recording_id is None):
            raise FieldError("session_id", "one_id")
        return self


class SeenRequest(RequestModel):
    """Mark alerts as seen: those of the list, or all of them."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["ids"]}, {"required": ["all"]}]}
    )

    ids: list[IdString] | None = Field(None, min_length=1, max_length=MAX_ALERTS)
    all: Literal[True] | None = None

    @model_validator(mode="after")
    def _require_one_choice(self) -> SeenRequest:
        if (self.ids is None) == (self.all is None):
            raise FieldError("ids", "ids_or_all")
        return self


class DelayRequest(RequestModel):
    """How late the frames of a camera are dated."""

    seconds: float = Field(
        ge=-MAX_DELAY_S,
        le=MAX_DELAY_S,
        allow_inf_nan=False,
        description="A frame that is dated t was taken at t - seconds.",
        examples=[0.137],
    )
    uncertainty: float = Field(
        ge=0,
        le=MAX_DELAY_S,
        allow_inf_nan=False,
        description="Seconds by which it is probably wrong at most.",
        examples=[0.002],
    )
    utc_source: ClockChoice = Field(
        description="Which clock dated the frames when it was measured: `utc_source` of a receipt, "
        "and camera for zone."
    )
    measured_at: str | None = Field(
        None,
        max_length=40,
        description="ISO 8601 with its offset from UTC; by default now.",
        examples=["2026-11-24T14:03:00Z"],
    )

    def to_delay(self, now_ns: int) -> MeasuredDelay:
        """Return the delay; raises InputError (``bad_delay``)."""
        try:
            return MeasuredDelay(
                delay_s=self.seconds,
                uncertainty_s=self.uncertainty,
                measured_at=now_ns if self.measured_at is None else _parse_utc(self.measured_at),
                utc_source=self.utc_source,
            )
        except (ValueError, OverflowError):
            raise InputError("bad_delay", longest=MAX_DELAY_S) from None


class CameraRequest(RequestModel):
    """Rename a camera, change its address, clock or measured delay, or let it stay."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [{"required": [key]} for key in ("name", "url", "clock", "delay", "stays")]
        }
    )

    name: NameString | None = None
    url: AddressString | None = Field(
        None,
        description="Without a user and a password, the camera keeps those that it has, if scheme, "
        "host and port stay the same.",
    )
    clock: ClockChoice | None = Field(
        None, description="What dates its frames when it is opened the next time."
    )
    stays: bool | None = Field(
        None, description="Whether it is opened again at each start of camrec."
    )
    delay: DelayRequest | None = Field(
        None, description="Null forgets it. Without this field it stays, unless `url` changes."
    )

    def to_delay(self, now_ns: int) -> MeasuredDelay | Literal["keep"] | None:
        """Return the new delay; None: forget it. Raises InputError (``bad_delay``)."""
        if "delay" not in self.model_fields_set:
            return "keep"
        return None if self.delay is None else self.delay.to_delay(now_ns)

    @model_validator(mode="after")
    def _require_a_change(self) -> CameraRequest:
        is_same = all(each is None for each in (self.name, self.url, self.clock, self.stays))
        if is_same and "delay" not in self.model_fields_set:
            raise InputError("no_change")
        return self


class EventRequest(RequestModel):
    """What an event to be marked says."""

    text: EventTextField | None = None
    at: MomentField | None = None
    length: EventLengthField | None = None
    value: EventValueField | None = None
    source: str = Field(
        "rest",
        json_schema_extra={"maxLength": MAX_EVENT_SOURCE_CHARS},
        description="Who marks it, such as the name of a program.",
    )

    def fields(self) -> EventFields:
        """Return what it says about the event."""
        return EventFields(text=self.text or "", length=self.length, value=self.value)

    def parse_at(self) -> int | None:
        """Return `at` in UTC nanoseconds; raises InputError (``bad_event_time``)."""
        try:
            return None if self.at is None else _parse_utc(self.at)
        except (ValueError, OverflowError):
            raise InputError("bad_event_time") from None


class MarkRequest(EventRequest):
    """Mark an event in recordings. Without `at` it happened when the request arrived."""

    recording_ids: list[IdString] | None = Field(
        None, min_length=1, max_length=64, description="By default all that record at that moment."
    )


class MarkVideoRequest(EventRequest):
    """Mark an event in a finished video, at a time or at a second of the video."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["at"]}, {"required": ["second"]}]}
    )

    second: float | None = Field(
        None, ge=0, le=MAX_EVENT_SECOND, description="Seconds from the video's start."
    )

    @model_validator(mode="after")
    def _require_one_moment(self) -> MarkVideoRequest:
        if (self.at is None) == (self.second is None):
            raise FieldError("at", "one_moment")
        return self


class EventChangeRequest(RequestModel):
    """Change an event. Null removes its length or its value."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [{"required": ["text"]}, {"required": ["value"]}, {"required": ["length"]}]
        }
    )

    text: EventTextField = ""
    length: EventLengthField | None = None
    value: EventValueField | None = None

    @model_validator(mode="after")
    def _require_a_change(self) -> EventChangeRequest:
        if not self.model_fields_set:
            raise InputError("no_change")
        return self

    def fields(self) -> EventFields:
        """Return what changes."""
        changes: EventFields = {}
        if "text" in self.model_fields_set:
            changes["text"] = self.text
        if "length" in self.model_fields_set:
            changes["length"] = self.length
        if "value" in self.model_fields_set:
            changes["value"] = self.value
        return changes


class VideoRequest(RequestModel):
    """Rename a video, or lock or unlock it: retention does not delete a locked video."""

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": ["name"]}, {"required": ["locked"]}]}
    )

    name: NameString | None = None
    locked: bool | None = None

    @model_validator(mode="after")
    def _require_a_change(self) -> VideoRequest:
        if self.name is None and self.locked is None:
            raise InputError("no_change")
        return self


_REASON_BY_ERROR_TYPE = {
    "missing": "missing",
    "extra_forbidden": "unknown",
    "string_too_long": "too_long",
    "too_long": "too_long",
    "too_short": "bad_value",
    "greater_than_equal": "bad_value",
    "less_than_equal": "bad_value",
    "finite_number": "bad_value",
    "literal_error": "bad_value",
}


# The errors that fields of a wrong type have in common with fields of a wrong value.
_CODE_BY_FIELD: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "url": ("address_type", {}),
    "name": ("bad_name", {"longest": MAX_NAME_CHARS}),
    "duration": ("bad_duration", {"shortest": MIN_DURATION_S, "longest": MAX_DURATION_S}),
    "video_length": (
        "bad_video_length",
        {"shortest": MIN_VIDEO_LENGTH_S, "longest": MAX_VIDEO_LENGTH_S},
    ),
    "start_at": ("bad_start", {"days": MAX_START_AHEAD_DAYS}),
    "ends_at": ("bad_end", {}),
    "details": (
        "bad_details",
        {
            "most": MAX_DETAILS,
            "longest_name": MAX_DETAIL_NAME_CHARS,
            "longest_value": MAX_DETAIL_VALUE_CHARS,
        },
    ),
    "text": ("bad_event_text", {"longest": MAX_EVENT_TEXT_CHARS}),
    "at": ("bad_event_time", {}),
    "length": ("bad_event_length", {"longest": MAX_EVENT_LENGTH_S}),
    "value": ("bad_event_value", {"longest": MAX_EVENT_VALUE_CHARS}),
    "source": ("bad_event_source", {"longest": MAX_EVENT_SOURCE_CHARS}),
}


def parse_request(model: type[ModelT], body: bytes) -> ModelT:
    """Validate a request's body as `model`.

    Raises
    ------
    InputError
        ``bad_json``, ``bad_field``, ``bad_delay``, and the codes of `_CODE_BY_FIELD`.
    """
    return _validate(model, _parse_json_object(body))


def _validate(model: type[ModelT], values: Mapping[str, object]) -> ModelT:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        # The error does not contain the value: it may be a password in the wrong field.
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    field = ".".join(map(str, first["loc"]))
    if field.startswith("delay"):
        raise InputError("bad_delay", longest=MAX_DELAY_S)
    reason = _REASON_BY_ERROR_TYPE.get(first["type"], "wrong_type")
    if reason in ("wrong_type", "bad_value"):
        root = str(first["loc"][0]) if first["loc"] else ""
        if root in _CODE_BY_FIELD:
            code, facts = _CODE_BY_FIELD[root]
            raise InputError(code, **facts)
    raise FieldError(field, reason)


def _parse_utc(iso: str) -> int:
    """UTC in nanoseconds; raises ValueError or OverflowError if it has no offset from UTC."""
    if parse_iso(iso).tzinfo is None:
        raise ValueError("no offset from UTC")
    return iso_to_utc_ns(iso)


def _parse_json_object(body: bytes) -> dict[str, object]:
    try:
        values = json.loads(body.decode("utf-8"))
    except json.JSONDecodeError as error:
        raise InputError("bad_json", reason=f"{error.lineno}:{error.colno}") from None
    except (ValueError, RecursionError) as error:
        raise InputError("bad_json", reason=type(error).__name__) from None
    if not isinstance(values, dict):
        raise InputError("bad_json", reason=type(values).__name__)
    return values
