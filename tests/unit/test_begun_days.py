"""The days on which all plans began are one line of the bell each."""

from __future__ import annotations

from datetime import datetime, timezone

from camrec.clock import NS_PER_SECOND
from camrec.planning import (
    OccurrenceRecord,
    PlanEntry,
    WallClock,
    find_begun_days,
    parse_plan,
)

CLOCK = WallClock(timezone.utc)
EVERY_DAY = {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "duration": 3600}


def at(hour: int, day: int = 2) -> int:
    """An hour of December 2026, UTC nanoseconds."""
    return int(datetime(2026, 12, day, hour, tzinfo=timezone.utc).timestamp()) * NS_PER_SECOND


def record(plan: str, hour: int, day: int = 2, camera: str = "a", **more) -> OccurrenceRecord:
    values = {"state": "recorded", "began_at": at(hour, day), **more}
    start, end = at(hour, day), at(hour, day) + 3600 * NS_PER_SECOND
    return OccurrenceRecord(plan_id=plan, camera_id=camera, starts_at=start, ends_at=end, **values)


def entry(start: str, **more) -> PlanEntry:
    plan = parse_plan({"cameras": ["a"], "start": start, **EVERY_DAY, **more})
    return PlanEntry("later", plan, at(0, 1))


def found(*records: OccurrenceRecord, now: int = at(23), plans=()) -> list[tuple[int, int]]:
    return [tuple(each) for each in find_begun_days(plans, records, CLOCK, None, now)]


def test_a_day_counts_its_plans_and_has_the_time_of_the_last_one():
    records = [record("p", 8), record("p", 8, camera="b"), record("q", 22), record("p", 8, day=1)]
    assert found(*records) == [(at(22), 2), (at(8, 1), 1)]


def test_a_day_without_occurrences_or_with_a_missed_one_has_no_line():
    assert found() == []
    assert found(record("p", 8), record("q", 9, state="missed", began_at=None)) == []
    assert found(record("p", 8), record("q", 9, state="due", began_at=None)) == []


def test_what_a_person_recorded_began_and_what_a_person_stopped_was_not_wanted():
    by_hand = record("q", 9, began_at=None, hand_ids=("h",))
    assert found(record("p", 8), by_hand) == [(at(9), 2)]
    stopped = record("q", 9, state="stopped", began_at=None)
    assert found(record("p", 8), stopped) == [(at(8), 1)]
    assert found(stopped) == []


def test_today_has_its_line_once_nothing_more_begins():
    records = [record("p", 8), record("p", 8, day=1)]
    assert found(*records, now=at(10), plans=[entry("12:00")]) == [(at(8, 1), 1)]
    assert found(*records, now=at(10), plans=[entry("12:00", enabled=False)])[0] == (at(8), 1)
    assert found(*records, now=at(13), plans=[entry("12:00")])[0] == (at(8), 1)


def test_only_a_week_is_listed():
    records = [record("p", 8, day=day) for day in range(1, 15)]
    days = found(*records, now=at(12, 14))
    assert [moment for moment, _ in days] == [at(8, day) for day in range(14, 7, -1)]
