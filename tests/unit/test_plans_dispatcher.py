"""What plans make camrec do: a table of situations, in simulated time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from camrec.planning import (
    WEEKDAYS,
    CancelRecording,
    CloseCamera,
    Coordinates,
    EndRecording,
    MoveEnd,
    OccurrenceRecord,
    OpenCamera,
    Outage,
    PlanDispatcher,
    PlanEntry,
    PlanState,
    RecordingPlan,
    StartPlannedRecording,
    StationFacts,
    SunStart,
    WallClock,
    parse_plan,
)
from support.plan_world import SECOND, PlanWorld

PARIS = ZoneInfo("Europe/Paris")
MINUTE = 60 * SECOND


def at(wall: str) -> int:
    """Monday 2026-11-30 at this time; with "+1 " in front, the day after, and so on."""
    days, _, clock = wall.rpartition(" ")
    hour, minute, *second = map(int, clock.split(":"))
    day = 30 * 86_400 + int(days or 0) * 86_400
    midnight = int(datetime(2026, 10, 31, tzinfo=PARIS).timestamp()) + day
    return (midnight + hour * 3600 + minute * 60 + sum(second)) * SECOND


def walls(spans: list[tuple[int, int]]) -> list[tuple[str, str]]:
    return [(wall(start), wall(end)) for start, end in spans]


def wall(moment: int | None) -> str:
    if moment is None:
        return ""
    return f"{datetime.fromtimestamp(moment / SECOND, PARIS):%H:%M:%S}"


@pytest.fixture
def world() -> PlanWorld:
    return PlanWorld(at("07:00"), WallClock(PARIS))


def plan(start: str, end: str, cameras: list[str] | None = None, **more):
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    values = {"cameras": cameras or ["a"], "days": days, "start": start, "end": end}
    return parse_plan({**values, **more})


ALWAYS = parse_plan({"cameras": ["a"], "always": True})


def records(world: PlanWorld) -> dict[tuple[str, str], OccurrenceRecord]:
    """The records by plan and start."""
    return {(each.plan_id, wall(each.starts_at)[:5]): each for each in world.state.all_records()}


def record(world: PlanWorld, plan_id: str = "plan1", start: str = "08:00") -> OccurrenceRecord:
    return records(world)[plan_id, start]


def reasons(record: OccurrenceRecord) -> list[tuple[str, str, str]]:
    return [(each.reason, wall(each.start), wall(each.end)) for each in record.delays]


def ordered(world: PlanWorld, kind: type) -> list[tuple[str, object]]:
    return [(wall(moment), order) for moment, order in world.orders if isinstance(order, kind)]


def test_a_camera_is_opened_90_s_before_recorded_on_time_and_closed_after_it(world):
    world.add_plan(plan("08:00", "09:00"))
    world.run_until(at("12:00"))
    assert ordered(world, OpenCamera) == [("07:58:30", OpenCamera("a"))]
    assert walls(world.recorded("a")) == [("08:00:00", "09:00:00")]
    assert ordered(world, CloseCamera) == [("09:00:00", CloseCamera("a"))]
    assert record(world).state == "recorded"
    assert record(world).delays == ()


def test_a_camera_that_somebody_watches_stays_open(world):
    world.add_plan(plan("08:00", "09:00"))
    world.camera("a").is_needed = True
    world.at(at("10:00"), lambda: setattr(world.camera("a"), "is_needed", False))
    world.run_until(at("12:00"))
    assert [moment for moment, _ in ordered(world, CloseCamera)] == ["10:00:00"]


def test_a_camera_that_a_person_opened_is_not_closed(world):
    world.camera("a").state = "ready"
    world.add_plan(plan("08:00", "09:00"))
    world.run_until(at("12:00"))
    assert ordered(world, OpenCamera) == ordered(world, CloseCamera) == []
    assert walls(world.recorded("a")) == [("08:00:00", "09:00:00")]


def test_a_plan_that_was_made_in_its_hours_begins_at_once_and_says_so(world):
    world.run_until(at("08:20"))
    world.add_plan(plan("08:00", "09:00"))
    world.run_until(at("12:00"))
    assert walls(world.recorded("a")) == [("08:20:03", "09:00:00")]
    assert reasons(record(world)) == [("plan_made", "08:00:00", "08:20:00")]


def test_a_plan_that_was_made_after_its_hours_missed_nothing(world):
    world.run_until(at("10:00"))
    world.add_plan(plan("08:00", "09:00"))
    world.run_until(at("12:00"))
    assert records(world) == {}


# Two plans.


def test_plans_that_touch_make_two_recordings_and_lose_nothing(world):
    world.add_plan(plan("08:00", "09:00", name="One"))
    world.add_plan(plan("09:00", "10:00", name="Two"))
    world.run_until(at("12:00"))
    assert walls(world.recorded("a")) == [("08:00:00", "09:00:00"), ("09:00:00", "10:00:00")]
    (_, first), (moment, second) = ordered(world, StartPlannedRecording)
    assert moment == "08:59:50"
    assert (second.follows, wall(second.begins_at)) == (first.recording_id, "09:00:00")
    assert [each.plan_id for each in world.planned_recordings("a")] == ["plan1", "plan2"]
    assert record(world, "plan2", "09:00").delays == ()


def test_plans_that_overlap_make_one_recording_and_the_first_describes_it(world):
    world.add_plan(plan("08:30", "10:00"))
    world.add_plan(plan("08:00", "09:00"))
    world.run_until(at("12:00"))
    assert walls(world.recorded("a")) == [("08:00:00", "10:00:00")]
    ((moment, move),) = ordered(world, MoveEnd)
    assert (moment, wall(move.ends_at)) == ("08:29:50", "10:00:00")
    assert [each.plan_id for each in world.planned_recordings("a")] == ["plan2"]
    assert record(world, "plan1", "08:30").recording_ids == record(world, "plan2").recording_ids
    assert {each.state for each in records(world).values()} == {"recorded"}


def test_of_two_plans_that_start_at_once_the_older_describes_the_recording(world):
    world.add_plan(plan("08:00", "09:00"))
    world.add_plan(plan("08:00", "10:00"))
    world.run_until(at("12:00"))
    assert walls(world.recorded("a")) == [("08:00:00", "10:00:00")]
    assert [each.plan_id for each in world.planned_recordings("a")] == ["plan1"]


def test_an_overlapping_plan_that_is_paused_before_its_start_moves_the_end_back(world):
    world.add_plan(plan("08:00", "09:00"))
    world.add_plan(plan("08:30", "10:00"))
    paused = plan("08:30", "10:00", enabled=False)
    world.at(at("08:29:55"), lambda: world.change_plan("plan2", paused))
    world.run_until(at("12:00"))
    assert walls(world.recorded("a")) == [("08:00:00", "09:00:00")]
    assert list(records(world)) == [("plan1", "08:00")]


def test_a_touching_plan_that_is_paused_before_its_start_is_cancelled(world):
    world.add_plan(plan("08:00", "09:00"))
    world.add_plan(plan("09:00", "10:00"))
    paused = plan("09:00", "10:00", enabled=False)
    world.at(at("08:59:55"), lambda: world.change_plan("plan2", paused))
    world.run_until(at("12:00"))
    assert walls(world.recorded("a")) == [("08:00:00", "09:00:00")]
    assert len(ordered(world, CancelRecording)) == 1
    assert list(records(world)) == [("plan1", "08:00")]


# People.


def test_record_after_stop_keeps_the_plan_that_touches_waiting(world):
    world.add_plan(plan("08:00", "09:00"))
    world.add_plan(plan("09:00", "10:00"))

    def stop_and_record() -> None:
        world.stop("a")
        world.record_by_hand("a", 125)

    world.at(at("08:59:55"), stop_and_record)
    world.run_until(at("12:00"))
    assert walls(world.recorded("a"))[-1] == ("09:02:00", "10:00:00")
    assert record(world).state == "stopped"
    following = record(world, "plan2", "09:00")
    assert reasons(following) == [("by_hand", "09:00:00", "09:02:00")]


def test_a_recording_by_hand_goes_on_and_the_plan_s_follows_it(world):
    world.add_plan(plan("08:00", "09:00"))
    world.at(at("07:30"), lambda: world.record_by_hand("a", 45 * 60))
    world.run_until(at("12:00"))
    assert walls(world.recorded("a")) == [("07:30:00", "08:15:00"), ("08:15:00", "09:00:00")]
    ((_, start),) = ordered(world, StartPlannedRecording)
    assert start.follows.startswith("hand")
    assert reasons(record(world)) == [("by_hand", "08:00:00", "08:15:00")]


def test_a_recording_by_hand_that_ends_just_after_the_start_is_the_reason_too(world):
    world.add_plan(plan("08:00", "09:00"))
    world.at(at("07:59:50"), lambda: world.record_by_hand("a", 18))
    world.run_until(at("09:00"))
    assert reasons(record(world)) == [("by_hand", "08:00:00", "08:00:08")]
    assert [each.recording_id for each in world.planned_recordings("a")] == list(
        record(world).recording_ids
    )


def test_a_recording_by_hand_without_an_end_is_followed_when_it_is_stopped(world):
    world.add_plan(plan("08:00", "09:00"))
    world.at(at("07:30"), lambda: world.record_by_hand("a", None))
    world.at(at("08:20"), lambda: world.stop("a"))
    world.run_until(at("12:00"))
    assert walls(world.recorded("a")) == [("07:30:00", "08:20:00"), ("08:20:00", "09:00:00")]
    ((_, start),) = ordered(world, StartPlannedRecording)
    assert start.follows.startswith("hand")
    assert reasons(record(world)) == [("by_hand", "08:00:00", "08:20:00")]


def test_an_occurrence_that_was_recorded_by_hand_is_not_missed(world):
    world.add_plan(plan("08:00", "09:00"))
    world.at(at("07:30"), lambda: world.record_by_hand("a", 2 * 3600))
    world.run_until(at("12:00"))
    assert ordered(world, StartPlannedRecording) == []
    assert record(world).state == "recorded"
    assert record(world).hand_ids
    assert reasons(record(world)) == [("by_hand", "08:00:00", "09:00:00")]


def test_stop_ends_this_occurrence_only(world):
    world.add_plan(plan("08:00", "09:00"))
    world.add_plan(plan("08:30", "10:00"))
    world.add_plan(plan("10:00", "11:00"))
    world.at(at("08:40"), lambda: world.stop("a"))
    world.run_until(at("+1 07:00"))
    assert walls(world.recorded("a")) == [("08:00:00", "08:40:00"), ("10:00:00", "11:00:00")]
    assert record(world).state == record(world, "plan2", "08:30").state == "stopped"
    world.run_until(at("+1 12:00"))
    assert len(world.recorded("a")) == 4


def test_a_stopped_occurrence_stays_stopped_after_a_crash(world):
    world.add_plan(plan("08:00", "09:00"))
    world.at(at("08:40"), lambda: (world.stop("a"), world.kill()))
    world.at(at("08:41"), world.restart)
    world.run_until(at("12:00"))
    assert walls(world.recorded("a")) == [("08:00:00", "08:40:00")]
    assert record(world).state == "stopped"


def test_stop_pauses_a_plan_without_a_break_and_resume_records_the_rest_of_the_day(world):
    world.add_plan(ALWAYS)
    world.at(at("08:40"), lambda: world.stop("a"))
    world.run_until(at("09:00"))
    assert walls(world.recorded("a")) == [("07:00:03", "08:40:00")]
    assert [each.plan.enabled for each in world.entries] == [False]
    world.change_plan("plan1", ALWAYS, counts_from=at("09:00"))
    world.run_until(at("+1 06:00"))
    assert walls(world.recorded("a"))[1:] == [("09:00:03", "06:00:00")]
    assert {each.state for each in world.state.all_records()} == {"recorded", "recording"}


def test_always_is_recorded_without_a_break_over_midnight_and_has_an_occurrence_a_day(world):
    world.add_plan(ALWAYS)
    world.run_until(at("+3 12:00"))
    assert walls(world.recorded("a")) == [("07:00:03", "12:00:00")]
    assert ordered(world, MoveEnd) == []
    ((_, start),) = ordered(world, StartPlannedRecording)
    assert start.ends_at is None
    assert [each.state for each in world.state.all_records()] == ["recorded"] * 3 + ["recording"]


def test_always_ends_after_its_last_day(world):
    world.add_plan(replace(ALWAYS, until=datetime(2026, 12, 1).date()))
    world.run_until(at("+3 12:00"))
    assert walls(world.recorded("a")) == [("07:00:03", "00:00:00")]
    assert world.recorded("a")[-1][1] == at("+2 00:00")


@pytest.mark.parametrize("is_removed", [True, False])
def test_pausing_or_removing_a_plan_lets_what_runs_finish(world, is_removed):
    world.add_plan(plan("08:00", "09:00"))
    after = None if is_removed else plan("08:00", "09:00", enabled=False)
    world.at(at("08:10"), lambda: world.change_plan("plan1", after))
    world.run_until(at("+1 12:00"))
    assert walls(world.recorded("a")) == [("08:00:00", "09:00:00")]
    assert record(world).state == "recorded"


def test_pausing_always_lets_the_day_finish(world):
    world.add_plan(ALWAYS)
    paused = replace(ALWAYS, enabled=False)
    world.at(at("08:10"), lambda: world.change_plan("plan1", paused))
    world.run_until(at("+1 12:00"))
    assert walls(world.recorded("a")) == [("07:00:03", "00:00:00")]


def test_a_plan_that_is_paused_while_its_camera_is_away_is_not_tried_any_more(world):
    world.add_plan(plan("08:00", "09:00"))
    world.camera("a").is_down = True
    world.at(at("08:10"), lambda: world.change_plan("plan1", plan("08:00", "09:00", enabled=False)))
    world.at(at("08:20"), lambda: setattr(world.camera("a"), "is_down", False))
    world.run_until(at("12:00"))
    assert world.recorded("a") == []
    assert records(world) == {}


def test_a_new_end_of_a_plan_moves_the_end_of_its_recording(world):
    world.add_plan(plan("08:00", "09:00"))
    world.at(at("08:10"), lambda: world.change_plan("plan1", plan("08:00", "08:30")))
    world.run_until(at("12:00"))
    assert walls(world.recorded("a")) == [("08:00:00", "08:30:00")]


def test_a_new_end_that_is_over_ends_the_recording_at_once(world):
    world.add_plan(plan("08:00", "09:00"))
    shorter = plan("08:00", "08:10")
    world.at(at("08:30"), lambda: world.change_plan("plan1", shorter, counts_from=at("08:30")))
    world.run_until(at("12:00"))
    assert walls(world.recorded("a")) == [("08:00:00", "08:30:01")]
    assert len(ordered(world, MoveEnd)) == 1


def move_end(world: PlanWorld, moment: int) -> None:
    (recording,) = world.current.values()
    recording.ends_at = moment


def test_an_end_that_a_person_moved_later_stays(world):
    world.add_plan(plan("08:00", "09:00"))
    world.at(at("08:30"), lambda: move_end(world, at("09:10")))
    world.run_until(at("12:00"))
    assert walls(world.recorded("a")) == [("08:00:00", "09:10:00")]
    assert ordered(world, MoveEnd) == []


def test_an_end_that_a_person_moved_earlier_ends_the_occurrence(world):
    world.add_plan(plan("08:00", "09:00"))
    world.at(at("08:30"), lambda: move_end(world, at("08:45")))
    world.run_until(at("12:00"))
    assert walls(world.recorded("a")) == [("08:00:00", "08:45:00")]
    assert record(world).state == "stopped"


def test_a_further_plan_moves_an_end_that_a_person_moved(world):
    world.add_plan(plan("08:00", "09:00"))
    world.add_plan(plan("09:00", "10:00"))
    world.at(at("08:30"), lambda: move_end(world, at("09:10")))
    world.run_until(at("12:00"))
    assert walls(world.recorded("a")) == [("08:00:00", "10:00:00")]
    assert record(world, "plan2", "09:00").state == "recorded"


# What goes wrong.


def test_a_camera_that_comes_back_is_recorded_from_then_on(world):
    world.add_plan(plan("08:00", "09:00"))
    world.camera("a").is_down = True
    world.at(at("08:20"), lambda: setattr(world.camera("a"), "is_down", False))
    world.run_until(at("12:00"))
    ((start, end),) = world.recorded("a")
    assert at("08:20") <= start <= at("08:20:10")
    assert wall(end) == "09:00:00"
    ((reason, since, _),) = reasons(record(world))
    assert (reason, since) == ("camera", "08:00:00")


def test_a_camera_that_does_not_come_is_missed_with_that_reason(world):
    world.add_plan(plan("08:00", "09:00"))
    world.camera("a").is_down = True
    world.run_until(at("08:59:59"))
    assert record(world).state == "due"
    world.run_until(at("12:00"))
    assert record(world).state == "missed"
    assert reasons(record(world)) == [("camera", "08:00:00", "09:00:00")]


def test_a_camera_that_rejects_the_password_is_not_called_in_a_loop(world):
    world.add_plan(plan("08:00", "09:00"))
    world.camera("a").refuses = "camera_wrong_password"
    world.run_until(at("12:00"))
    assert 3 <= len(ordered(world, OpenCamera)) <= 5
    assert record(world).state == "missed"


def test_without_a_free_session_an_occurrence_is_missed_with_that_reason(world):
    world.max_sessions = 1
    world.add_plan(plan("08:00", "09:00"))
    world.add_plan(plan("08:00", "09:00", ["b"]))
    world.run_until(at("12:00"))
    assert {each.state for each in records(world).values()} == {"recorded", "missed"}
    (missed,) = (each for each in records(world).values() if each.state == "missed")
    assert reasons(missed) == [("no_session", "08:00:00", "09:00:00")]


def test_a_session_that_becomes_free_is_used(world):
    world.max_sessions = 1
    world.camera("b").state = "ready"
    world.add_plan(plan("08:00", "09:00"))
    world.at(at("08:30"), lambda: setattr(world.camera("b"), "state", "closed"))
    world.run_until(at("12:00"))
    assert walls(world.recorded("a")) == [("08:30:03", "09:00:00")]


def test_a_full_disk_delays_an_occurrence_until_there_is_space(world):
    world.add_plan(plan("08:00", "09:00"))
    world.is_disk_full = True
    world.at(at("08:30"), lambda: setattr(world, "is_disk_full", False))
    world.run_until(at("12:00"))
    assert walls(world.recorded("a")) == [("08:30:00", "09:00:00")]
    assert reasons(record(world)) == [("disk_full", "08:00:00", "08:30:00")]


def test_a_recording_that_ended_by_an_error_is_started_again(world):
    world.add_plan(plan("08:00", "09:00"))
    world.at(at("08:30"), lambda: world.break_recording("a"))
    world.run_until(at("12:00"))
    assert walls(world.recorded("a")) == [("08:00:00", "08:30:00"), ("08:30:00", "09:00:00")]
    assert len(record(world).recording_ids) == 2
    assert record(world).state == "recorded"


def test_a_sleep_over_the_start_makes_it_late_with_both_times(world):
    world.add_plan(plan("08:00", "09:00"))
    world.at(at("07:30"), world.sleep)
    world.at(at("08:31"), world.wake)
    world.run_until(at("12:00"))
    assert walls(world.recorded("a")) == [("08:31:03", "09:00:00")]
    assert reasons(record(world)) == [("asleep", "08:00:00", "08:31:00")]


def test_an_outage_between_two_recordings_of_an_occurrence_is_told(world):
    """camrec was ended, so its recording was saved."""
    world.add_plan(plan("08:00", "10:00"))

    def shut_down() -> None:
        [recording] = world.current.values()
        world._end(recording, world.now)
        world.kill()

    world.at(at("08:30"), shut_down)
    world.at(at("09:00"), world.restart)
    world.run_until(at("12:00"))
    assert walls(world.recorded("a")) == [("08:00:00", "08:30:00"), ("09:00:03", "10:00:00")]
    assert reasons(record(world)) == [("not_running", "08:30:00", "09:00:00")]
    assert record(world).state == "recorded"


def test_an_occurrence_that_a_clock_set_forward_has_skipped_says_so(world):
    world.add_plan(plan("08:00", "09:00"))
    world.run_until(at("07:30"))
    world.outages.append(Outage("clock_forward", at("07:30"), at("10:00")))
    world.now = at("10:00")
    world.run_until(at("12:00"))
    assert world.recorded("a") == [] and record(world).state == "missed"
    assert reasons(record(world)) == [("clock_forward", "08:00:00", "09:00:00")]


def test_an_occurrence_is_missed_only_if_all_of_it_was_in_an_outage(world):
    world.add_plan(plan("08:00", "09:00"))
    world.add_plan(plan("09:00", "10:00"))
    world.at(at("07:30"), world.kill)
    world.at(at("09:30"), lambda: world.restart("off"))
    world.run_until(at("12:00"))
    assert walls(world.recorded("a")) == [("09:30:03", "10:00:00")]
    assert (record(world).state, reasons(record(world))) == (
        "missed",
        [("off", "08:00:00", "09:00:00")],
    )
    assert reasons(record(world, "plan2", "09:00")) == [("off", "09:00:00", "09:30:00")]


def test_an_outage_of_a_week_is_judged_day_by_day(world):
    world.add_plan(plan("08:00", "09:00"))
    world.at(at("08:30"), world.kill)
    world.at(at("+7 08:30"), world.restart)
    world.run_until(at("+7 12:00"))
    states = [each.state for each in world.state.all_records()]
    assert states == ["recorded", *["missed"] * 6, "recorded"]


@pytest.mark.parametrize("orders_before", [0, 1, 2])
@pytest.mark.parametrize("kill_from", ["07:58:00", "07:59:50", "08:59:45", "09:59:00"])
def test_a_kill_between_the_file_and_an_order_loses_and_doubles_nothing(
    world, kill_from, orders_before
):
    world.add_plan(plan("08:00", "09:00"))
    world.add_plan(plan("09:00", "10:00"))
    world.at(at(kill_from), lambda: setattr(world, "kill_before_order", orders_before))
    world.run_until(at("12:00"))
    lost = 2 * 3600 - sum(end - start for start, end in world.recorded("a")) / SECOND
    assert 0 <= lost <= 8.1
    assert {each.state for each in records(world).values()} == {"recorded"}


def test_a_clock_that_is_set_forward_ends_a_recording_at_the_end_of_its_plan(world):
    """A recording runs by a clock of its own, so its time is over by this computer's only."""
    world.add_plan(plan("08:00", "09:00"))
    world.add_plan(plan("09:00", "10:00"))
    world.run_until(at("08:30"))
    dispatcher, facts = PlanDispatcher(WallClock(PARIS), None), world._facts()
    one_hour_on = dispatcher.decide(at("09:30"), world.entries, world.state, facts)
    [running] = world.current
    assert one_hour_on.orders == (EndRecording(running),)
    assert dispatcher.decide(at("09:00:01"), world.entries, world.state, facts).orders == ()


