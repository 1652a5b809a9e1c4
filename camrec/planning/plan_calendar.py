"""What was, is and will be recorded by plans, day by day, with the reasons in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from camrec.planning.disk_forecast import (
    DiskForecast,
    KeptVideos,
    PlannedSpan,
    StoredVideos,
    forecast_disk,
)
from camrec.planning.facts import PlanEntry
from camrec.planning.missing_time import main_delay
from camrec.planning.occurrence_reason import OccurrenceReason
from camrec.planning.occurrences import ONE_DAY, Occurrence, occurrences
from camrec.planning.plan_state import Delay, OccurrenceKey, OccurrenceRecord, PlanState
from camrec.planning.sun import Coordinates
from camrec.planning.wall_clock import WallClock
from camrec.recording_limits import DEFAULT_VIDEO_LENGTH_S

# impossible: it has no time (no sunrise on that day), or the disk is full before it.
CalendarState = Literal["planned", "recording", "recorded", "missed", "impossible"]


@dataclass(frozen=True)
class CalendarEntry:
    """One occurrence of one camera, or a recording that somebody scheduled (without a plan).

    starts_at, ends_at : UTC nanoseconds. A recording without an end has the end `ENDLESS_NS`.
    reason : None: all is well.
    filenames : its videos, the earliest first.
    began_at : when its recording began, by the plan or by hand; None: it has not.
    stopped_at : when a person stopped it; None: nobody did.
    interruptions : the times after `began_at` in which nothing was recorded, as start and end.
    """

    plan_id: str | None
    camera_id: str
    starts_at: int
    ends_at: int
    state: CalendarState
    reason: OccurrenceReason | None = None
    filenames: tuple[str, ...] = ()
    began_at: int | None = None
    stopped_at: int | None = None
    interruptions: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class CalendarFacts:
    """What a calendar is made from. Times are UTC nanoseconds.

    filenames : the videos of each recording, by its id; the earliest recording and video first.
    scheduled : recordings that somebody scheduled; their `plan_id` is None.
    running : what is being recorded, by plans and by people.
    rates : bytes per second that each camera's video takes.
    stored_videos : returns the present videos for one forecast, which deletes some of them.
    """

    now: int
    entries: tuple[PlanEntry, ...]
    state: PlanState
    clock: WallClock
    place: Coordinates | None
    free_bytes: int
    min_free_bytes: int
    filenames: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    scheduled: tuple[CalendarEntry, ...] = ()
    running: tuple[PlannedSpan, ...] = ()
    rates: Mapping[str, float] = field(default_factory=dict)
    stored_videos: Callable[[], StoredVideos] = KeptVideos


@dataclass(frozen=True)
class PlanCalendar:
    """The occurrences of some days, in their order, and what they leave on the disk."""

    occurrences: tuple[CalendarEntry, ...]
    disk: DiskForecast


def build_calendar(facts: CalendarFacts, from_day: date, to_day: date) -> PlanCalendar:
    """The calendar from `from_day` to `to_day`, both included. Days are those of the starts.

    The forecast begins now and ends with `to_day`; what starts between today and `from_day` counts.
    """
    today = facts.clock.day_of(facts.now)
    found = list(_entries(facts, min(from_day, today), to_day))
    found += [each for each in facts.scheduled if facts.clock.day_of(each.starts_at) <= to_day]
    days = [
        date.fromordinal(number) for number in range(from_day.toordinal(), to_day.toordinal() + 1)
    ]
    end = facts.clock.start_of_day(to_day + ONE_DAY)
    spans = [*_spans(found, facts.entries), *facts.running]
    disk = forecast_disk(
        facts.now,
        [each._replace(end=min(each.end, end)) for each in spans],
        facts.rates,
        facts.free_bytes,
        facts.min_free_bytes,
        days,
        facts.clock,
        facts.stored_videos(),
    )
    if disk.stops_at is not None:
        found = [_with_full_disk(each, disk.stops_at, facts.clock) for each in found]
    shown = [each for each in found if facts.clock.day_of(each.starts_at) >= from_day]
    shown.sort(key=lambda each: (each.starts_at, each.camera_id, each.plan_id or ""))
    return PlanCalendar(tuple(shown), disk)


def next_start(entry: PlanEntry, facts: CalendarFacts) -> int | None:
    """When a plan starts the next time, UTC nanoseconds; None: it is paused, or not within a year.

    A plan that records without a break starts now.
    """
    if not entry.plan.enabled:
        return None
    today = facts.clock.day_of(facts.now)
    # A plan starts once a week at least, but there may be half a year without a sunset.
    for days_ahead in range(0, 371, 7):
        first = date.fromordinal(today.toordinal() + days_ahead)
        last = date.fromordinal(first.toordinal() + 6)
        for each in occurrences(entry.plan, first, last, facts.clock, facts.place):
            if entry.plan.always and each.ends_at > facts.now:
                return max(each.starts_at, facts.now)
            if each.reason is None and each.starts_at > facts.now:
                return each.starts_at
    return None


def _entries(facts: CalendarFacts, from_day: date, to_day: date) -> Iterator[CalendarEntry]:
    records = {record.key: record for record in facts.state.all_records()}
    for entry in facts.entries:
        if not entry.plan.enabled:
            continue
        for each in occurrences(entry.plan, from_day, to_day, facts.clock, facts.place):
            # One without a time is shown on its day and afterwards: it was never missed.
            is_shown = each.ends_at > max(facts.now, entry.counts_from) or (
                each.reason is not None and each.day >= facts.clock.day_of(entry.counts_from)
            )
            for camera_id in entry.plan.cameras:
                key = OccurrenceKey(entry.plan_id, camera_id, each.starts_at)
                if is_shown and key not in records:
                    yield _planned(entry, camera_id, each)
    ranks = {recording_id: rank for rank, recording_id in enumerate(facts.filenames)}
    for record in records.values():
        if from_day <= facts.clock.day_of(record.starts_at) <= to_day:
            yield _recorded(record, facts, ranks)


def _planned(entry: PlanEntry, camera_id: str, occurrence: Occurrence) -> CalendarEntry:
    found = CalendarEntry(
        entry.plan_id, camera_id, occurrence.starts_at, occurrence.ends_at, "planned"
    )
    if occurrence.reason is None:
        return found
    return replace(found, state="impossible", reason=OccurrenceReason(occurrence.reason))


def _recorded(
    record: OccurrenceRecord, facts: CalendarFacts, ranks: Mapping[str, int]
) -> CalendarEntry:
    saved = [each for each in record.recording_ids + record.hand_ids if each in ranks]
    state: CalendarState
    if record.state == "due":
        state = "planned" if record.began_at is None else "recording"
    elif record.state == "stopped":
        state = "missed" if record.began_at is None else "recorded"
    else:
        state = record.state
    return CalendarEntry(
        record.plan_id,
        record.camera_id,
        record.starts_at,
        record.ends_at,
        state,
        _reason_of(record, facts),
        tuple(
            name
            for recording_id in sorted(saved, key=ranks.__getitem__)
            for name in facts.filenames[recording_id]
        ),
        _began_at(record),
        record.stopped_at if record.state == "stopped" else None,
        tuple(_interruptions(record, facts.now)),
    )


def _began_at(record: OccurrenceRecord) -> int | None:
    """When it was first recorded, by its plan or by a person; None: it was not."""
    if not record.hand_ids:
        return record.began_at
    if not record.delays or record.delays[0].reason == "by_hand":
        return record.starts_at  # a person recorded when it was to start
    begins = [each.start for each in record.delays if each.reason == "by_hand"]
    if record.began_at is not None:
        begins.append(record.began_at)
    return min(begins, default=record.starts_at)


def _interruptions(record: OccurrenceRecord, now: int) -> Iterator[tuple[int, int]]:
    if record.began_at is None:
        return
    for each in record.delays:
        end = min(now if each.end is None else each.end, record.ends_at)
        if each.reason != "by_hand" and record.began_at < end:
            yield max(each.start, record.began_at), end


def _reason_of(record: OccurrenceRecord, facts: CalendarFacts) -> OccurrenceReason | None:
    clock = facts.clock
    if record.stopped_at is not None and record.state == "stopped":
        return OccurrenceReason("stopped", end=_clock_time(record.stopped_at, clock))
    lasting = record.delays[-1] if record.delays and record.delays[-1].end is None else None
    delay = lasting or main_delay(record.delays)
    return None if delay is None else _reason_of_delay(delay, clock)


def _reason_of_delay(delay: Delay, clock: WallClock) -> OccurrenceReason:
    end = None if delay.end is None else _clock_time(delay.end, clock)
    return OccurrenceReason(delay.reason, _clock_time(delay.start, clock), end)


def _clock_time(moment: int, clock: WallClock) -> str:
    shown: datetime = clock.shown_at(moment)
    return f"{shown:%H:%M}"


def _spans(found: Iterable[CalendarEntry], entries: Iterable[PlanEntry]) -> Iterator[PlannedSpan]:
    plans = {each.plan_id: each.plan for each in entries}
    for each in found:
        if each.state not in ("planned", "recording"):
            continue
        length: float | None = None
        plan = None if each.plan_id is None else plans.get(each.plan_id)
        if plan is not None:
            length = plan.video_length or (DEFAULT_VIDEO_LENGTH_S if plan.always else None)
        yield PlannedSpan(each.camera_id, each.starts_at, each.ends_at, length)


def _with_full_disk(entry: CalendarEntry, full_at: int, clock: WallClock) -> CalendarEntry:
    """`entry` if the disk is full from `full_at` on, and nothing may be deleted."""
    if entry.state not in ("planned", "recording") or entry.ends_at <= full_at:
        return entry
    if entry.state == "planned" and entry.starts_at >= full_at:
        return replace(entry, state="impossible", reason=OccurrenceReason("disk_full_before"))
    end = _clock_time(full_at, clock)
    return replace(entry, reason=OccurrenceReason("disk_full_during", end=end))
