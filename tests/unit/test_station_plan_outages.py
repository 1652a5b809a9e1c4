"""When camrec could record nothing, also as a later camrec knows it."""

from __future__ import annotations

import json

import pytest

from camrec.host_clock import boot_utc_ns
from camrec.planning import Outage
from camrec.station.plans.outages import HEARTBEAT_FILE_NAME, MAX_OUTAGE_AGE_NS, PlanOutages
from support.units_made import SECOND, MadeClock


@pytest.fixture
def clock() -> MadeClock:
    return MadeClock()


def loaded(folder, clock: MadeClock) -> PlanOutages:
    outages = PlanOutages(folder, clock)
    outages.load()
    return outages


def test_without_a_file_nothing_is_known(tmp_path, clock):
    assert loaded(tmp_path, clock).check() == ()


def test_from_the_last_sign_of_life_to_the_start_camrec_was_not_running(tmp_path, clock):
    loaded(tmp_path, clock).check()
    alive = clock.utc_ns()
    clock.now += 500 * SECOND
    expected = Outage("not_running", alive, clock.utc_ns())
    later = loaded(tmp_path, clock)
    assert later.check() == (expected,)
    clock.now += 10 * SECOND
    later.check()
    # The camrec after the next knows both.
    alive = clock.utc_ns()
    clock.now += 60 * SECOND
    assert loaded(tmp_path, clock).check() == (
        expected,
        Outage("not_running", alive, clock.utc_ns()),
    )


def test_until_the_computer_was_started_it_was_off(tmp_path, clock):
    loaded(tmp_path, clock).check()
    alive = clock.utc_ns()
    clock.utc_set_by += 3600 * SECOND  # an hour passes, and the other clocks begin again
    clock.now = 90 * SECOND
    clock.utc_set_by += 910 * SECOND
    booted, now = boot_utc_ns(clock), clock.utc_ns()
    assert now - booted == 90 * SECOND
    assert loaded(tmp_path, clock).check() == (
        Outage("off", alive, booted),
        Outage("not_running", booted, now),
    )


def test_a_sleep_is_noticed_and_stored_at_once(tmp_path, clock):
    outages = loaded(tmp_path, clock)
    outages.check()
    before = clock.utc_ns()
    clock.asleep += 3600 * SECOND
    clock.now += 2 * SECOND
    [found] = outages.check()
    assert found == Outage("asleep", before, clock.utc_ns())
    assert loaded(tmp_path, clock).check()[0] == found


def test_hours_that_a_clock_set_forward_has_skipped_are_an_outage(tmp_path, clock):
    outages = loaded(tmp_path, clock)
    outages.check()
    before = clock.utc_ns()
    clock.utc_set_by += 3600 * SECOND
    expected = Outage("clock_forward", before, clock.utc_ns())
    assert outages.check() == (expected,)
    assert loaded(tmp_path, clock).check()[0] == expected
    clock.utc_set_by += SECOND // 2
    assert outages.check() == (expected,), "nobody misses half a second"


def test_a_clock_that_is_set_forward_after_a_sleep_has_skipped_the_time_before_it(tmp_path, clock):
    outages = loaded(tmp_path, clock)
    outages.check()
    before = clock.utc_ns()
    clock.asleep += 600 * SECOND
    clock.utc_set_by += 60 * SECOND
    asleep, skipped = outages.check()
    assert asleep == Outage("asleep", before + 60 * SECOND, clock.utc_ns())
    assert skipped == Outage("clock_forward", before, before + 60 * SECOND)


def test_the_time_in_which_nobody_looked_is_no_outage(tmp_path, clock):
    outages = loaded(tmp_path, clock)
    outages.check()
    clock.now += 7200 * SECOND
    outages.watch_again()
    assert outages.check() == ()


def test_a_clock_that_is_set_is_no_outage_and_a_sign_of_life_in_the_future_is_ignored(
    tmp_path, clock
):
    outages = loaded(tmp_path, clock)
    outages.check()
    clock.utc_set_by -= 3600 * SECOND
    assert loaded(tmp_path, clock).check() == ()
    clock.now += SECOND
    assert outages.check() == ()


def test_old_outages_are_forgotten(tmp_path, clock):
    loaded(tmp_path, clock).check()
    clock.now += 100 * SECOND
    outages = loaded(tmp_path, clock)
    assert len(outages.check()) == 1
    clock.now += MAX_OUTAGE_AGE_NS + SECOND
    outages.watch_again()
    assert outages.check() == ()


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"alive": "x", "outages": []}', '{"alive": 1, "outages": [[1]]}']
)
def test_a_file_that_cannot_be_read_is_replaced(tmp_path, clock, text):
    (tmp_path / HEARTBEAT_FILE_NAME).write_text(text)
    assert loaded(tmp_path, clock).check() == ()
    assert json.loads((tmp_path / HEARTBEAT_FILE_NAME).read_text())["alive"] == clock.utc_ns()


def test_a_kind_of_outage_of_a_later_camrec_is_left_out(tmp_path, clock):
    now = clock.utc_ns()
    content = {"alive": now, "outages": [["frozen", 1, now], ["asleep", now - 5, now]]}
    (tmp_path / HEARTBEAT_FILE_NAME).write_text(json.dumps(content))
    assert loaded(tmp_path, clock).check() == (Outage("asleep", now - 5, now),)


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path, clock):
    assert loaded(tmp_path / "missing", clock).check() == ()
