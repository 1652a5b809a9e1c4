"""An event: something that happened at a moment, or over a length of time, of a recording."""

from __future__ import annotations

import math
import secrets
from datetime import datetime, timedelta, timezone
from typing import Annotated, TypedDict

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, PlainSerializer

from camrec.annotations.plain_text import is_plain_text
from camrec.clock import format_iso
from camrec.errors import InputError

MAX_EVENT_TEXT_CHARS = 1000
MAX_EVENT_VALUE_CHARS = 1000
MAX_EVENT_SOURCE_CHARS = 64
MAX_EVENT_LENGTH_S = 31 * 86_400

EventValue = int | float | str

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def _to_utc_ns(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000


UtcMoment = Annotated[
    AwareDatetime,
    AfterValidator(lambda moment: moment.astimezone(timezone.utc)),
    PlainSerializer(lambda moment: format_iso(_to_utc_ns(moment)), return_type=str),
]


class EventFields(TypedDict, total=False):
    """What a maker may say about an event, and change later."""

    text: str
    length: float | None
    value: EventValue | None


class Event(BaseModel):
    """Something that happened while a camera was recorded, marked by a person or a program.

    Attributes
    ----------
    id : another one for each event of each recording.
    at : when it happened or began: a `datetime.datetime` in UTC, exact to the microsecond.
    length : how many seconds it lasted; None: it has no length.
    text : what happened; may be empty.
    value : a number or a string that belongs to it, such as the number of a trial, or None.
    source : who marked it, such as "python".
    """

    model_config = ConfigDict(frozen=True)

    id: str
    at: UtcMoment
    length: float | None = None
    text: str = ""
    value: EventValue | None = None
    source: str = ""

    @property
    def at_ns(self) -> int:
        """When it happened or began: UTC nanoseconds."""
        return _to_utc_ns(self.at)

    @property
    def end_ns(self) -> int:
        """When it ended: UTC nanoseconds. Without a length it is `at_ns`."""
        return self.at_ns + round((self.length or 0.0) * 10**9)


def create_event(at: int, fields: EventFields, source: str) -> Event:
    """Make an event with a new id.

    Parameters
    ----------
    at
        UTC nanoseconds.

    Raises
    ------
    InputError
        ``bad_event_text``, ``bad_event_length``, ``bad_event_value``, ``bad_event_source``.
    """
    check_event_fields(fields)
    if not is_plain_text(source, MAX_EVENT_SOURCE_CHARS):
        raise InputError("bad_event_source", longest=MAX_EVENT_SOURCE_CHARS)
    moment = _EPOCH + timedelta(microseconds=at // 1000)
    return Event(id=secrets.token_hex(8), at=moment, source=source, **fields)


def change_event(event: Event, fields: EventFields) -> Event:
    """Return an event with these fields instead. Raises InputError, as `create_event`."""
    check_event_fields(fields)
    return event.model_copy(update=dict(fields))


def check_event_fields(fields: EventFields) -> None:
    """Raise InputError, as `create_event`, if one of these fields is not valid."""
    if not is_plain_text(fields.get("text", ""), MAX_EVENT_TEXT_CHARS):
        raise InputError("bad_event_text", longest=MAX_EVENT_TEXT_CHARS)
    length = fields.get("length")
    if length is not None and not (_is_number(length) and 0 <= length <= MAX_EVENT_LENGTH_S):
        raise InputError("bad_event_length", longest=MAX_EVENT_LENGTH_S)
    value = fields.get("value")
    if not (value is None or _is_number(value) or is_plain_text(value, MAX_EVENT_VALUE_CHARS)):
        raise InputError("bad_event_value", longest=MAX_EVENT_VALUE_CHARS)


def _is_number(value: object) -> bool:
    """Return whether it is a finite number that a float can hold."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False
