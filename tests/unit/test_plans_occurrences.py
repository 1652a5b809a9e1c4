"""When plans record: weekdays, midnight, changes of the clocks, the sun."""

from __future__ import annotations

import math
import time as system_time
from datetime import date, datetime, time, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from camrec.planning import (
    Coordinates,
    Occurrence,
    RecordingPlan,
    SunStart,
    WallClock,
    find_timezone,
    occurrences,
    parse_plan,
)

PARIS = WallClock(ZoneInfo("Europe/Paris"))
EVERY_DAY = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def hours(
    start: str, end: str | None = None, *, duration: int | None = None, **more
) -> RecordingPlan:
    values = {"cameras": ["a"], "days": list(EVERY_DAY), "start": start, "end": end}
    return parse_plan({**values, "duration": duration, **more})


def shown(moment: int) -> str:
    return f"{datetime.fromtimestamp(moment / 1e9, timezone.utc):%m-%d %H:%M}"


def utc(found: list[Occurrence]) -> list[tuple[str, str]]:
    return [(shown(each.starts_at), shown(each.ends_at)) for each in found]


def test_a_plan_records_on_its_days_until_its_last_day():
    plan = hours("08:00", "18:00", days=["mon", "wed"], until="2026-12-09")
    found = occurrences(plan, date(2026, 11, 30), date(2026, 12, 31), PARIS, None)
    assert utc(found) == [
        ("11-30 07:00", "11-30 17:00"),
        ("12-02 07:00", "12-02 17:00"),
        ("12-07 07:00", "12-07 17:00"),
        ("12-09 07:00", "12-09 17:00"),
    ]


def test_the_day_of_an_occurrence_over_midnight_is_that_of_its_start():
    plan = hours("22:00", "06:00", days=["fri"])
    found = occurrences(plan, date(2026, 12, 4), date(2026, 12, 5), PARIS, None)
    assert utc(found) == [("12-04 21:00", "12-05 05:00")]
    assert occurrences(plan, date(2026, 12, 5), date(2026, 12, 5), PARIS, None) == []


# In 2026, clocks in Paris are set forward on March 29 at 01:00 UTC, and back on October 25 at the
# same time.
@pytest.mark.parametrize(
    ("day", "plan", "expected"),
    [
        (date(2026, 3, 29), hours("02:30", "04:00"), ("03-29 01:00", "03-29 02:00")),
        (date(2026, 3, 29), hours("01:00", "02:30"), ("03-29 00:00", "03-29 01:00")),
        (date(2026, 3, 29), hours("02:30", duration=600), ("03-29 01:00", "03-29 01:10")),
        (date(2026, 3, 28), hours("22:00", "06:00"), ("03-28 21:00", "03-29 04:00")),
        (date(2026, 10, 25), hours("02:30", "04:00"), ("10-25 00:30", "10-25 03:00")),
        (date(2026, 10, 25), hours("01:00", "02:30"), ("10-24 23:00", "10-25 01:30")),
        (date(2026, 10, 25), hours("02:10", "02:20"), ("10-25 00:10", "10-25 01:20")),
        (date(2026, 10, 25), hours("02:30", duration=600), ("10-25 00:30", "10-25 00:40")),
        (date(2026, 10, 24), hours("22:00", "06:00"), ("10-24 20:00", "10-25 05:00")),
        (date(2026, 10, 25), hours("00:00", duration=86_400), ("10-24 22:00", "10-25 22:00")),
    ],
)
def test_a_night_in_which_the_clocks_are_set(day, plan, expected):
    assert utc(occurrences(plan, day, day, PARIS, None)) == [expected]


def test_hours_that_do_not_exist_in_a_night_have_a_reason():
    day = date(2026, 3, 29)
    (found,) = occurrences(hours("02:10", "02:50"), day, day, PARIS, None)
    assert (found.reason, found.starts_at) == ("clock_change", found.ends_at)


