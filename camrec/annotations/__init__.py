"""What people and programs write down with a recording: events and details."""

from camrec.annotations.details import (
    MAX_DETAIL_NAME_CHARS,
    MAX_DETAIL_VALUE_CHARS,
    MAX_DETAILS,
    NO_DETAILS,
    Details,
)
from camrec.annotations.event import (
    MAX_EVENT_LENGTH_S,
    MAX_EVENT_SOURCE_CHARS,
    MAX_EVENT_TEXT_CHARS,
    MAX_EVENT_VALUE_CHARS,
    Event,
    EventFields,
    EventValue,
    change_event,
    check_event_fields,
    create_event,
)
from camrec.annotations.event_log import (
    EVENT_LOG_FILENAME,
    MAX_EVENTS,
    EventLog,
    EventLogReleased,
    sort_events,
)
from camrec.annotations.plain_text import is_plain_text

__all__ = [
    "EVENT_LOG_FILENAME",
    "MAX_DETAILS",
    "MAX_DETAIL_NAME_CHARS",
    "MAX_DETAIL_VALUE_CHARS",
    "MAX_EVENTS",
    "MAX_EVENT_LENGTH_S",
    "MAX_EVENT_SOURCE_CHARS",
    "MAX_EVENT_TEXT_CHARS",
    "MAX_EVENT_VALUE_CHARS",
    "NO_DETAILS",
    "Details",
    "Event",
    "EventFields",
    "EventLog",
    "EventLogReleased",
    "EventValue",
    "change_event",
    "check_event_fields",
    "create_event",
    "is_plain_text",
    "sort_events",
]