def test_a_place_that_is_set_counts_from_the_next_look_on():
    dispatcher = PlanDispatcher(WallClock(PARIS), None)
    plan = RecordingPlan(("a",), WEEKDAYS, SunStart("sunset"), duration=4 * 3600)
    entries, facts = [PlanEntry("sun", plan, at("12:00"))], StationFacts(free_sessions=1)
    assert dispatcher.decide(at("19:00"), entries, PlanState(), facts).orders == ()
    dispatcher.set_place(Coordinates(48.85, 2.35))
    found = dispatcher.decide(at("19:00"), entries, PlanState(), facts)
    assert found.orders == (OpenCamera("a"),)


def test_a_clock_that_is_set_back_records_what_it_shows_again(world):
    world.add_plan(plan("08:00", "09:00"))
    world.run_until(at("09:30"))
    world.now = at("08:30")
    world.run_until(at("08:50"))
    assert (record(world).state, len(records(world))) == ("recording", 1)
    world.run_until(at("12:00"))
    assert (record(world).state, len(records(world))) == ("recorded", 1)
    assert len(record(world).recording_ids) == 2


def test_a_clock_that_was_far_ahead_does_not_silence_a_plan(world):
    world.add_plan(plan("08:00", "09:00"))
    morning = world.now
    world.sleep()
    world.now = at("+900 07:10")  # 08:10 in summer
    world.wake()
    world.run_until(at("+900 07:20"))
    world.now = morning
    world.run_until(at("09:30"))
    assert ("08:00:00", "09:00:00") in walls(world.recorded("a"))
    # The video of the wrong day exists. The days before it are not called missed.
    states = {each.starts_at: each.state for each in world.state.all_records()}
    assert states == {at("08:00"): "recorded", at("+900 07:00"): "recorded"}