@pytest.mark.parametrize(
    "zone",
    ["Europe/Paris", "America/Santiago", "America/Havana", "Asia/Beirut", "Australia/Lord_Howe"]
    + ["Pacific/Apia", "UTC", "Asia/Kathmandu"],
)
def test_always_is_days_that_follow_each_other_without_a_break(zone):
    clock = WallClock(ZoneInfo(zone))
    plan = parse_plan({"cameras": ["a"], "always": True})
    found = occurrences(plan, date(2026, 1, 1), date(2026, 12, 31), clock, None)
    assert len(found) == 365
    assert all(one.ends_at == next_.starts_at for one, next_ in pairwise(found))
    assert [clock.day_of(each.starts_at) for each in found] == [each.day for each in found]
    lengths = {(each.ends_at - each.starts_at) // 3600 / 1e9 for each in found}
    assert lengths <= {23, 23.5, 24, 24.5, 25}


def test_a_day_that_a_zone_skipped_has_no_occurrence():
    clock = WallClock(ZoneInfo("Pacific/Apia"))  # there was no 2011-12-30
    day = date(2011, 12, 30)
    (found,) = occurrences(hours("08:00", "18:00"), day, day, clock, None)
    assert found.reason == "clock_change"


@pytest.mark.skipif(not hasattr(system_time, "tzset"), reason="the zone cannot be set")
@pytest.mark.parametrize("zone", ["Europe/Paris", "America/Santiago", "Australia/Lord_Howe"])
def test_this_computer_s_time_zone_gives_what_its_name_gives(zone, monkeypatch):
    monkeypatch.setenv("TZ", zone)
    system_time.tzset()
    try:
        ours, named = WallClock(find_timezone("")), WallClock(ZoneInfo(zone))
        for plan in (hours("02:15", "02:45"), hours("23:30", "00:15"), hours("02:15", duration=60)):
            days = date(2026, 1, 1), date(2026, 12, 31)
            assert occurrences(plan, *days, ours, None) == occurrences(plan, *days, named, None)
        sun = RecordingPlan(("a",), EVERY_DAY, SunStart("sunset"), duration=60)
        days = date(2026, 6, 1), date(2026, 6, 9)
        place = Coordinates(-33.4, -70.6)
        assert occurrences(sun, *days, ours, place) == occurrences(sun, *days, named, place)
    finally:
        monkeypatch.undo()
        system_time.tzset()


# The sun.


def sun_plan(event: str, offset: int = 0, days: tuple[str, ...] = EVERY_DAY) -> RecordingPlan:
    return RecordingPlan(("a",), days, SunStart(event, offset), duration=3600)


def sun_hours(day: date, latitude: float, longitude: float) -> tuple[float, float]:
    """UTC hours of sunrise and sunset by the equation of time and the declination alone.

    An independent estimate, right to some minutes below 60 degrees: J. W. Spencer's series of 1971.
    """
    angle = 2 * math.pi * (day.timetuple().tm_yday - 1 + 0.5) / 365
    declination = (
        0.006918
        - 0.399912 * math.cos(angle)
        + 0.070257 * math.sin(angle)
        - 0.006758 * math.cos(2 * angle)
        + 0.000907 * math.sin(2 * angle)
    )
    equation = 229.18 * (
        0.000075
        + 0.001868 * math.cos(angle)
        - 0.032077 * math.sin(angle)
        - 0.014615 * math.cos(2 * angle)
        - 0.040849 * math.sin(2 * angle)
    )
    breadth = math.radians(latitude)
    cosine = (math.sin(math.radians(-0.833)) - math.sin(breadth) * math.sin(declination)) / (
        math.cos(breadth) * math.cos(declination)
    )
    half_day = math.degrees(math.acos(cosine)) / 15
    noon = 12 - longitude / 15 - equation / 60
    return noon - half_day, noon + half_day


@pytest.mark.parametrize(
    ("zone", "latitude", "longitude"),
    [
        ("Europe/Paris", 48.85, 2.35),
        ("America/Chicago", 41.88, -87.63),
        ("Australia/Perth", -31.95, 115.86),
        ("Pacific/Auckland", -36.85, 174.76),
        ("Pacific/Kiritimati", 1.87, -157.4),
    ],
)
def test_the_sun_of_a_whole_year_is_on_its_day_and_right_to_some_minutes(zone, latitude, longitude):
    clock, place = WallClock(ZoneInfo(zone)), Coordinates(latitude, longitude)
    for number, event in enumerate(("sunrise", "sunset")):
        found = occurrences(sun_plan(event), date(2026, 1, 1), date(2026, 12, 31), clock, place)
        assert len(found) == 365
        for each in found[::4]:
            assert each.reason is None
            assert clock.day_of(each.starts_at) == each.day
            expected = sun_hours(each.day, latitude, longitude)[number] * 3600
            midnight = datetime(each.day.year, each.day.month, each.day.day, tzinfo=timezone.utc)
            apart = (each.starts_at / 1e9 - midnight.timestamp() - expected) % 86_400
            assert min(apart, 86_400 - apart) < 300, (each.day, event)


def test_an_offset_that_reaches_another_day_counts_for_the_day_of_the_start():
    place = Coordinates(48.85, 2.35)
    plan = sun_plan("sunset", 6 * 3600, ("tue",))  # the sun sets at about 22:00
    (found,) = occurrences(plan, date(2026, 6, 15), date(2026, 6, 21), PARIS, place)
    assert found.day == date(2026, 6, 16)
    assert PARIS.shown_at(found.starts_at).time() < time(4, 0)
    assert PARIS.day_of(found.starts_at) == found.day


def test_polar_day_and_polar_night_give_an_occurrence_with_a_reason():
    clock, tromso = WallClock(ZoneInfo("Europe/Oslo")), Coordinates(69.65, 18.96)
    for day, reason in (
        (date(2026, 6, 21), "sun_up_all_day"),
        (date(2026, 12, 21), "sun_down_all_day"),
    ):
        for event in ("sunrise", "sunset"):
            (found,) = occurrences(sun_plan(event, -1800), day, day, clock, tromso)
            assert (found.reason, found.starts_at) == (reason, found.ends_at)
    found = occurrences(sun_plan("sunset"), date(2026, 1, 1), date(2026, 12, 31), clock, tromso)
    assert len(found) == 365
    reasons = [each.reason for each in found]
    assert 60 < reasons.count("sun_up_all_day") < 75
    assert 40 < reasons.count("sun_down_all_day") < 60
    assert reasons.count("no_sunset") <= 2
    assert "no_sunrise" not in reasons


@pytest.mark.parametrize("latitude", [90, -90])
def test_at_the_poles_each_day_has_a_reason_or_a_sunrise(latitude):
    clock = WallClock(timezone.utc)
    found = occurrences(
        sun_plan("sunrise"), date(2026, 1, 1), date(2026, 12, 31), clock, Coordinates(latitude, 0)
    )
    assert len(found) == 365
    assert sum(each.reason is None for each in found) < 5


def test_a_sun_plan_without_a_place_has_occurrences_with_that_reason():
    (found,) = occurrences(sun_plan("sunrise"), date(2026, 1, 1), date(2026, 1, 1), PARIS, None)
    assert found.reason == "no_place"


def test_a_sun_plan_may_end_at_a_time_of_day():
    plan = RecordingPlan(("a",), ("mon",), SunStart("sunset"), end=time(6, 0))
    day = date(2026, 11, 30)
    (found,) = occurrences(plan, day, day, PARIS, Coordinates(48.85, 2.35))
    assert PARIS.shown_at(found.ends_at) == datetime(2026, 12, 1, 6, 0)
    assert timedelta(seconds=(found.ends_at - found.starts_at) / 1e9) > timedelta(hours=12)
