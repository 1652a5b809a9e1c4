"""Events and details of recordings, as the other objects of the Python API take and return them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from camrec.annotations import (
    Details,
    Event,
    EventFields,
    EventValue,
    check_event_fields,
)
from camrec.api.backend import Backend
from camrec.api.process_state import local_backend
from camrec.errors import InputError
from camrec.frames import optional_packages, to_utc_ns
from camrec.library import PlacedEvent

if TYPE_CHECKING:
    import pandas

DetailValues = Mapping[str, str | int | float]

EVENT_COLUMN_DTYPES = {
    "second": "float64",
    "frame": "Int64",
    "in_gap": "bool",
    "length": "float64",
    "text": "str",
    "value": "object",
    "source": "str",
    "id": "str",
}


def mark(
    text: str = "",
    *,
    at: np.datetime64 | datetime | None = None,
    length: float | None = None,
    value: EventValue | None = None,
) -> list[Event]:
    """Mark an event in all recordings of this process.

    Each event is on the disk when this returns, and is later in the receipt of the video.

    Parameters
    ----------
    text
        What happened: one line of at most 1000 characters.
    at
        When it happened or began (UTC if it has no time zone). By default now.
    length
        How many seconds it lasted, 0 to 2678400 (31 days). By default it has no length.
    value
        A number, or a string of at most 1000 characters, such as the number of a trial.

    Returns
    -------
    One event for each recording.

    Raises
    ------
    InputError
        ``bad_event_text``, ``bad_event_time``, ``bad_event_length``, ``bad_event_value``: an
        argument is not valid. ``event_in_future``: `at` is later than now.
    StateError
        ``nothing_recorded``: nothing was being recorded at that moment. ``events_full``: a
        recording has 100,000 events already.
    ServiceError
        ``folder_unwritable``: the disk cannot be written. The event is not stored.
    """
    return mark_recordings(local_backend(), text, at, length, value, None)


def mark_recordings(
    backend: Backend,
    text: str,
    at: np.datetime64 | datetime | None,
    length: float | None,
    value: EventValue | None,
    recording_ids: list[str] | None,
) -> list[Event]:
    """Mark an event in the given recordings of a backend, or in all. See `mark`."""
    moment = None if at is None else to_utc_ns(at)
    if at is not None and moment is None:
        raise InputError("bad_event_time")
    return backend.mark(to_fields(text, length, value), moment, recording_ids)


def to_fields(text: str, length: float | None, value: EventValue | None) -> EventFields:
    """Return the fields of an event; numbers of NumPy become Python's.

    Raises InputError, as `mark`, also for what JSON cannot contain.
    """
    fields: EventFields = {"text": text}
    if length is not None:
        fields["length"] = length.item() if isinstance(length, np.generic) else length
    if value is not None:
        fields["value"] = value.item() if isinstance(value, np.generic) else value
    check_event_fields(fields)
    return fields


def to_details(values: DetailValues | None) -> Details:
    """Return the details of a recording; numbers become strings.

    Raises InputError (``bad_details``).
    """
    if not isinstance(values, Mapping):
        return Details(values)
    return Details({name: _to_string(each) for name, each in values.items()})


def to_dataframe(placed: Sequence[PlacedEvent]) -> pandas.DataFrame:
    """Return a table of the events of a video. See `camrec.Video.events`."""
    with optional_packages():
        import pandas
    rows = [
        (
            each.second,
            each.frame,
            each.in_gap,
            each.event.length,
            each.event.text,
            each.event.value,
            each.event.source,
            each.event.id,
        )
        for each in placed
    ]
    index = pandas.DatetimeIndex(
        pandas.to_datetime([each.event.at for each in placed], utc=True), name="at"
    ).as_unit("ns")
    table = pandas.DataFrame(rows, columns=list(EVENT_COLUMN_DTYPES), index=index)
    typed: pandas.DataFrame = table.astype(EVENT_COLUMN_DTYPES)
    return typed


def _to_string(value: object) -> object:
    is_number = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
    return str(value) if is_number else value  # `Details` rejects what is no string
