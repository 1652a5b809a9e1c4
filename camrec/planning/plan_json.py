"""Plans as JSON: in requests and replies, and in the file with the plans."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, time
from typing import cast, get_args

from camrec.annotations import Details
from camrec.errors import InputError
from camrec.i18n import Phrase
from camrec.planning.plan import (
    MAX_SUN_OFFSET_S,
    RecordingPlan,
    SunStart,
    Weekday,
    wrong_last_day,
)
from camrec.planning.sun import SunEvent
from camrec.planning.time_of_day import parse_time_of_day
from camrec.recording_limits import (
    MAX_DURATION_S,
    MAX_VIDEO_LENGTH_S,
    MIN_DURATION_S,
    MIN_VIDEO_LENGTH_S,
)

_DATE_PATTERN = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# Fields that a change of the key replaces.
_REPLACED_FIELDS: Mapping[str, tuple[str, ...]] = {
    "end": ("duration",),
    "duration": ("end",),
    "always": ("days", "start", "end", "duration"),
    "days": ("always",),
    "start": ("always",),
}


def parse_plan(values: Mapping[str, object]) -> RecordingPlan:
    """The plan that an object of JSON describes. A null is like a missing field.

    Raises
    ------
    InputError
        ``bad_field``, ``bad_name``, ``bad_details``, ``plan_cameras``, ``plan_days``,
        ``plan_time``, ``plan_length``, ``plan_end_is_start``, ``plan_number``, ``plan_always``,
        ``plan_until``. Those of plans have the name of the field as the fact ``field``.
    """
    given = {field: value for field, value in values.items() if value is not None}
    for field in given:
        if field not in _PARSERS:
            raise InputError("bad_field", field=str(field)[:100], reason=Phrase("web.unknown"))
    if "cameras" not in given:
        raise InputError("bad_field", field="cameras", reason=Phrase("web.missing"))
    # The parsers give each field its type.
    return RecordingPlan(**{field: _PARSERS[field](field, value) for field, value in given.items()})  # type: ignore[arg-type]


def change_plan(plan: RecordingPlan, changes: Mapping[str, object]) -> RecordingPlan:
    """`plan` with some of its fields replaced; a null removes a field. Raises as `parse_plan`.

    A new end takes the place of a duration, hours take the place of "always", and so on.
    """
    values = plan_to_json(plan)
    for field, value in changes.items():
        if value is not None and value is not False:
            for replaced in _REPLACED_FIELDS.get(field, ()):
                if replaced not in changes:
                    values.pop(replaced, None)
    return parse_plan({**values, **changes})


def plan_to_json(plan: RecordingPlan) -> dict[str, object]:
    """The object of JSON for `plan`, without the fields that it does not use."""
    values: dict[str, object] = {"cameras": list(plan.cameras)}
    if plan.always:
        values["always"] = True
    else:
        values["days"] = list(plan.days)
        if isinstance(plan.start, SunStart):
            values["start"] = {"sun": plan.start.sun, "offset": plan.start.offset}
        elif plan.start is not None:
            values["start"] = _format_time(plan.start)
    if plan.end is not None:
        values["end"] = _format_time(plan.end)
    for field in ("duration", "video_length", "name"):
        if getattr(plan, field) is not None:
            values[field] = getattr(plan, field)
    if plan.until is not None:
        values["until"] = plan.until.isoformat()
    values["enabled"] = plan.enabled
    if plan.details:
        values["details"] = dict(plan.details)
    return values


def _format_time(moment: time) -> str:
    return moment.isoformat("seconds" if moment.second else "minutes")


def _parse_strings(field: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise _wrong_type(field)
    return tuple(value)


def _parse_days(field: str, value: object) -> tuple[Weekday, ...]:
    # `RecordingPlan` checks that they are days.
    return cast("tuple[Weekday, ...]", _parse_strings(field, value))


def _parse_start(field: str, value: object) -> time | SunStart:
    if not isinstance(value, Mapping):
        return _parse_time(field, value)
    if not {"sun"} <= value.keys() <= {"sun", "offset"} or value["sun"] not in get_args(SunEvent):
        raise InputError("plan_time", field=field)
    offset = _whole_number(-MAX_SUN_OFFSET_S, MAX_SUN_OFFSET_S)
    return SunStart(value["sun"], offset("start.offset", value.get("offset", 0)))


def _parse_time(field: str, value: object) -> time:
    found = parse_time_of_day(value) if isinstance(value, str) else None
    if found is None:
        raise InputError("plan_time", field=field)
    return found


def _parse_until(field: str, value: object) -> date:
    try:
        if not isinstance(value, str) or _DATE_PATTERN.fullmatch(value) is None:
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise wrong_last_day(field) from None


def _parse_bool(field: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise _wrong_type(field)
    return value


def _parse_string(field: str, value: object) -> str:
    if not isinstance(value, str):
        raise _wrong_type(field)
    return value


def _parse_details(field: str, value: object) -> Details:
    return Details(value)


def _whole_number(lowest: int, highest: int) -> Callable[[str, object], int]:
    def parse_number(field: str, value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise InputError("plan_number", field=field, lowest=lowest, highest=highest)
        return value

    return parse_number


def _wrong_type(field: str) -> InputError:
    return InputError("bad_field", field=field, reason=Phrase("web.wrong_type"))


_PARSERS: Mapping[str, Callable[[str, object], object]] = {
    "cameras": _parse_strings,
    "days": _parse_days,
    "start": _parse_start,
    "end": _parse_time,
    "duration": _whole_number(MIN_DURATION_S, MAX_DURATION_S),
    "always": _parse_bool,
    "video_length": _whole_number(MIN_VIDEO_LENGTH_S, MAX_VIDEO_LENGTH_S),
    "until": _parse_until,
    "enabled": _parse_bool,
    "name": _parse_string,
    "details": _parse_details,
}
