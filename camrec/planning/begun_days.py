"""The days on which all plans began: what the page says of days on which all is well."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from camrec.planning.facts import PlanEntry
from camrec.planning.occurrences import occurrences
from camrec.planning.plan_state import OccurrenceRecord
from camrec.planning.sun import Coordinates
from camrec.planning.wall_clock import WallClock

SHOWN_DAYS = 7


class BegunDay(NamedTuple):
    """A day on which all plans began.

    at : when the last one was to begin, UTC nanoseconds.
    plans : how many.
    """

    at: int
    plans: int


def find_begun_days(
    entries: Iterable[PlanEntry],
    records: Iterable[OccurrenceRecord],
    clock: WallClock,
    place: Coordinates | None,
    now: int,
) -> list[BegunDay]:
    """The last days, today included, that had occurrences which were all recorded; newest first.

    Today is among them once nothing more begins. What a person stopped before it began counts as
    if it had not been planned.

    records : what became of all occurrences.
    """
    today = clock.day_of(now)
    earliest = clock.start_of_day(today - timedelta(days=SHOWN_DAYS - 1))
    by_day: defaultdict[date, list[OccurrenceRecord]] = defaultdict(list)
    for record in records:
        is_wanted = record.was_recorded or record.state != "stopped"
        if record.starts_at >= earliest and is_wanted:
            by_day[clock.day_of(record.starts_at)].append(record)
    if any(start > now for start in _starts_on(today, entries, clock, place)):
        by_day.pop(today, None)
    days = [
        BegunDay(max(each.starts_at for each in found), len({each.plan_id for each in found}))
        for found in by_day.values()
        if all(each.was_recorded for each in found)
    ]
    return sorted(days, reverse=True)


def _starts_on(
    day: date, entries: Iterable[PlanEntry], clock: WallClock, place: Coordinates | None
) -> Iterator[int]:
    for entry in entries:
        if entry.plan.enabled:
            for each in occurrences(entry.plan, day, day, clock, place):
                if each.reason is None:
                    yield each.starts_at
