"""This computer's clock is set while a recording runs: no frame moves, and the receipt says so.

The clock that is set is a stand-in (`MadeClock`): a test cannot set this computer's clock.
"""

from __future__ import annotations

import logging

import pytest

from camrec.clock import format_iso
from camrec.host_clock import read_host_clock_error
from camrec.recording import watchdog
from support.studio import assert_shows, expected
from support.units_made import SECOND, until, video_units

pytestmark = pytest.mark.spread

BETWEEN = [(number + 0.5) / 25 for number in range(200)]


@pytest.fixture(autouse=True)
def quick_watchdog(monkeypatch):
    monkeypatch.setattr(watchdog, "DISK_CHECK_INTERVAL_S", 0.05)


def clock_warnings(receipt) -> list[dict]:
    return [each.facts for each in receipt.warnings if each.code == "clock_jumped"]


@pytest.mark.parametrize("step", [3600, -0.5])
def test_a_clock_that_is_set_moves_no_frame_and_the_receipt_says_when_and_by_how_much(
    studio, caplog, step
):
    units = video_units(BETWEEN)
    studio.play(units, -1, 1)
    recording = studio.record(5)
    started_at = recording.started_at
    studio.play(units, 1, 3)
    with caplog.at_level(logging.WARNING, "camrec"):
        studio.clock.utc_set_by = round(step * SECOND)
        until(lambda: recording._recorder.host_clock.steps)
    studio.play(units, 3, 8)
    assert recording.wait(30)
    ((path, receipt),) = studio.saved
    times, numbers = expected(units, studio.begin + SECOND, studio.begin + 6 * SECOND)
    assert_shows(path, times, numbers)
    assert receipt.gaps == []
    (facts,) = clock_warnings(receipt)
    at = format_iso(started_at + 2 * SECOND)
    assert facts == {"at": at, "seconds": float(step)}
    assert f"by {float(step)} s" in caplog.text and at in caplog.text
    # Both ends are by the old setting, like the frames between them.
    assert receipt.ended_at == format_iso(started_at + 5 * SECOND)


def test_a_receipt_says_how_wrong_this_computer_s_clock_may_be(studio):
    units = video_units(BETWEEN)
    studio.play(units, -1, 1)
    recording = studio.record(2)
    studio.play(units, 1, 4)
    assert recording.wait(30)
    ((_, receipt),) = studio.saved
    known = read_host_clock_error()
    if known is None:  # not Linux, or a kernel that does not answer
        assert receipt.host_clock is None
    else:
        assert receipt.host_clock.synchronized is known.synchronized
        assert (receipt.host_clock.max_error is None) is (known.max_s is None)
    assert clock_warnings(receipt) == []
