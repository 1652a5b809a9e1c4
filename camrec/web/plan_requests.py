"""The bodies of requests about plans.

`camrec.planning` checks the values, as it checks those of its file. The models here say which
fields there are, and describe them for the OpenAPI document.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, WithJsonSchema, model_validator

from camrec.annotations import MAX_DETAIL_NAME_CHARS, MAX_DETAIL_VALUE_CHARS, MAX_DETAILS
from camrec.camera_address import MAX_ADDRESS_CHARS, MAX_NAME_CHARS
from camrec.errors import InputError
from camrec.planning import MAX_PLAN_CAMERAS, MAX_SUN_OFFSET_S, MAX_UNTIL, WEEKDAYS
from camrec.recording_limits import (
    MAX_DURATION_S,
    MAX_VIDEO_LENGTH_S,
    MIN_DURATION_S,
    MIN_VIDEO_LENGTH_S,
)
from camrec.web.request_models import RequestModel

_NULL = {"type": "null"}
_TIME_SCHEMA = {
    "type": "string",
    "description": "A time of day. Replies have it as 08:00 or 08:00:30.",
    "examples": ["08:00", "8:00", "8h", "8", "8 pm"],
}
_SUN_SCHEMA = {
    "type": "object",
    "required": ["sun"],
    "additionalProperties": False,
    "properties": {
        "sun": {"enum": ["sunrise", "sunset"]},
        "offset": {
            "type": "integer",
            "minimum": -MAX_SUN_OFFSET_S,
            "maximum": MAX_SUN_OFFSET_S,
            "default": 0,
            "description": "Seconds from the sunrise or sunset; negative: before it.",
        },
    },
}

CamerasField = Annotated[
    object,
    WithJsonSchema(
        {
            "type": "array",
            "minItems": 1,
            "maxItems": MAX_PLAN_CAMERAS,
            "uniqueItems": True,
            "items": {"type": "string", "maxLength": MAX_ADDRESS_CHARS},
            "description": "Ids or addresses. An address makes the camera, which is not opened. "
            "Its user and password are stored as long as a plan names it.",
        }
    ),
]
DaysField = Annotated[
    object,
    WithJsonSchema(
        {
            "type": "array",
            "uniqueItems": True,
            "items": {"enum": list(WEEKDAYS)},
            "description": "The days on which it starts.",
        }
    ),
]
StartField = Annotated[
    object,
    WithJsonSchema(
        {
            "anyOf": [_TIME_SCHEMA, _SUN_SCHEMA, _NULL],
            "description": "By the clock of the setting `timezone`, or by the sun at `place`.",
        }
    ),
]
EndField = Annotated[
    object,
    WithJsonSchema(
        {
            "anyOf": [_TIME_SCHEMA, _NULL],
            "description": "If it is not later than the start, it is one of the next day.",
        }
    ),
]
DurationField = Annotated[
    object,
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": MIN_DURATION_S, "maximum": MAX_DURATION_S},
                _NULL,
            ],
            "description": "Seconds, instead of an end.",
        }
    ),
]
AlwaysField = Annotated[
    object,
    WithJsonSchema(
        {"type": "boolean", "description": "Record without a break: then it has no days and hours."}
    ),
]
VideoLengthField = Annotated[
    object,
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": MIN_VIDEO_LENGTH_S, "maximum": MAX_VIDEO_LENGTH_S},
                _NULL,
            ],
            "description": "Seconds of each video.",
        }
    ),
]
UntilField = Annotated[
    object,
    WithJsonSchema(
        {
            "anyOf": [{"type": "string", "format": "date"}, _NULL],
            "description": f"The last day on which it starts, at most {MAX_UNTIL.isoformat()}.",
        }
    ),
]
EnabledField = Annotated[
    object, WithJsonSchema({"type": "boolean", "description": "False: it is paused."})
]
PlanNameField = Annotated[
    object,
    WithJsonSchema(
        {
            "anyOf": [{"type": "string", "minLength": 1, "maxLength": MAX_NAME_CHARS}, _NULL],
            "description": "The name of its videos; by default that of their camera.",
        }
    ),
]
PlanDetailsField = Annotated[
    object,
    WithJsonSchema(
        {
            "type": "object",
            "maxProperties": MAX_DETAILS,
            "propertyNames": {"minLength": 1, "maxLength": MAX_DETAIL_NAME_CHARS},
            "additionalProperties": {"type": "string", "maxLength": MAX_DETAIL_VALUE_CHARS},
            "description": "What is saved with each recording.",
        }
    ),
]


class PlanFields(RequestModel):
    """The fields of a plan; a null is like a missing field."""

    days: DaysField = None
    start: StartField = None
    end: EndField = None
    duration: DurationField = None
    always: AlwaysField = False
    video_length: VideoLengthField = None
    until: UntilField = None
    enabled: EnabledField = True
    name: PlanNameField = None
    details: PlanDetailsField = None

    def fields(self) -> dict[str, object]:
        """Return the fields that the request contains, unchecked."""
        return {field: getattr(self, field) for field in self.model_fields_set}


class PlanRequest(PlanFields):
    """Add a plan. It has days, a start and an end or a duration; or it has `always`."""

    cameras: CamerasField


class PlanChangeRequest(PlanFields):
    """Change a plan. A null removes a field, and an end takes the place of a duration."""

    cameras: CamerasField = Field(None)

    @model_validator(mode="after")
    def _require_a_change(self) -> PlanChangeRequest:
        if not self.model_fields_set:
            raise InputError("no_change")
        return self
