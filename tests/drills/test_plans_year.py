"""A year of plans with outages at every edge, each second compared with a list of its own.

The list is made minute by minute from what a clock on the wall shows, without any of camrec's code.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from camrec.planning import Delay, OccurrenceRecord, WallClock, parse_plan
from support.plan_world import SECOND, PlanWorld

pytestmark = [pytest.mark.busy, pytest.mark.spread]

ZONE = ZoneInfo("Europe/Paris")
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
YEAR_START = int(datetime(2026, 1, 1, tzinfo=ZONE).timestamp())
# The list contains the night before the year and the one after it.
MINUTES = range(-24 * 60, 366 * 24 * 60)
YEAR_SECONDS = 365 * 86_400
SLACK_S = 10

PLANS = {
    "work": (["a"], "mon tue wed thu fri", "08:00", "18:00"),
    "evening": (["a"], "mon tue wed thu fri sat sun", "17:30", "20:00"),
    "touching": (["a", "b"], "mon tue wed thu fri sat sun", "20:00", "20:30"),
    "night": (["b"], "mon tue wed thu fri sat sun", "22:00", "02:30"),
    "late": (["b"], "sat sun", "02:30", "03:15"),
    "noon": (["b"], "sun", "12:00", "12:01"),
    "always": (["c"], "", "", ""),
}
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@dataclass(frozen=True)
class Window:
    """What the list says: seconds since the year began."""

    plan: str
    camera: str
    start: int
    end: int


def wall_clock_of_each_minute() -> tuple[dict[date, np.ndarray], dict[date, np.ndarray]]:
    """For each date: its minutes since the year began, and what the clock shows in them.

    Clocks are changed at a whole hour.
    """
    minutes: dict[date, list[int]] = {}
    shown: dict[date, list[int]] = {}
    for number in MINUTES[::60]:
        moment = datetime.fromtimestamp(YEAR_START + 60 * number, ZONE)
        assert moment.minute == 0
        minutes.setdefault(moment.date(), []).extend(range(number, number + 60))
        shown.setdefault(moment.date(), []).extend(range(60 * moment.hour, 60 * moment.hour + 60))
    days = minutes.keys()
    return {day: np.array(minutes[day]) for day in days}, {d: np.array(shown[d]) for d in days}


def of_clock(text: str) -> int:
    hour, minute = text.split(":")
    return 60 * int(hour) + int(minute)


def expected_windows() -> list[Window]:
    """What should be recorded, by looking at each minute of a day in turn."""
    minutes, shown = wall_clock_of_each_minute()
    windows = []
    for plan, (cameras, days, start, end) in PLANS.items():
        day = FIRST - timedelta(days=1)
        while day <= LAST:
            if not days:
                begin, finish = int(minutes[day][0]), int(minutes[day][-1]) + 1
            elif WEEKDAYS[day.weekday()] in days.split():
                ends_on = day if of_clock(end) > of_clock(start) else day + timedelta(days=1)
                # The first minute that is not too early, and the last that is not too late.
                begin = int(minutes[day][shown[day] >= of_clock(start)][0])
                finish = 1 + int(minutes[ends_on][shown[ends_on] < of_clock(end)][-1])
            else:
                begin = finish = 0
            if finish > max(begin, 0):
                windows += [Window(plan, each, 60 * begin, 60 * finish) for each in cameras]
            day += timedelta(days=1)
    return windows


def outages_at_edges(windows: list[Window], chance: random.Random) -> list[tuple[int, int]]:
    """Times in which camrec does not run: at the edges of windows, or over all of them."""
    found = []
    for window in chance.sample(windows, 330):
        if window.plan != "always" and chance.random() < 0.25:
            start = window.start - chance.choice([1, 45, 100, 4000])
            end = window.end + chance.choice([0, 1, 30, 4000])
        else:
            edge = chance.choice([window.start, window.end, (window.start + window.end) // 2])
            start = edge + chance.choice([-95, -90, -11, -10, -9, -2, -1, 0, 1, 2, 4, 7])
            end = start + chance.choice([1, 3, 9, 20, 85, 300])
        if start > 0 and end < YEAR_SECONDS:
            found.append((start, end))
    found.sort()
    apart: list[tuple[int, int]] = []
    for start, end in found:
        if not apart or start > apart[-1][1] + 20:
            apart.append((start, end))
    return apart


def seconds_of(spans: list[tuple[int, int]]) -> np.ndarray:
    """One value for each second of the year: whether it is in a span."""
    seconds = np.zeros(YEAR_SECONDS, dtype=bool)
    for start, end in spans:
        seconds[max(start, 0) : max(end, 0)] = True
    return seconds


def shown(seconds: np.ndarray) -> list[str]:
    """The first of these seconds, for a failure."""
    found = np.flatnonzero(seconds)[:5]
    return [f"{datetime.fromtimestamp(YEAR_START + int(each), ZONE)}" for each in found]


@pytest.fixture(scope="module")
def windows() -> list[Window]:
    return expected_windows()


def simulate(
    windows: list[Window], outages: list[tuple[int, int]], chance: random.Random
) -> tuple[PlanWorld, dict[tuple[str, str, int], OccurrenceRecord]]:
    """The year as the dispatcher records it, and what it says of each occurrence."""
    world = PlanWorld(YEAR_START * SECOND, WallClock(ZONE), max_sessions=64)
    for name, (cameras, days, start, end) in PLANS.items():
        hours = {"days": days.split(), "start": start, "end": end} if days else {"always": True}
        world.add_plan(parse_plan({"cameras": cameras, "until": str(LAST), **hours}), name)
    for start, end in outages:
        kind = chance.choice(["kill", "kill", "sleep", "kill in orders"])
        begin, finish = (YEAR_START + start) * SECOND, (YEAR_START + end) * SECOND
        if kind == "sleep":
            world.at(begin, world.sleep)
            world.at(finish, world.wake)
        elif kind == "kill in orders":
            # After the next orders but none, one or two; camrec is started again 5 s later.
            orders = chance.randrange(3)
            world.at(begin, lambda orders=orders: setattr(world, "kill_before_order", orders))
        else:
            world.at(begin, world.kill)
            world.at(finish, lambda: world.restart("off"))
    told: dict[tuple[str, str, int], OccurrenceRecord] = {}
    for week in range(1, 54):
        # The last night is over four hours after the year.
        moment = min(week * 7 * 86_400, YEAR_SECONDS + 4 * 3600)
        world.run_until((YEAR_START + moment) * SECOND)
        for each in world.state.all_records():
            start = each.starts_at // SECOND - YEAR_START
            told[each.plan_id, each.camera_id, start] = each
    return world, told


def in_seconds(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return [(start // SECOND - YEAR_START, end // SECOND - YEAR_START) for start, end in spans]


def is_within(window: Window, spans: list[tuple[int, int]], slack: int = 0) -> bool:
    return any(start <= window.start and window.end <= end + slack for start, end in spans)


def check(
    world: PlanWorld,
    told: dict[tuple[str, str, int], OccurrenceRecord],
    windows: list[Window],
    outages: list[tuple[int, int]],
) -> None:
    away = seconds_of(outages)
    away_or_soon_after = seconds_of([(start, end + SLACK_S) for start, end in outages])
    for camera in ("a", "b", "c"):
        wanted = seconds_of([(each.start, each.end) for each in windows if each.camera == camera])
        recorded = seconds_of(in_seconds(world.recorded(camera)))
        # The first opening of the year takes a moment.
        wanted_for_certain = wanted & ~away_or_soon_after
        wanted_for_certain[:SLACK_S] = False
        assert not shown(recorded & ~(wanted & ~away)), f"{camera}: too much"
        assert not shown(wanted_for_certain & ~recorded), f"{camera}: too little"
    # Each occurrence was judged once, and as it was.
    assert told.keys() == {(each.plan, each.camera, each.start) for each in windows}
    for window in windows:
        record = told[window.plan, window.camera, window.start]
        assert record.ends_at // SECOND - YEAR_START == window.end, window
        if is_within(window, outages):
            assert record.state == "missed", window
        if record.state == "missed":
            assert is_within(window, outages, SLACK_S), window
            check_delays(record, window.start, window.end)
        else:
            assert record.state == "recorded", (window, record)
            assert record.began_at is not None
            began = record.began_at // SECOND - YEAR_START
            if began - max(window.start, 0) > SLACK_S:
                check_delays(record, window.start, began)


def check_delays(record: OccurrenceRecord, start: int, end: int) -> None:
    """The outages that are told begin and end as the delay does, but for the opening."""
    delays: list[Delay] = [each for each in record.delays if each.end is not None]
    assert {each.reason for each in delays} & {"asleep", "off", "not_running"}, record
    assert delays[0].start // SECOND - YEAR_START == start
    assert end - (delays[-1].end // SECOND - YEAR_START) <= SLACK_S


def test_the_list_knows_both_changes_of_the_clocks(windows):
    """The list itself: the nights before March 29 and October 25."""
    nights = sorted({(each.end - each.start) // 60 for each in windows if each.plan == "night"})
    assert nights == [240, 270, 330]
    assert {each.end - each.start for each in windows if each.plan == "always"} == {
        23 * 3600,
        24 * 3600,
        25 * 3600,
    }
    assert {(each.end - each.start) // 60 for each in windows if each.plan == "late"} == {
        15,
        45,
        105,
    }


@pytest.mark.slow(20)
@pytest.mark.parametrize("seed", [1, 2])
def test_in_a_year_with_outages_at_every_edge_each_second_is_as_it_should_be(windows, seed):
    chance = random.Random(seed)
    outages = outages_at_edges(windows, chance)
    world, told = simulate(windows, outages, chance)
    really = in_seconds([(each.start, each.end) for each in world.outages])
    assert len(really) > 200
    check(world, told, windows, really)
    assert sum(each.state == "missed" for each in told.values()) > 30
