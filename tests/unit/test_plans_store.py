"""The file with the plans: private, whole, and with all that a crash must not lose."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path

import pytest

from camrec.errors import NotFoundError, ServiceError, StateError
from camrec.file_system import private
from camrec.planning import (
    MAX_PLANS,
    PLAN_FILE_NAME,
    CameraFacts,
    PlanDecision,
    PlanDispatcher,
    PlanFile,
    PlanState,
    PlanStore,
    StationFacts,
    WallClock,
    change_plan,
    parse_plan,
)
from support.private_files import is_private

SECOND = 10**9
NOW = int(datetime(2026, 11, 30, 8, 30, tzinfo=timezone.utc).timestamp()) * SECOND
DAYS = ["mon", "tue", "wed"]
PLAN = parse_plan(
    {"cameras": ["door", "yard"], "days": DAYS, "start": "08:00", "end": "18:00"}
    | {"details": {"Subject": "B4"}, "name": "Été"}
)
ALWAYS = parse_plan({"cameras": ["door"], "always": True})


def store(folder: Path) -> PlanStore:
    made = PlanStore(PlanFile(folder))
    made.load()
    return made


def stored(folder: Path) -> dict:
    return json.loads((folder / PLAN_FILE_NAME).read_text("utf-8"))


def recording(plans: PlanStore, now: int = NOW) -> PlanState:
    """Let the dispatcher start a recording of each camera, and save that."""
    dispatcher = PlanDispatcher(WallClock(timezone.utc), None)
    facts = StationFacts({"door": CameraFacts("ready"), "yard": CameraFacts("ready")})
    decision = dispatcher.decide(now, plans.entries(), plans.state, facts)
    plans.save_decision(decision)
    return decision.state


def test_plans_and_what_was_decided_are_there_after_a_restart(tmp_path):
    plans = store(tmp_path)
    first, second = plans.add(PLAN, NOW), plans.add(ALWAYS, NOW + 1)
    state = recording(plans)
    assert len(state.runs) == 2
    later = store(tmp_path)
    assert later.entries() == (first, second)
    assert later.state == state
    assert later.camera_ids() == {"door", "yard"}
    assert is_private(tmp_path / PLAN_FILE_NAME)


def test_what_could_not_be_stored_is_stored_the_next_time(tmp_path, monkeypatch):
    plans = store(tmp_path)
    plans.add(PLAN, NOW)
    before = plans.state
    with monkeypatch.context() as full, pytest.raises(ServiceError):
        full.setattr(PlanFile, "write", refuse_to_write)
        recording(plans)
    assert len(plans.state.runs) == 2 and store(tmp_path).state == before
    nothing_new = PlanDecision((), plans.state, frozenset(), must_save=False, wake_at=NOW)
    plans.save_decision(nothing_new)
    assert store(tmp_path).state == plans.state


def refuse_to_write(*about):
    raise ServiceError("folder_unwritable", folder="videos", reason="full")


def test_a_plan_that_does_not_exist_is_not_found(tmp_path):
    plans = store(tmp_path)
    for call in (plans.get, plans.remove, lambda plan_id: plans.change(plan_id, PLAN, NOW)):
        with pytest.raises(NotFoundError) as raised:
            call("nothing")
        assert raised.value.code == "no_plan"


def test_new_hours_count_from_the_change_and_another_name_does_not(tmp_path):
    plans = store(tmp_path)
    plan_id = plans.add(PLAN, NOW).plan_id
    assert plans.change(plan_id, change_plan(PLAN, {"name": "Door"}), NOW + 1).counts_from == NOW
    paused = change_plan(PLAN, {"enabled": False})
    assert plans.change(plan_id, paused, NOW + 2).counts_from == NOW
    assert plans.change(plan_id, PLAN, NOW + 3).counts_from == NOW + 3
    moved = change_plan(PLAN, {"end": "19:00"})
    assert plans.change(plan_id, moved, NOW + 4).counts_from == NOW + 4
    assert store(tmp_path).get(plan_id) == plans.get(plan_id)


def test_what_became_of_a_removed_plan_is_remembered(tmp_path):
    plans = store(tmp_path)
    plan_id = plans.add(PLAN, NOW).plan_id
    state = recording(plans)
    plans.remove(plan_id)
    later = store(tmp_path)
    assert (later.entries(), later.state) == ((), state)


def test_there_is_a_limit_of_plans(tmp_path):
    plans = store(tmp_path)
    for _ in range(MAX_PLANS):
        plans.add(ALWAYS, NOW)
    with pytest.raises(StateError) as raised:
        plans.add(ALWAYS, NOW)
    assert raised.value.code == "plans_full"


def test_a_change_that_cannot_be_written_changes_nothing(tmp_path, monkeypatch):
    plans = store(tmp_path)
    entry = plans.add(PLAN, NOW)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(private, "fsync_handle", fail)
    for call in (
        lambda: plans.add(ALWAYS, NOW),
        lambda: plans.remove(entry.plan_id),
        lambda: plans.change(entry.plan_id, ALWAYS, NOW),
    ):
        with pytest.raises(ServiceError) as raised:
            call()
        assert raised.value.code == "folder_unwritable"
    assert plans.entries() == (entry,)
    # What was decided counts nevertheless: the orders are carried out.
    with pytest.raises(ServiceError):
        recording(plans)
    assert len(plans.state.runs) == 2
    monkeypatch.undo()
    assert store(tmp_path).entries() == (entry,)
    assert store(tmp_path).state.runs == ()


def test_a_decision_that_changes_nothing_is_not_written(tmp_path):
    plans = store(tmp_path)
    plans.add(PLAN, NOW - 20 * 3600 * SECOND)
    before = (tmp_path / PLAN_FILE_NAME).stat().st_mtime_ns
    recording(plans, NOW - 10 * 3600 * SECOND)
    assert plans.state.reckoned_at == NOW - 10 * 3600 * SECOND
    assert (tmp_path / PLAN_FILE_NAME).stat().st_mtime_ns == before


def test_what_a_later_camrec_added_is_kept(tmp_path):
    plans = store(tmp_path)
    plans.add(PLAN, NOW)
    content = stored(tmp_path)
    strange = {"plan_id": "x", "counts_from": NOW, "cameras": ["a"], "moon": "full"}
    content["plans"].append(strange)
    content["further"] = [1, 2]
    (tmp_path / PLAN_FILE_NAME).write_text(json.dumps(content), "utf-8")
    store(tmp_path).add(ALWAYS, NOW)
    assert strange in stored(tmp_path)["plans"]
    assert stored(tmp_path)["further"] == [1, 2]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"version": 1}', '{"version": "1"}', "[" * 10**5])
def test_a_damaged_file_is_kept_under_another_name(tmp_path, text):
    (tmp_path / PLAN_FILE_NAME).write_text(text, "utf-8")
    plans = store(tmp_path)
    assert plans.entries() == ()
    plans.add(PLAN, NOW)
    assert (tmp_path / f"{PLAN_FILE_NAME}.damaged").read_text("utf-8") == text
    assert len(store(tmp_path).entries()) == 1


def test_a_file_of_a_newer_camrec_is_not_changed(tmp_path):
    text = '{"version": 2, "plans": {}}'
    (tmp_path / PLAN_FILE_NAME).write_text(text, "utf-8")
    with pytest.raises(ServiceError) as raised:
        store(tmp_path).add(PLAN, NOW)
    assert raised.value.code == "plans_file_kept"
    assert (tmp_path / PLAN_FILE_NAME).read_text("utf-8") == text


@pytest.mark.parametrize(
    "state", [{"records": [{"state": "?"}]}, {"reckoned_at": 10**24}, {"reckoned_at": -1}, 5]
)
def test_plans_survive_if_what_was_decided_cannot_be_read(tmp_path, state):
    plans = store(tmp_path)
    entry = plans.add(PLAN, NOW - 30 * 86_400 * SECOND)
    content = stored(tmp_path)
    content["state"] = state
    (tmp_path / PLAN_FILE_NAME).write_text(json.dumps(content), "utf-8")
    later = store(tmp_path)
    assert later.entries() == (entry,)
    # Nothing is known of the days before, so they are not called missed.
    assert {each.starts_at // SECOND for each in recording(later).records} == {
        NOW // SECOND - 30 * 60
    }
    # It may be from a later camrec, so it is not lost.
    kept = json.loads((tmp_path / f"{PLAN_FILE_NAME}.damaged").read_text("utf-8"))
    assert kept == content


def test_a_damaged_file_that_somebody_has_removed_is_replaced(tmp_path):
    (tmp_path / PLAN_FILE_NAME).write_text("", "utf-8")
    plans = store(tmp_path)
    (tmp_path / PLAN_FILE_NAME).unlink()
    plans.add(PLAN, NOW)
    assert len(store(tmp_path).entries()) == 1


def test_a_plan_that_counts_from_no_date_is_kept_as_it_is(tmp_path):
    store(tmp_path).add(PLAN, NOW)
    content = stored(tmp_path)
    content["plans"][0]["counts_from"] = 10**24
    (tmp_path / PLAN_FILE_NAME).write_text(json.dumps(content), "utf-8")
    plans = store(tmp_path)
    assert plans.entries() == ()
    plans.add(ALWAYS, NOW)
    assert content["plans"][0] in stored(tmp_path)["plans"]
