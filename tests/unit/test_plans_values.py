"""Plans as values and as JSON: what is valid, and what each mistake is called."""

from __future__ import annotations

from datetime import date, time

import pytest

from camrec.errors import InputError
from camrec.planning import (
    Coordinates,
    RecordingPlan,
    SunStart,
    change_plan,
    find_timezone,
    parse_place,
    parse_plan,
    plan_to_json,
    require_place,
)

HOURS = {"cameras": ["door"], "days": ["mon"], "start": "08:00", "end": "18:00"}
SUN = {"sun": "sunrise", "offset": -1800}


@pytest.mark.parametrize(
    "values",
    [
        {**HOURS, "enabled": True},
        {**HOURS, "end": "06:30:15", "enabled": False},
        {"cameras": ["a", "b"], "days": ["sat", "sun"], "start": "23:59", "duration": 86_400}
        | {"enabled": True, "until": "2026-12-24", "name": "Night", "video_length": 600}
        | {"details": {"Subject": "B4", "Condition": ""}},
        {"cameras": ["a"], "days": ["wed"], "start": SUN, "duration": 7200, "enabled": True},
        {"cameras": ["a"], "always": True, "until": "2020-01-01", "enabled": True},
    ],
)
def test_a_plan_is_the_same_after_its_json_was_read_again(values):
    assert plan_to_json(parse_plan(values)) == values


def test_a_plan_has_its_days_in_the_order_of_the_week_and_its_name_trimmed():
    plan = parse_plan({**HOURS, "days": ["sun", "mon", "fri"], "name": " Nest box "})
    assert plan.days == ("mon", "fri", "sun")
    assert plan.name == "Nest box"
    assert plan == RecordingPlan(
        ("door",), ("mon", "fri", "sun"), time(8), time(18), name="Nest box"
    )


BAD = [
    ({"cameras": None}, "bad_field", "cameras"),
    ({"cameras": []}, "plan_cameras", "cameras"),
    ({"cameras": ["a", "a"]}, "plan_cameras", "cameras"),
    ({"cameras": ["rtsp://user:canary@camera"]}, "plan_cameras", "cameras"),
    ({"cameras": [str(number) for number in range(65)]}, "plan_cameras", "cameras"),
    ({"cameras": "door"}, "bad_field", "cameras"),
    ({"days": []}, "plan_days", "days"),
    ({"days": None}, "plan_days", "days"),
    ({"days": ["mon", "mon"]}, "plan_days", "days"),
    ({"days": ["monday"]}, "plan_days", "days"),
    ({"days": [1]}, "bad_field", "days"),
    ({"start": None}, "plan_time", "start"),
    ({"start": "24:30"}, "plan_time", "start"),
    ({"start": "08:60"}, "plan_time", "start"),
    ({"start": "٠٨:00"}, "plan_time", "start"),
    ({"start": "08:00\n"}, "plan_time", "start"),
    ({"start": 8}, "plan_time", "start"),
    ({"start": {"sun": "noon"}}, "plan_time", "start"),
    ({"start": {"sun": "sunset", "moon": 1}}, "plan_time", "start"),
    ({"start": {"offset": 5}}, "plan_time", "start"),
    ({"start": {"sun": ["sunset"]}}, "plan_time", "start"),
    ({"start": {"sun": "sunset", "offset": 43_201}}, "plan_number", "start.offset"),
    ({"start": {"sun": "sunset", "offset": 1.5}}, "plan_number", "start.offset"),
    ({"end": "08:00"}, "plan_end_is_start", "end"),
    ({"end": "25:00"}, "plan_time", "end"),
    ({"end": None}, "plan_length", "end"),
    ({"duration": 60}, "plan_length", "end"),
    ({"end": None, "duration": 0}, "plan_number", "duration"),
    ({"end": None, "duration": 86_401}, "plan_number", "duration"),
    ({"end": None, "duration": True}, "plan_number", "duration"),
    ({"end": None, "duration": 1e3}, "plan_number", "duration"),
    ({"always": True}, "plan_always", "days"),
    ({"always": 1}, "bad_field", "always"),
    ({"video_length": 59}, "plan_number", "video_length"),
    ({"until": "2026-02-30"}, "plan_until", "until"),
    ({"until": "20261224"}, "plan_until", "until"),
    ({"until": 5}, "plan_until", "until"),
    ({"until": "2200-01-01"}, "plan_until", "until"),
    ({"until": "9999-12-31"}, "plan_until", "until"),
    ({"enabled": "yes"}, "bad_field", "enabled"),
    ({"cron": "* * * * *"}, "bad_field", "cron"),
]


