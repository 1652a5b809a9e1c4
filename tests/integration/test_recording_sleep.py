"""The computer sleeps during a recording: the recording goes on, and the receipt says so.

No test can let a computer sleep. The test's clock jumps instead, as the clocks of Windows do after
a sleep: they count that time.
"""

from __future__ import annotations

import pytest

from camrec.clock import iso_to_utc_ns
from camrec.recording import watchdog
from support.units_made import SECOND, until, video_units

pytestmark = pytest.mark.spread

HOUR = 3600.0


@pytest.fixture(autouse=True)
def quick_watchdog(monkeypatch):
    monkeypatch.setattr(watchdog, "DISK_CHECK_INTERVAL_S", 0.05)


def sleep_an_hour(studio, recording, at: float) -> None:
    """Let the clock jump, and wait until the watchdog has seen it."""
    recorder = recording._recorder
    studio.at(at + HOUR)
    until(lambda: recorder.host_clock.sleeps)


def sleep_warning(receipt):
    (warning,) = (each for each in receipt.warnings if each.code == "computer_slept")
    return warning


def test_a_recording_goes_on_after_an_hour_of_sleep_and_the_receipt_says_so(studio):
    steady = [number / 25 for number in range(100)]
    awake = studio.begin + round((HOUR + 4) * SECOND)
    before, after = video_units(steady), video_units(steady, begin=awake, number=500)
    studio.play(before, -1, 1)
    recording = studio.record(3610)
    studio.play(before, 1, 3)
    until(lambda: recording.bytes > 0)
    sleep_an_hour(studio, recording, 3)
    studio.feed.interrupt("connection_broke")
    studio.play(after, HOUR + 3.5, HOUR + 7)
    until(lambda: recording.segment_count == 2)
    studio.at(3612)
    assert recording.wait(60)
    ((_, receipt),) = studio.saved
    assert receipt.ended == "time" and receipt.playable and receipt.parts == 2
    assert recording.ended_at == recording.ends_at
    (gap, _at_the_end) = receipt.gaps
    assert gap.duration == pytest.approx(HOUR + 1, abs=0.1)
    slept = sleep_warning(receipt).facts
    seconds = (iso_to_utc_ns(slept["end"]) - iso_to_utc_ns(slept["start"])) / SECOND
    assert seconds == pytest.approx(HOUR, abs=3)


def test_a_recording_whose_end_passed_during_a_sleep_ends_at_its_planned_time(studio):
    units = video_units([number / 25 for number in range(100)])
    studio.play(units, -1, 1)
    recording = studio.record(60)
    studio.play(units, 1, 3)
    until(lambda: recording.bytes > 0)
    studio.at(3 + HOUR)
    assert recording.wait(60)
    ((_, receipt),) = studio.saved
    assert receipt.ended == "time" and receipt.playable
    assert recording.ended_at == recording.ends_at
    (gap,) = receipt.gaps
    assert gap.start + gap.duration == pytest.approx(60, abs=0.1)
