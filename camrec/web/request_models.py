"""Validates the bodies of REST requests, with a model for each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from camrec.camera_address import MAX_ADDRESS_CHARS, MAX_NAME_CHARS
from camrec.camera_clock import ClockChoice
from camrec.camera_registry import MAX_DELAY_S, MeasuredDelay
from camrec.clock import iso_to_utc_ns, parse_iso
from camrec.errors import InputError
from camrec.i18n import translate
from camrec.recording_limits import MAX_DURATION_S, MAX_START_AHEAD_DAYS, MIN_DURATION_S
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


class CloseRequest(RequestModel):
    """Close a camera."""

    session_id: IdString


class RecordRequest(RequestModel):
    """Start to record a camera."""

    session_id: IdString
    duration: int = Field(
        ge=MIN_DURATION_S, le=MAX_DURATION_S, description="Whole seconds.", examples=[60]
    )
    name: NameString | None = Field(None, description="The session's name by default.")
    start_at: str | None = Field(
        None,
        max_length=40,
        description=(
            f"ISO 8601 with its offset from UTC, at most {MAX_START_AHEAD_DAYS} days ahead."
        ),
        examples=["2026-11-24T14:03:00Z"],
    )

    def parse_start(self) -> int | None:
        """Return `start_at` in UTC nanoseconds; raises InputError (``bad_start``)."""
        if self.start_at is None:
            return None
        try:
            return _parse_utc(self.start_at)
        except (ValueError, OverflowError):
            raise InputError("bad_start", days=MAX_START_AHEAD_DAYS) from None


class TogetherRequest(RequestModel):
    """Start to record several cameras at the same moment."""

    session_ids: list[IdString] = Field(min_length=1, max_length=64)
    duration: int = Field(
        ge=MIN_DURATION_S, le=MAX_DURATION_S, description="Whole seconds.", examples=[60]
    )


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
    """Rename a camera, give it another address or clock, or store its measured delay."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [{"required": [key]} for key in ("name", "url", "clock", "delay")]
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
        is_same = self.name is None and self.url is None and self.clock is None
        if is_same and "delay" not in self.model_fields_set:
            raise FieldError("name", "missing")
        return self


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
            raise FieldError("name", "missing")
        return self


_REASON_BY_ERROR_TYPE = {
    "missing": "missing",
    "extra_forbidden": "unknown",
    "string_too_long": "too_long",
}


def parse_request(model: type[ModelT], body: bytes) -> ModelT:
    """Validate a request's body as `model`.

    Raises
    ------
    InputError
        ``bad_json``, ``bad_field``, ``bad_duration``, ``bad_start``, ``bad_name``, ``bad_delay``,
        ``address_type``.
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
    if reason == "wrong_type":
        if field == "url":
            raise InputError("address_type")
        if field == "name":
            raise InputError("bad_name", longest=MAX_NAME_CHARS)
        if field == "duration":
            raise InputError("bad_duration", shortest=MIN_DURATION_S, longest=MAX_DURATION_S)
        if field == "start_at":
            raise InputError("bad_start", days=MAX_START_AHEAD_DAYS)
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
