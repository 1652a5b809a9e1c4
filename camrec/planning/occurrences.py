"""When a plan records: its occurrences, by the wall clock of one time zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from camrec.clock import NS_PER_SECOND
from camrec.planning.plan import WEEKDAYS, RecordingPlan, SunStart
from camrec.planning.sun import NO_SUN_EVENT, Coordinates, NoSunReason, find_sun_event
from camrec.planning.wall_clock import WallClock

# Why an occurrence has no time: by the sun, because the setting `place` is empty, or because clocks
# are set forward over all of it.
NoTimeReason = Literal[NoSunReason, "no_place", "clock_change"]

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Occurrence:
    """One time that a plan asks for.

    day : the day on which it starts.
    starts_at, ends_at : UTC nanoseconds. With a reason, both are the start of the day.
    reason : why it has no time; None: it has one.
    """

    day: date
    starts_at: int
    ends_at: int
    reason: NoTimeReason | None = None


def occurrences(
    plan: RecordingPlan, from_day: date, to_day: date, clock: WallClock, place: Coordinates | None
) -> list[Occurrence]:
    """The occurrences of a plan that start on `from_day`, on `to_day` or between, in their order.

    Whether the plan is paused makes no difference. The last day is `until`. An end is the first one
    after the start. If clocks are set back, a start that comes twice is the first, and an end the
    second; if they are set forward over a start or an end, it is the moment at which they are set.
    A plan without a break has an occurrence a day, and each ends when the next one starts.
    """
    last = to_day if plan.until is None else min(to_day, plan.until)
    found = []
    for day in _days(from_day, last):
        if plan.always:
            start, end = clock.start_of_day(day), clock.start_of_day(day + ONE_DAY)
            found.append(_occurrence(day, start, end, clock))
        elif WEEKDAYS[day.weekday()] in plan.days:
            found.append(_occurrence_on(plan, day, clock, place))
    return found


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _occurrence_on(
    plan: RecordingPlan, day: date, clock: WallClock, place: Coordinates | None
) -> Occurrence:
    start = _start_on(plan, day, clock, place)
    if isinstance(start, str):
        midnight = clock.start_of_day(day)
        return Occurrence(day, midnight, midnight, start)
    if plan.end is None:
        assert plan.duration is not None  # `RecordingPlan` has checked it
        return Occurrence(day, start, start + plan.duration * NS_PER_SECOND)
    starts_at_wall = plan.start if isinstance(plan.start, time) else clock.shown_at(start).time()
    end_day = day if plan.end > starts_at_wall else day + ONE_DAY
    end = clock.last_moment(datetime.combine(end_day, plan.end))
    return _occurrence(day, start, end, clock)


def _occurrence(day: date, start: int, end: int, clock: WallClock) -> Occurrence:
    if end > start:
        return Occurrence(day, start, end)
    midnight = clock.start_of_day(day)
    return Occurrence(day, midnight, midnight, "clock_change")


def _start_on(
    plan: RecordingPlan, day: date, clock: WallClock, place: Coordinates | None
) -> int | NoTimeReason:
    if isinstance(plan.start, time):
        return clock.first_moment(datetime.combine(day, plan.start))
    assert isinstance(plan.start, SunStart)  # `RecordingPlan` has checked it
    if place is None:
        return "no_place"
    reason: NoTimeReason = NO_SUN_EVENT[plan.start.sun]
    # With its offset, a start may be on another day than the sunrise or sunset.
    for sun_day in (day, day - ONE_DAY, day + ONE_DAY):
        event = find_sun_event(plan.start.sun, place, sun_day, clock.zone)
        if isinstance(event, datetime):
            start = (int(event.timestamp()) + plan.start.offset) * NS_PER_SECOND
            if clock.day_of(start) == day:
                return start
        elif sun_day == day:
            reason = event
        if plan.start.offset == 0:
            break
    return reason
