"""The UTC of the frames of a finished video, by the camera's clock and by arrivals."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from camrec.journal import SegmentRecord
from camrec.recording.segment import Segment
from camrec.rtp import ntp_to_utc_ns
from support.clock_verdicts import CAMERAS, LIES
from support.dated_videos import MS, PERIOD, Dated, date, record, shifted, watch_track
from support.simulated_clock import (
    SECOND,
    STARTED_AT,
    SimulatedCamera,
    WallClock,
    ahead_by,
    lan,
    set_at,
    stamped_later,
)
from support.watched_clock import watch

LYING = {name for name, (_, each) in CAMERAS.items() if each.states[-1] is LIES}
STAMPED_LATER_S = 0.030  # about the time in which a sensor is read


@cache
def dated(name: str) -> Dated:
    """A video of one of the cameras; it is recorded once."""
    return date(record(CAMERAS[name][0]))


@pytest.mark.parametrize("name", CAMERAS)
def test_99_percent_of_a_video_s_frames_are_as_exact_as_stated_and_none_goes_back(name):
    expected, found = CAMERAS[name][1], dated(name)
    assert np.all(np.diff(found.times) > 0)
    assert found.dates.uncertainty == pytest.approx(found.stated.max() / 1000)
    if name not in LYING:  # such a video is dated after its times are corrected
        assert np.mean(np.abs(found.errors) <= found.stated) >= 0.99
    if expected.exact_ms:
        assert found.listed == [] and found.dates.source in ("camera", "zone")
        assert np.abs(found.errors).max() < expected.exact_ms


def test_a_camera_that_stamps_frames_later_sends_the_same():
    """So nothing that arrives can show which of them it is. All of it is 30 ms later."""
    for name, (camera, _) in CAMERAS.items():
        other = stamped_later(camera, STAMPED_LATER_S)
        if name in LYING:
            continue
        for one, two in zip(camera.frames(), other.frames(), strict=True):
            assert two.ticks == one.ticks and two.captured == one.captured
            assert two.arrived - one.arrived == pytest.approx(30 * MS, abs=10)
        for report, same in zip(camera.reports(), other.reports(), strict=True):
            assert abs(same.ticks - report.ticks) <= 1
            assert same.arrived - report.arrived == pytest.approx(30 * MS, abs=10)
            later = ntp_to_utc_ns(same.ntp, 0) - ntp_to_utc_ns(report.ntp, 0)
            assert later == pytest.approx(30 * MS, abs=1000)


@pytest.mark.parametrize("name", [name for name in CAMERAS if name not in LYING])
def test_what_is_stated_is_at_most_five_times_the_error_that_nothing_excludes(name):
    """That is the error of the camera, or that of another one which sends the same.

    Left out is what is doubtful: it is said so, or the clock was set.
    """
    camera, expected = CAMERAS[name]
    found = dated(name)
    other = date(record(stamped_later(camera, STAMPED_LATER_S)))
    pairs = list(zip(found.stated_errors, other.stated_errors, strict=True))
    for one, two in pairs:
        assert one.source == two.source
        assert two.stated == pytest.approx(one.stated, abs=0.05)
        assert one.covered >= 0.99 and two.covered >= 0.99
        if expected.sure and len(pairs) == 1:
            assert one.stated <= 5 * max(one.p99, two.p99)


@pytest.mark.parametrize("ahead", [0.0501, 0.06, 0.1, 0.13])
def test_a_clock_by_which_frames_arrive_before_they_are_captured_is_stated_to_be_so_wrong(ahead):
    """It is ahead, by no more than its network may hide."""
    found = date(record(SimulatedCamera(wall=ahead_by(ahead))))
    assert found.dates.source == "camera"
    assert np.mean(np.abs(found.errors) <= found.stated) == 1
    assert found.dates.uncertainty == pytest.approx(0.2 + ahead - 0.04, abs=0.001)


def test_reports_with_the_time_of_the_last_frame_that_was_sent_are_as_wrong_as_stated():
    """It was captured 40 to 80 ms before, so frames seem to arrive before they are captured."""
    camera = SimulatedCamera(of_last_frame=True, report_ticks=-3600, reports_every=4.987)
    found = date(record(camera))
    assert found.dates.source == "camera" and np.abs(found.errors).max() > 70
    assert np.mean(np.abs(found.errors) <= found.stated) == 1


def test_a_clock_that_is_set_wrong_dates_what_was_before_and_arrivals_date_the_rest():
    found = date(record(CAMERAS["set 2 s forward at 12 s"][0]))
    assert found.listed == [(0, "camera"), (pytest.approx(10.04, abs=0.05), "arrival")]
    assert found.dates.source == "mixed" and found.codes == [
        "camera_clock_set",
        "camera_clock_in_part",
        "camera_clock_ahead",
    ]
    assert found.dates.warnings[2].facts["seconds"] == pytest.approx(1.96, abs=0.01)
    first, rest = found.dates.sources
    assert first.uncertainty == pytest.approx(0.040, abs=0.01)
    assert 0.2 < rest.uncertainty < 0.22 and found.dates.uncertainty == rest.uncertainty
    assert np.abs(found.errors[found.sources == "camera"]).max() < 0.05
    # Less the delay that the clock has shown: by arrivals alone it is 40 ms.
    assert np.abs(found.errors[found.sources == "arrival"]).max() < 1
    assert found.dates.warnings[1].facts["percent"] == pytest.approx(14.3, abs=0.1)


@pytest.mark.parametrize("step", [-0.3, 0.3, 0.5])
def test_a_clock_that_is_set_by_less_than_a_delay_is_believed_on_both_sides(step):
    """No network tells 40 ms of delay from 340 ms, so one of the sides is wrong by the step."""
    before, after = (0, step) if step < 0 else (-step, 0)
    found = date(record(SimulatedCamera(wall=set_at(12, before, after))))
    assert [source for _, source in found.listed] == ["camera", "arrival", "camera"]
    assert np.all(np.diff(found.times) > 20 * MS)
    assert np.mean(np.abs(found.errors) <= found.stated) >= 0.99
    wrong, right = (-1, 0) if step < 0 else (0, -1)
    sources = found.dates.sources
    assert sources[wrong].uncertainty == pytest.approx(abs(step) + 0.04, abs=0.01)
    assert sources[right].uncertainty == pytest.approx(0.04, abs=0.01)
    assert sources[1].uncertainty > max(0.2, abs(step))
    assert found.codes == ["camera_clock_set", "camera_clock_in_part"]


def test_a_connection_without_reports_is_dated_by_arrivals_less_the_delay_of_the_others():
    right, silent = SimulatedCamera(30), SimulatedCamera(30, first_report=99, seed=2)
    found = date(record(right), record(silent, after_s=40), record(right, after_s=80))
    assert [source for _, source in found.listed] == ["camera", "arrival", "camera"]
    starts = [start for start, _ in found.listed]
    assert starts == [0, pytest.approx(40, abs=0.05), pytest.approx(80, abs=0.05)]
    assert np.abs(found.errors).max() < 1 and np.all(np.diff(found.times) > 20 * MS)
    assert found.codes == ["camera_clock_in_part"]
    assert found.dates.warnings[0].facts["percent"] == pytest.approx(66.7, abs=0.1)
    assert found.dates.clock.reports == 12


def test_two_connections_that_the_clock_dates_need_no_arrivals():
    camera = SimulatedCamera(30)
    found = date(record(camera), record(replace(camera, encoding=0.3), after_s=40))
    assert [source for _, source in found.listed] == ["camera", "camera"]
    assert [round(each.uncertainty, 1) for each in found.dates.sources] == [0.0, 0.3]
    assert found.dates.source == "camera" and found.codes == []
    assert np.abs(found.errors).max() < 0.05


def test_a_segment_of_a_killed_camrec_is_dated_as_far_as_the_journal_says():
    camera = SimulatedCamera(90)
    killed, after = record(camera, 0, 20), record(camera, 30)
    segment = killed.read.segment
    clock = replace(segment.clock, newest_time=segment.clock.shown_time + 12 * SECOND)
    stored = replace(segment, clock=clock).to_record(PERIOD).model_dump_json()
    back = Segment.from_record(SegmentRecord.model_validate_json(stored), Path(), PERIOD)
    killed.read = replace(killed.read, segment=back)
    found = date(killed, after)
    assert [source for _, source in found.listed] == ["camera", "arrival", "camera"]
    assert [start for start, _ in found.listed[:2]] == [0, pytest.approx(12.04, abs=0.01)]
    assert np.abs(found.errors[found.sources == "camera"]).max() < 0.05
    assert np.all(np.diff(found.times) > 20 * MS) and np.abs(found.errors).max() < 1
    alone = date(killed)
    assert alone.dates.source == "mixed" and alone.dates.clock.state == "camera"
    assert np.mean(np.abs(alone.errors) <= alone.stated) == 1


def test_a_segment_of_a_killed_camrec_without_such_an_entry_is_dated_by_arrivals():
    camera = SimulatedCamera(60)
    found = date(record(camera, 0, 20, is_clock_used=False), record(camera, 30))
    assert [source for _, source in found.listed] == ["arrival", "camera"]
    assert np.mean(np.abs(found.errors) <= found.stated) == 1


def test_frames_from_before_the_connection_broke_let_no_time_go_back():
    """The camera sends again what it had sent: five seconds of it, all at once."""
    begin, again = SimulatedCamera(30), SimulatedCamera(40, reports_every=2)
    resent = record(again)
    resent.captured = [each + 25 * SECOND for each in resent.captured]
    shifted(resent.read.segment.clock.video, 25 * SECOND)
    segment = replace(resent.read.segment, origin=resent.read.origin + 30 * SECOND)
    resent.read = replace(resent.read, segment=segment)
    found = date(record(begin), resent)
    assert np.all(np.diff(found.times) > 0)
    assert [source for _, source in found.listed] == ["camera", "arrival", "camera"]
    late = found.times > (STARTED_AT + 50) * SECOND
    assert np.abs(found.errors[late]).max() < 0.05


def test_a_network_that_is_slow_at_the_end_takes_no_date_from_what_was_before():
    """Nobody can tell yet whether the camera now counts another rate than it sends."""

    def network(chance, at: float) -> float:
        return lan(chance, at) + 0.06 * max(0.0, at - 60)

    found = date(record(SimulatedCamera(110, network=network)))
    assert [source for _, source in found.listed] == ["camera", "arrival"]
    assert 55 < found.listed[1][0] < 105
    assert np.abs(found.errors[found.sources == "camera"]).max() < 0.05


def test_the_error_of_a_clock_that_moves_slowly_is_that_of_each_time():
    """It is 0.5 s behind and is corrected by 40 ppm, for three hours: no rule can notice that."""
    camera = SimulatedCamera(11_000, fps=0.5, wall=lambda at: -0.5 + 40e-6 * at, reports_every=60)
    watched = watch_track(camera)
    begin, end = (
        record(camera, *between, watched=watched) for between in ((0, 600), (10_400, 11_000))
    )
    assert date(begin).dates.uncertainty == pytest.approx(0.54, abs=0.02)
    assert date(end).dates.uncertainty == pytest.approx(0.12, abs=0.03)
    for each in (begin, end):
        found = date(each)
        assert found.dates.source == "camera"
        assert np.abs(found.errors).max() / 1000 < found.dates.uncertainty


def corrected(ahead: float, ppm: float) -> WallClock:
    """A clock that is wrong at first, and is corrected by `ppm` until it is right."""
    return lambda at: math.copysign(max(0.0, abs(ahead) - ppm / 1e6 * at), ahead)


@pytest.mark.parametrize(
    ("ahead", "ppm", "seconds"),
    [(0.9, 500, 2200), (-0.9, 500, 2200), (0.2, 40, 4500)],
    ids=["0.9 s ahead", "0.9 s behind", "0.2 s ahead, for an hour"],
)
def test_a_wrong_clock_that_is_corrected_slowly_dates_nothing_before_it_is_right(
    ahead, ppm, seconds
):
    camera = SimulatedCamera(seconds, fps=0.5, wall=corrected(ahead, ppm), reports_every=10)
    found = date(record(camera))
    assert [source for _, source in found.listed] == ["arrival", "camera"]
    assert np.mean(np.abs(found.errors) <= found.stated) == 1
    assert np.abs(found.errors).max() < 200 and found.dates.uncertainty < 0.31
    assert np.all(np.diff(found.times) > 0)


@pytest.mark.parametrize("local_h", [0, 2])
@pytest.mark.parametrize("step", [10, -10, 900, 3600])
def test_this_computer_s_clock_that_is_set_takes_no_date_from_the_frames_before(local_h, step):
    """900 s and 3600 s look like another local time of the camera."""
    camera = SimulatedCamera(120, fps=10, wall=ahead_by(3600 * local_h))
    found = date(record(camera, host=set_at(61, 0, step)))
    assert found.listed == [
        (0, "zone" if local_h else "camera"),
        (pytest.approx(60.1, abs=0.2), "arrival"),
    ]
    before, after = found.dates.sources
    assert before.uncertainty == pytest.approx(0.04, abs=0.01)
    assert 0.2 < after.uncertainty < 0.22
    assert np.abs(found.errors).max() < 1
    reasons = {10: ["camera_clock_behind"], -10: ["camera_clock_ahead"]}
    if not local_h:
        assert found.codes == ["camera_clock_in_part", *reasons.get(step, [])]


@pytest.mark.parametrize(
    ("camera", "stated"),
    [
        (SimulatedCamera(600, fps=2, rtp_ppm=-500, last_report=12), 0.35),
        (SimulatedCamera(600, fps=2, rtp_ppm=-500, reports_every=2, first_report=588), 0.35),
        (
            SimulatedCamera(300, 10, last_report=26, of_last_frame=True, reports_every=5.03),
            0.91,
        ),
    ],
    ids=["after the last report", "before the first report", "after reports that scatter"],
)
def test_the_error_of_frames_far_from_all_reports_is_stated(camera, stated):
    found = date(record(camera))
    assert np.abs(found.errors).max() > 100
    assert np.mean(np.abs(found.errors) <= found.stated) == 1
    assert found.dates.uncertainty < stated


def test_a_clock_that_reports_no_more_dates_frames_for_ten_minutes():
    found = date(record(SimulatedCamera(900, fps=2, last_report=100)))
    assert found.listed == [(0, "camera"), (pytest.approx(695, abs=6), "arrival")]


def test_a_clock_that_dates_no_frame_is_not_said_to_be_corrected():
    camera = CAMERAS["local time, 2 h ahead"][0]
    recorded = record(camera)
    clock = replace(recorded.read.segment.clock, shown_time=10**15)
    recorded.read = replace(recorded.read, segment=replace(recorded.read.segment, clock=clock))
    assert clock.video.verdict().state.value == "zone"
    found = date(recorded)
    assert found.dates.source == "arrival" and found.codes == ["camera_clock_unknown"]


@pytest.mark.parametrize(
    ("ahead", "error", "source"), [(0.25, 0, "arrival"), (0.25, 0.2, "camera")]
)
def test_a_clock_is_as_right_as_this_computer_s_clock_can_tell(ahead, error, source):
    """A frame arrives before it is captured, which this computer's own error may explain."""
    seen = watch(SimulatedCamera(wall=lambda at: ahead), host_error=round(error * SECOND))
    assert seen.verdict.utc_source == source
    stated = seen.verdict.error_ns / SECOND
    assert stated == pytest.approx(0.41 + error if source == "camera" else 0.2 + error, abs=0.01)