def test_a_computer_that_starts_with_its_clock_behind_forgets_no_recording(world):
    """As a computer without a battery clock: it learns the time a while after its start."""
    world.add_plan(plan("11:30", "11:45"))
    world.run_until(at("11:50"))
    before = record(world, start="11:30")
    assert (before.state, before.recording_ids) == ("recorded", ("recording1",))
    world.kill()
    world.now = at("11:17")
    world.restart("off")
    world.run_until(at("11:18"))
    assert record(world, start="11:30") == before
    world.now = at("11:56")
    world.run_until(at("12:10"))
    assert records(world) == {("plan1", "11:30"): before}


def test_an_occurrence_goes_on_after_a_start_with_the_clock_behind(world):
    world.add_plan(plan("11:30", "11:45"))
    world.run_until(at("11:35"))
    world.kill()
    world.now = at("11:17")
    world.restart("off")
    world.run_until(at("11:18"))
    world.now = at("11:37")
    world.run_until(at("12:10"))
    assert record(world, start="11:30").state == "recorded"
    assert record(world, start="11:30").recording_ids == ("recording1", "recording2")
    assert walls(world.recorded("a"))[-1] == ("11:37:03", "11:45:00")


def test_what_a_person_stopped_and_what_no_camera_answered_is_known_after_a_wrong_clock(world):
    world.camera("b").is_down = True
    world.add_plan(plan("11:30", "11:45"))
    world.add_plan(plan("11:30", "11:45", ["b"]))
    world.at(at("11:40"), lambda: world.stop("a"))
    world.run_until(at("11:50"))
    before = records(world)
    assert [each.state for each in before.values()] == ["stopped", "missed"]
    world.kill()
    world.now = at("11:17")
    world.restart("off")
    world.run_until(at("11:18"))
    world.now = at("11:56")
    world.run_until(at("12:10"))
    assert records(world) == before


def test_old_recordings_are_known_after_a_start_in_an_earlier_year(world):
    world.add_plan(plan("08:00", "09:00"))
    world.run_until(at("+8 07:00"))
    before = {each.starts_at: each for each in world.state.all_records()}
    assert len(before) == 8 and world.state.past
    world.kill()
    world.now = at("-300 07:00")
    world.restart("off")
    world.run_until(at("-300 07:01"))
    world.now = at("+8 07:05")
    world.run_until(at("+8 07:10"))
    assert {each.starts_at: each for each in world.state.all_records()} == before
