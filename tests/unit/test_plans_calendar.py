"""The calendar: states, reasons in words, and what plans leave on the disk."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from camrec.errors import StateError
from camrec.planning import (
    CalendarEntry,
    CalendarFacts,
    Coordinates,
    Delay,
    OccurrenceReason,
    OccurrenceRecord,
    PlanEntry,
    PlannedSpan,
    PlanState,
    RecordingPlan,
    SunStart,
    WallClock,
    build_calendar,
    next_start,
    parse_plan,
)
from camrec.planning.disk_forecast import KeptVideos

SECOND = 10**9
PARIS = ZoneInfo("Europe/Paris")
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
HOURS = {"cameras": ["a"], "days": DAYS, "start": "08:00", "end": "10:00"}
PLAN = parse_plan(HOURS)
GB = 10**9


def at(hour: int, minute: int = 0, day: int = 2) -> int:
    """A time of December 2026; the 2nd is a Wednesday."""
    return int(datetime(2026, 12, day, hour, minute, tzinfo=PARIS).timestamp()) * SECOND


def record(day: int = 2, **more) -> OccurrenceRecord:
    values = {"plan_id": "one", "camera_id": "a", "starts_at": at(8, day=day)}
    return OccurrenceRecord(**{**values, "ends_at": at(10, day=day), **more})


def facts(
    *records: OccurrenceRecord, now: int = at(9), plans: tuple[RecordingPlan, ...] = (PLAN,), **more
) -> CalendarFacts:
    names = ["one", "two", "three"]
    entries = tuple(
        PlanEntry(name, plan, at(0, day=1)) for name, plan in zip(names, plans, strict=False)
    )
    values = {"place": None, "free_bytes": 100 * GB, "min_free_bytes": GB}
    state = PlanState(records=records)
    return CalendarFacts(now, entries, state, WallClock(PARIS), **{**values, **more})


def shown(made: CalendarFacts, first: int = 2, last: int = 2) -> list[CalendarEntry]:
    return list(build_calendar(made, date(2026, 12, first), date(2026, 12, last)).occurrences)


def delay(reason: str, start: int, end: int | None = None) -> tuple[Delay, ...]:
    return (Delay(reason=reason, start=start, end=end),)


def test_what_is_coming_is_planned_and_what_is_over_is_as_it_was():
    made = facts(
        record(1, state="recorded", began_at=at(8, day=1), recording_ids=("r1", "r2")),
        record(2, state="recording", began_at=at(8), recording_ids=("r3",)),
        filenames={"r1": ("one.mp4",), "r2": ("two.mp4", "three.mp4")},
    )
    first, second, third = shown(made, 1, 3)
    assert (first.state, first.filenames) == ("recorded", ("one.mp4", "two.mp4", "three.mp4"))
    assert (second.state, second.reason, second.began_at) == ("recording", None, at(8))
    assert (third.state, third.starts_at, third.began_at) == ("planned", at(8, day=3), None)


def test_what_a_person_recorded_does_not_count_as_lacking():
    by_hand = record(2, state="recorded", began_at=at(9), hand_ids=("r1",))
    assert shown(facts(by_hand))[0].began_at == at(8)
    waited = delay("by_hand", at(8), at(8, 30))
    by_hand = record(2, state="recorded", began_at=at(8, 30), hand_ids=("r1",), delays=waited)
    assert shown(facts(by_hand))[0].began_at == at(8)


@pytest.mark.parametrize(("began_at", "first"), [(None, 30), (at(8, 45), 30), (at(8, 20), 20)])
def test_what_a_person_recorded_later_in_its_time_began_then(began_at, first):
    delays = delay("camera", at(8), at(8, 20)) + delay("by_hand", at(8, 30), at(8, 45))
    late = record(2, state="recorded", began_at=began_at, hand_ids=("r1",), delays=delays)
    assert shown(facts(late))[0].began_at == at(8, first)


def test_interruptions_and_stops_are_in_the_calendar_but_not_a_late_start_and_not_work_by_hand():
    delays = (
        Delay(reason="camera", start=at(8), end=at(8, 10)),
        Delay(reason="off", start=at(8, 30), end=at(8, 40)),
        Delay(reason="by_hand", start=at(8, 50), end=at(8, 55)),
        Delay(reason="camera", start=at(8, 58)),
    )
    (entry,) = shown(facts(record(state="recording", began_at=at(8, 10), delays=delays)))
    assert entry.interruptions == ((at(8, 30), at(8, 40)), (at(8, 58), at(9)))
    assert entry.stopped_at is None
    (stopped,) = shown(facts(record(state="stopped", began_at=at(8), stopped_at=at(8, 20))))
    assert (stopped.state, stopped.stopped_at) == ("recorded", at(8, 20))


def test_the_videos_of_an_occurrence_are_in_the_order_of_time():
    mixed = record(
        2, state="recorded", began_at=at(9), recording_ids=("r1", "r3"), hand_ids=("r2",)
    )
    names = {"r2": ("a.mp4",), "r1": ("b.mp4", "c.mp4"), "r9": ("x.mp4",)}
    assert shown(facts(mixed, filenames=names))[0].filenames == ("a.mp4", "b.mp4", "c.mp4")


@pytest.mark.parametrize(
    ("made", "state", "english", "french"),
    [
        (
            {"state": "missed", "delays": delay("asleep", at(23, 40, 1), at(9, 31))},
            "missed",
            "the computer was asleep from 23:40 to 09:31",
            "l’ordinateur était en veille de 23:40 à 09:31",
        ),
        (
            {"state": "recorded", "began_at": at(9), "delays": delay("by_hand", at(8), at(9))},
            "recorded",
            "recorded by hand from 08:00 to 09:00",
            "enregistrement manuel de 08:00 à 09:00",
        ),
        (
            {"state": "stopped", "began_at": at(8), "stopped_at": at(8, 40)},
            "recorded",
            "you stopped it at 08:40",
            "vous l’avez arrêté à 08:40",
        ),
        (
            {"delays": delay("camera", at(8))},
            "planned",
            "the camera has not answered since 08:00",
            "la caméra ne répond pas depuis 08:00",
        ),
        (
            {"began_at": at(8), "delays": delay("disk_full", at(8, 30))},
            "recording",
            "the disk has been full since 08:30",
            "le disque est plein depuis 08:30",
        ),
    ],
)
def test_a_reason_is_told_in_words(made, state, english, french):
    (entry,) = shown(facts(record(**made)))
    assert entry.state == state
    assert (entry.reason.text("en"), entry.reason.text("fr")) == (english, french)


def test_the_code_of_a_reason_is_the_same_while_it_lasts_and_afterwards():
    lasting = OccurrenceReason("camera", "08:00")
    over = OccurrenceReason("camera", "08:00", "09:00")
    assert lasting.code == over.code == "camera" and lasting.text("en") != over.text("en")


def test_a_recording_that_failed_has_the_code_and_the_words_of_its_error():
    error = StateError("recording_missed", name="Door", moment="then")
    reason = OccurrenceReason("failed", error=error)
    assert (reason.code, reason.text("fr")) == ("recording_missed", error.text("fr"))


def test_of_several_reasons_the_longest_is_told():
    delays = delay("camera", at(8), at(8, 5)) + delay("off", at(8, 5), at(9, 30))
    (entry,) = shown(facts(record(state="recorded", began_at=at(9, 30), delays=delays)))
    assert entry.reason.text("en") == "the computer was off from 08:05 to 09:30"


def test_a_paused_plan_shows_only_what_was_recorded():
    paused = parse_plan({**HOURS, "enabled": False})
    made = facts(record(1, state="recorded", began_at=at(8, day=1)), plans=(paused,))
    assert [each.state for each in shown(made, 1, 5)] == ["recorded"]


def test_what_was_over_before_the_plan_was_made_is_not_shown():
    assert shown(facts(now=at(12)), 1, 1) == []


def test_a_day_without_a_sunset_will_not_be_and_says_why():
    plan = RecordingPlan(("a",), tuple(DAYS), SunStart("sunset"), duration=60)
    made = facts(plans=(plan,), place=Coordinates(69.65, 18.96))
    (entry,) = shown(made, 5, 5)
    assert entry.state == "impossible"
    assert entry.reason.text("en") == "the sun stays down all day"


def test_a_scheduled_recording_is_in_the_calendar_without_a_plan():
    scheduled = CalendarEntry(None, "b", at(14), at(15), "planned")
    assert shown(facts(record(state="recording"), scheduled=(scheduled,)))[-1] == scheduled


# The disk.


def test_free_space_after_each_day_comes_from_the_measured_rates():
    made = facts(now=at(7), rates={"a": GB / 3600})
    calendar = build_calendar(made, date(2026, 12, 2), date(2026, 12, 4))
    assert calendar.disk.free_after == (
        (date(2026, 12, 2), 98 * GB),
        (date(2026, 12, 3), 96 * GB),
        (date(2026, 12, 4), 94 * GB),
    )
    assert calendar.disk.full_at is None


def test_what_is_between_today_and_the_first_day_counts_and_overlaps_count_once():
    made = facts(now=at(7), rates={"a": GB / 3600}, plans=(PLAN, PLAN))
    calendar = build_calendar(made, date(2026, 12, 4), date(2026, 12, 4))
    assert calendar.disk.free_after == ((date(2026, 12, 4), 94 * GB),)
    assert len(calendar.occurrences) == 2


def test_when_the_disk_is_full_one_is_cut_short_and_the_next_will_not_be():
    made = facts(now=at(7), rates={"a": GB / 3600}, free_bytes=4 * GB)
    calendar = build_calendar(made, date(2026, 12, 2), date(2026, 12, 4))
    assert calendar.disk.full_at == at(9, day=3)
    assert calendar.disk.free_after[-1] == (date(2026, 12, 4), GB)
    first, second, third = calendar.occurrences
    assert (first.state, first.reason) == ("planned", None)
    assert second.state == "planned"
    assert second.reason == OccurrenceReason("disk_full_during", end="09:00")
    assert (third.state, third.reason.text("en")) == ("impossible", "the disk will be full by then")


class OneDeletion(KeptVideos):
    """One video of 5 GB may go."""

    def can_make_room(self) -> bool:
        return self.deleted_count == 0

    def make_room(self, byte_rate: float, free_bytes: int, min_free_bytes: int) -> int:
        assert (round(byte_rate * 3600), free_bytes, min_free_bytes) == (GB, GB, GB)
        self.deleted_count += 1
        return 5 * GB if self.deleted_count == 1 else 0


def test_what_old_videos_make_room_for_is_planned_and_the_rest_is_not():
    made = facts(now=at(7), rates={"a": GB / 3600}, free_bytes=4 * GB, stored_videos=OneDeletion)
    calendar = build_calendar(made, date(2026, 12, 2), date(2026, 12, 5))
    assert calendar.disk.full_at == at(9, day=3)
    assert [each.reason for each in calendar.occurrences] == [None] * 4
    assert [free // GB for _, free in calendar.disk.free_after] == [2, 5, 3, 1]
    assert calendar.disk.stops_at == at(10, day=5)
    longer = build_calendar(made, date(2026, 12, 2), date(2026, 12, 6))
    assert longer.occurrences[-1].state == "impossible"


def test_the_videos_that_will_be_saved_are_as_long_as_their_plans_and_recordings_say():
    saved = []

    class Noted(KeptVideos):
        def add(self, started_at: int, size: int) -> None:
            saved.append((started_at, size))

    plans = (
        parse_plan({"cameras": ["a"], "always": True}),
        parse_plan({**HOURS, "cameras": ["b"], "video_length": 1800}),
        parse_plan({**HOURS, "cameras": ["c"]}),
    )
    made = facts(
        now=at(7, 30),
        plans=plans,
        rates=dict.fromkeys("abcd", GB / 3600),
        running=(PlannedSpan("d", at(6), at(9), 7200.0), PlannedSpan("c", at(7, 40), at(9))),
        stored_videos=Noted,
    )
    build_calendar(made, date(2026, 12, 2), date(2026, 12, 2))
    expected = [(at(hour), GB) for hour in range(7, 24)]
    expected += [(at(8, 0) + half * 1800 * SECOND, GB // 2) for half in range(4)]
    # The two of the camera "c" overlap, so they are one.
    expected += [(at(6), 2 * GB), (at(8), GB), (at(7, 40), round(GB * 140 / 60))]
    assert sorted(saved) == sorted(expected)


def test_a_full_disk_is_full_now():
    made = facts(now=at(7), free_bytes=GB)
    calendar = build_calendar(made, date(2026, 12, 2), date(2026, 12, 2))
    assert calendar.disk.full_at == at(7)
    assert [each.state for each in calendar.occurrences] == ["impossible"]


# The next start.


def test_the_next_start_of_a_plan_is_known():
    made = facts(now=at(9))
    (entry,) = made.entries
    assert next_start(entry, made) == at(8, day=3)
    always = PlanEntry("x", parse_plan({"cameras": ["a"], "always": True}), 0)
    assert next_start(always, made) == at(9)
    over = PlanEntry("x", parse_plan({**HOURS, "until": "2026-12-02"}), 0)
    paused = PlanEntry("x", parse_plan({**HOURS, "enabled": False}), 0)
    assert next_start(over, made) is next_start(paused, made) is None


def test_the_next_sunset_may_be_months_away():
    plan = RecordingPlan(("a",), ("wed",), SunStart("sunset"), duration=60)
    made = facts(plans=(plan,), place=Coordinates(78.2, 15.6))
    start = next_start(made.entries[0], made)
    assert start is not None
    assert 60 < (start - made.now) / 86_400 / SECOND < 100
