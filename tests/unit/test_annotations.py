"""Events and details: what they may contain, and how they are written."""

from __future__ import annotations

import json
import math

import pytest

from camrec.annotations import Details, Event, change_event, create_event, sort_events
from camrec.errors import InputError
from camrec.receipt import Receipt
from support.units_made import SECOND

AT = 1_790_000_000 * SECOND + 250_000_999
LONGEST = "x" * 1000


def made(**fields: object) -> Event:
    return create_event(AT, fields, "test")


def test_an_event_is_exact_to_the_microsecond_and_written_in_utc():
    event = made(text="lever pressed", value=3, length=0.5)
    assert event.at_ns == AT // 1000 * 1000 and event.end_ns == event.at_ns + SECOND // 2
    written = json.loads(event.model_dump_json())
    assert written == {
        "id": event.id,
        "at": "2026-09-21T14:13:20.250000Z",
        "length": 0.5,
        "text": "lever pressed",
        "value": 3,
        "source": "test",
    }
    assert Event.model_validate_json(event.model_dump_json()) == event


@pytest.mark.parametrize(
    "value", [None, 0, -3, 2**60, 0.5, 3.0, "", "left", "é", LONGEST, "\U0001f600"]
)
def test_the_value_of_an_event_keeps_its_type(value):
    event = made(value=value)
    again = Event.model_validate_json(event.model_dump_json())
    assert again.value == value and type(again.value) is type(value)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"text": "x" * 1001}, "bad_event_text"),
        ({"text": "x" * 10_000}, "bad_event_text"),
        ({"text": "a\nb"}, "bad_event_text"),
        ({"text": "\x00"}, "bad_event_text"),
        ({"text": "a\u2028b"}, "bad_event_text"),
        ({"text": "\x9b31m"}, "bad_event_text"),
        ({"text": "\ud800"}, "bad_event_text"),
        ({"text": 1}, "bad_event_text"),
        ({"text": None}, "bad_event_text"),
        ({"length": -1}, "bad_event_length"),
        ({"length": math.nan}, "bad_event_length"),
        ({"length": 1e9}, "bad_event_length"),
        ({"length": True}, "bad_event_length"),
        ({"length": "1"}, "bad_event_length"),
        ({"value": math.inf}, "bad_event_value"),
        ({"value": 10**400}, "bad_event_value"),
        ({"value": True}, "bad_event_value"),
        ({"value": [1]}, "bad_event_value"),
        ({"value": "a\tb"}, "bad_event_value"),
        ({"value": "x" * 1001}, "bad_event_value"),
    ],
)
def test_what_an_event_may_not_say_is_refused_when_it_is_made_and_when_it_is_changed(fields, code):
    for make in (lambda: made(**fields), lambda: change_event(made(), fields)):
        with pytest.raises(InputError) as refused:
            make()
        assert refused.value.code == code


@pytest.mark.parametrize("source", ["x" * 65, "a\nb", None])
def test_a_bad_source_of_an_event_is_refused(source):
    with pytest.raises(InputError) as refused:
        create_event(AT, {}, source)
    assert refused.value.code == "bad_event_source"


def test_a_changed_event_keeps_the_rest():
    event = made(text="a", value=1, length=2.0)
    assert change_event(event, {"value": None}) == event.model_copy(update={"value": None})
    assert change_event(event, {}) == event


def test_events_are_sorted_by_when_they_happened():
    late, early = create_event(AT + SECOND, {}, ""), made()
    assert sort_events([late, early]) == [early, late]


def test_details_keep_their_order_and_never_change():
    details = Details({" subject ": "A17", "condition": "", "é": LONGEST})
    assert dict(details) == {"subject": "A17", "condition": "", "é": LONGEST}
    assert list(details) == ["subject", "condition", "é"]
    assert Details() == {} and Details({str(n): "" for n in range(32)})
    with pytest.raises(TypeError):
        details["subject"] = "B"


@pytest.mark.parametrize(
    "given",
    [
        {str(number): "" for number in range(33)},
        {"": "a"},
        {"  ": "a"},
        {"x" * 65: "a"},
        {"a": "x" * 1001},
        {"a\nb": "a"},
        {"a": "a\x1bb"},
        {"a": 1},
        {"a": None},
        {1: "a"},
        {"a": "1", "a ": "2"},
        [("a", "b")],
        "text",
    ],
)
def test_bad_details_are_refused(given):
    with pytest.raises(InputError) as refused:
        Details(given)
    assert refused.value.code == "bad_details"


def test_a_receipt_without_events_and_details_stays_readable():
    old = {
        "recording_id": "a", "name": "Door", "source": "rtsp://camera/live", "asked": 2,
        "duration": 2, "started_at": "2026-11-24T14:03:00Z", "ended_at": "2026-11-24T14:03:02Z",
        "ended": "time", "frames": 50, "width": 320, "height": 240, "video_codec": "h264",
        "size": 1, "sha256": "", "playable": True,
    }  # fmt: skip
    receipt = Receipt.model_validate(old)
    assert (receipt.events, receipt.details) == ([], {})
    marked = receipt.model_copy(update={"events": [made(text="a")], "details": {"b": "c"}})
    assert Receipt.model_validate_json(marked.model_dump_json()) == marked