@pytest.mark.parametrize(("changes", "code", "field"), BAD)
def test_a_wrong_field_of_a_plan_is_named(changes, code, field):
    with pytest.raises(InputError) as raised:
        parse_plan({**HOURS, **changes})
    assert (raised.value.code, raised.value.facts["field"]) == (code, field)
    for language in ("en", "fr"):
        assert field in raised.value.text(language)
        assert "canary" not in raised.value.text(language)


def test_a_wrong_name_of_a_plan_is_rejected():
    for name in ("", "x" * 101, "a\x07b"):
        with pytest.raises(InputError) as raised:
            parse_plan({**HOURS, "name": name})
        assert raised.value.code == "bad_name"


@pytest.mark.parametrize("details", [5, {"a": 5}, {"": "x"}, {"a": "x" * 1001}, {"a": "x\ny"}])
def test_wrong_details_of_a_plan_are_rejected(details):
    with pytest.raises(InputError) as raised:
        parse_plan({**HOURS, "details": details})
    assert raised.value.code == "bad_details"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"duration": 60}, {"start": "08:00", "duration": 60}),
        ({"end": "19:00"}, {"start": "08:00", "end": "19:00"}),
        ({"always": True}, {"always": True}),
        ({"name": "Door", "enabled": False}, {"start": "08:00", "end": "18:00", "name": "Door"}),
    ],
)
def test_a_change_replaces_what_contradicts_it(changes, expected):
    values = plan_to_json(change_plan(parse_plan(HOURS), changes))
    assert values["enabled"] is changes.get("enabled", True)
    for field in ("start", "end", "duration", "always", "name"):
        assert values.get(field) == expected.get(field)


def test_a_null_removes_a_field_of_a_plan():
    plan = parse_plan({**HOURS, "until": "2026-12-24", "name": "Door"})
    assert change_plan(plan, {"until": None, "name": None}) == parse_plan(HOURS)


def test_hours_take_the_place_of_always():
    plan = parse_plan({"cameras": ["a"], "always": True})
    changed = change_plan(plan, {"days": ["mon"], "start": "08:00", "duration": 60})
    assert (changed.always, changed.start) == (False, time(8))


def test_a_plan_by_the_sun_needs_a_place():
    plan = RecordingPlan(("a",), ("mon",), SunStart("sunset"), duration=60)
    with pytest.raises(InputError) as raised:
        require_place(plan, None)
    assert (raised.value.code, raised.value.facts["field"]) == ("plan_place", "start")
    require_place(plan, Coordinates(48.85, 2.35))
    require_place(parse_plan(HOURS), None)


def test_the_last_day_of_a_plan_may_be_over():
    assert parse_plan({**HOURS, "until": "1999-12-31"}).until == date(1999, 12, 31)


def test_a_place_is_a_latitude_and_a_longitude_or_nothing():
    assert parse_place([]) is None
    assert parse_place([48.85, -2]) == Coordinates(48.85, -2.0)
    for wrong in ([1], [1, 2, 3], [91, 0], [0, 181], ["1", "2"], [True, False], [float("nan"), 0]):
        with pytest.raises(InputError) as raised:
            parse_place(wrong)
        assert raised.value.code == "place_invalid"


@pytest.mark.parametrize(
    "name", ["Europe/Atlantis", "../../etc/passwd", "/etc/localtime", "Europe", "x" * 5000, "\0"]
)
def test_a_time_zone_that_does_not_exist_is_named(name):
    with pytest.raises(InputError) as raised:
        find_timezone(name)
    assert raised.value.code == "timezone_unknown"
    assert "timezone" in raised.value.text("en")
