"""What a plan would do that is not made yet."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta

from camrec.planning import (
    CalendarEntry,
    CalendarFacts,
    PlanEntry,
    PlannedSpan,
    RecordingPlan,
    build_calendar,
    most_open_at_once,
)

PREVIEW_WEEKS = 4
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class PlanPreview:
    """What a plan would do in the next weeks. Times are UTC nanoseconds.

    first : its first time; None: there is none.
    full_at : when the disk is full, with all plans; None: not in these weeks.
    is_measured : whether it is known what all planned cameras send.
    open_at_once : the most cameras that are open while it records.
    """

    first: CalendarEntry | None
    full_at: int | None
    is_measured: bool
    open_at_once: int


def preview_plan(
    facts: CalendarFacts, plan_id: str, plan: RecordingPlan, open_ids: Collection[str]
) -> PlanPreview:
    """Say what `plan` would do if it was made now, or took the place of the plan `plan_id`.

    open_ids : the cameras that are open now. Those that a plan records now close with it.
    """
    entry = PlanEntry(plan_id, replace(plan, enabled=True), facts.now)
    others = tuple(each for each in facts.entries if each.plan_id != plan_id)
    facts = replace(facts, entries=(*others, entry))
    today = facts.clock.day_of(facts.now)
    calendar = build_calendar(facts, today - _ONE_DAY, today + timedelta(weeks=PREVIEW_WEEKS))
    coming = [each for each in calendar.occurrences if each.ends_at > facts.now]
    own = [each for each in coming if each.plan_id == plan_id]
    rest = [each for each in coming if each.plan_id != plan_id]
    closing = {each.camera_id for each in rest if each.state == "recording" and each.plan_id}
    return PlanPreview(
        first=next((each for each in own if each.starts_at < each.ends_at), None),
        full_at=calendar.disk.full_at,
        is_measured=not calendar.disk.unmeasured,
        open_at_once=most_open_at_once(
            map(_span, own), map(_span, rest), set(open_ids).difference(closing)
        ),
    )


def _span(entry: CalendarEntry) -> PlannedSpan:
    return PlannedSpan(entry.camera_id, entry.starts_at, entry.ends_at)
