"""Times of day as people type them. `tests/javascript/plan_times.test.js` expects the same."""

from __future__ import annotations

import pytest

from camrec.planning import parse_plan, parse_time_of_day, plan_to_json

EIGHT = ["08:00", "8:00", "8h", "8 h", "8H00", "8h00", "8", "08", "8.00", "0800", "800", " 8 "]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((each, "08:00:00") for each in [*EIGHT, "8am", "8 a.m."]),
        ("18h30", "18:30:00"),
        ("6:30 pm", "18:30:00"),
        ("12 am", "00:00:00"),
        ("12pm", "12:00:00"),
        ("0", "00:00:00"),
        ("24:00", "00:00:00"),
        ("24", "00:00:00"),
        ("08:00:30", "08:00:30"),
    ],
)
def test_a_time_of_day_may_be_typed_in_many_ways(text, expected):
    found = parse_time_of_day(text)
    assert found is not None and found.isoformat() == expected


@pytest.mark.parametrize(
    "text",
    ["", "25", "8:60", "24:30", "-8", "8:5", "08:00 – 18:00", "13 pm", "0 am", "noon", "12345"]
    + ["8h h", "08:00\n", "٠٨:00", "24:00:00", "800 pm"],
)
def test_what_is_no_time_of_day_is_none(text):
    assert parse_time_of_day(text) is None


def test_a_plan_has_its_times_with_two_digits():
    values = {"cameras": ["door"], "days": ["mon"], "start": "9:00", "end": "6 pm"}
    plan = plan_to_json(parse_plan(values))
    assert (plan["start"], plan["end"]) == ("09:00", "18:00")
