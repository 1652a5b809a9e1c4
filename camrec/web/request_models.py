"""What is asked over the wire, as models, and how strictly it is read."""

from __future__ import annotations

import json
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from camrec.camera_address import LONGEST_ADDRESS, LONGEST_NAME
from camrec.clock import parse_iso
from camrec.errors import InputError
from camrec.i18n import text
from camrec.redaction import redact
from camrec.station.station import FARTHEST, LONGEST, SHORTEST

Id = Annotated[str, Field(max_length=100, examples=["9f86d081884c7d65"])]
Name = Annotated[
    str, Field(json_schema_extra={"minLength": 1, "maxLength": LONGEST_NAME}, examples=["Door"])
]

R = TypeVar("R", bound=BaseModel)


class FieldError(InputError):
    """``bad_field``: a field of a request is not right; `reason` is a key of the web's texts."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__("bad_field", field=redact(field)[:100], reason=reason)

    def text(self, language: str = "en") -> str:
        reason = text(f"web.{self.facts['reason']}", language)
        return text("errors.bad_field", language, field=self.facts["field"], reason=reason)


class Request(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class OpenRequest(Request):
    """Open a camera."""

    # Its form is checked where every address is: in `sources.parse`.
    url: str = Field(
        json_schema_extra={"maxLength": LONGEST_ADDRESS},
        examples=["rtsp://user:password@192.168.1.20:554/stream"],
        description="rtsp://, rtsps://, http:// or https://; it may hold a user and a password.",
    )
    name: Name | None = Field(None, description="The camera's host by default.")


class CloseRequest(Request):
    """Close a camera."""

    session_id: Id


class RecordRequest(Request):
    """Begin to record a camera."""

    session_id: Id
    duration: int = Field(ge=SHORTEST, le=LONGEST, description="Whole seconds.", examples=[60])
    name: Name | None = Field(None, description="The session's name by default.")
    start_at: str | None = Field(
        None,
        max_length=40,
        description=f"ISO 8601 with its offset from UTC, at most {FARTHEST} days ahead.",
        examples=["2026-11-24T14:03:00Z"],
    )

    def moment(self) -> int | None:
        """`start_at` in UTC nanoseconds. Raises InputError (``bad_start``)."""
        if self.start_at is None:
            return None
        try:
            start = parse_iso(self.start_at)
            if start.tzinfo is None:
                raise ValueError
            return int(start.timestamp() * 1e6) * 1000
        except (ValueError, OverflowError):
            raise InputError("bad_start", days=FARTHEST) from None


class TogetherRequest(Request):
    """Begin to record several cameras at the same moment."""

    session_ids: list[Id] = Field(min_length=1, max_length=64)
    duration: int = Field(ge=SHORTEST, le=LONGEST, description="Whole seconds.", examples=[60])


class StopRequest(Request):
    """End a recording early, by its own id or by its session's."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["session_id"]}, {"required": ["recording_id"]}]}
    )

    session_id: Id | None = None
    recording_id: Id | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> StopRequest:
        if (self.session_id is None) == (self.recording_id is None):
            raise FieldError("session_id", "one_id")
        return self


class VideoRequest(Request):
    """Rename a video; protect it from being deleted for its age or for room, or no longer."""

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": ["name"]}, {"required": ["locked"]}]}
    )

    name: Name | None = None
    locked: bool | None = None

    @model_validator(mode="after")
    def _something(self) -> VideoRequest:
        if self.name is None and self.locked is None:
            raise FieldError("name", "missing")
        return self


_TYPES = {"missing": "missing", "extra_forbidden": "unknown", "string_too_long": "too_long"}


def read(model: type[R], body: bytes) -> R:
    """A request's body as `model`.

    Raises
    ------
    InputError
        ``bad_json``, ``bad_field``, ``bad_duration``, ``bad_start``, ``bad_name``,
        ``address_type``.
    """
    return _checked(model, _json_object(body))


def _checked(model: type[R], values: dict[str, Any]) -> R:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        # What was given stays out of the error: it may be a password in the wrong place.
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    field = ".".join(map(str, first["loc"]))
    reason = _TYPES.get(first["type"], "wrong_type")
    if reason == "wrong_type":
        if field == "url":
            raise InputError("address_type")
        if field == "name":
            raise InputError("bad_name", longest=LONGEST_NAME)
        if field == "duration":
            raise InputError("bad_duration", shortest=SHORTEST, longest=LONGEST)
        if field == "start_at":
            raise InputError("bad_start", days=FARTHEST)
    raise FieldError(field, reason)


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        values = json.loads(body.decode("utf-8"))
    except json.JSONDecodeError as error:
        raise InputError("bad_json", reason=f"{error.lineno}:{error.colno}") from None
    except (ValueError, RecursionError) as error:
        raise InputError("bad_json", reason=type(error).__name__) from None
    if not isinstance(values, dict):
        raise InputError("bad_json", reason=type(values).__name__)
    return values
