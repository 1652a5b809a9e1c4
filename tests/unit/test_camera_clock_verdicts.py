"""What is said of cameras with right and wrong clocks, and how wrong the UTC of their frames is."""

from __future__ import annotations

import math
import random
from dataclasses import replace

import pytest

from camrec.camera_clock import CameraClock, CameraClockState, ClockReport, ClockStep
from camrec.camera_clock.clock_rules import ArrivalEstimate
from support.clock_verdicts import (
    ARRIVAL,
    CAMERA,
    CAMERAS,
    FREE,
    LIES,
    NO_CLOCK,
    SET,
    ZONE,
)
from support.simulated_clock import SECOND, SimulatedCamera, ahead_by, lan, wifi
from support.watched_clock import WatchedClock, watch

MS = SECOND // 1000
WAYS = ("own", "relayed")  # the camera's reports, or those that MediaMTX computes from them


@pytest.fixture(scope="module", params=WAYS)
def way(request) -> str:
    return request.param


_watched: dict[tuple[str, str], WatchedClock] = {}


def watched(name: str, way: str) -> WatchedClock:
    """Each camera is watched once."""
    if (name, way) not in _watched:
        camera = CAMERAS[name][0]
        reports = camera.reports() if way == "own" else camera.relayed_reports()
        _watched[name, way] = watch(camera, reports)
    return _watched[name, way]


@pytest.mark.parametrize("name", CAMERAS)
def test_the_verdict_on_a_camera_s_clock(name, way):
    expected, seen = CAMERAS[name][1], watched(name, way)
    verdict = seen.verdict
    assert verdict.state is expected.states[-1]
    passed = [state for state in seen.states if state in expected.states]
    assert passed == list(expected.states)
    others = set(seen.states) - set(expected.states)
    assert not others & {CAMERA, ZONE, FREE}, "nothing else was believed on the way"
    if expected.delay_s is not None:
        tolerance = 0.01 if abs(expected.delay_s) < 10 else 0.05 * abs(expected.delay_s)
        apart = verdict.delay_ns + verdict.zone_ns
        assert apart / SECOND == pytest.approx(expected.delay_s, abs=tolerance)
    if expected.ppm is not None and LIES not in expected.states:
        assert verdict.slope * 1e6 == pytest.approx(expected.ppm, abs=30)
    assert verdict.zone_ns == expected.zone_h * 3600 * SECOND
    assert verdict.doubtful == (not expected.sure)
    assert not verdict.may_be_sending


@pytest.mark.parametrize("name", CAMERAS)
def test_99_percent_of_frames_are_as_exact_as_stated(name, way):
    seen = watched(name, way)
    good = sum(abs(each.error) <= each.stated for each in seen.frames)
    assert good / len(seen.frames) >= 0.99


@pytest.mark.parametrize("name", [name for name, (_, each) in CAMERAS.items() if each.exact_ms])
def test_frames_dated_by_the_camera_are_exact(name):
    """By the camera's own reports. Those of MediaMTX are extended at the nominal rate."""
    seen, limit = watched(name, "own"), CAMERAS[name][1].exact_ms * MS
    dated = [each for each in seen.frames if each.by_camera]
    assert len(dated) > 0.9 * len(seen.frames)
    assert max(abs(each.error) for each in dated if each.at > 31) <= limit
    afterwards = [
        abs(seen.clock.utc_at(time) - frame.captured)
        for time, frame in zip(seen.times, CAMERAS[name][0].frames(), strict=True)
    ]
    assert max(afterwards) <= limit


@pytest.mark.parametrize("name", CAMERAS)
def test_nothing_is_believed_on_one_report(name, way):
    for number, (_, verdict) in enumerate(watched(name, way).verdicts):
        assert number or verdict.state in (ARRIVAL, LIES)


def test_a_clock_is_believed_from_the_second_report_on():
    for way, since in (("own", 5.02), ("relayed", 11)):
        (_, begin), (at, state) = watched("right", way).changes
        assert begin is ARRIVAL and state is CAMERA
        assert at == pytest.approx(since, abs=0.1)


def test_a_clock_that_was_set_has_one_step_and_the_time_between_is_dated_by_arrivals():
    for name, size in (("set 2 s forward at 12 s", 2), ("2 s ahead, set right at 12 s", -2)):
        for way, doubted, judged in (("own", 15, 20), ("relayed", 21, 31)):
            seen = watched(name, way)
            [step] = seen.verdict.steps
            assert step.size_ns == pytest.approx(size * SECOND, abs=MS)
            changes = dict(reversed(seen.changes))
            assert doubted - 1 < min(at for at, state in seen.changes if state is SET) < doubted + 1
            assert judged - 1 < max(changes) < judged + 1


def test_frames_before_a_clock_was_set_keep_the_old_line_and_those_after_it_the_new_one():
    seen = watched("2 s ahead, set right at 12 s", "own")
    dated = [seen.clock.utc_at(time) is not None for time in seen.times]
    seconds = [number / 25 for number, each in enumerate(dated) if each]
    assert seconds[0] == pytest.approx(15.04, abs=0.05) and all(dated[round(15.04 * 25) + 1 :])
    seen = watched("set 2 s forward at 12 s", "own")
    dated = [seen.clock.utc_at(time) is not None for time in seen.times]
    assert all(dated[: 10 * 25]) and not any(dated[11 * 25 :])


def test_reports_that_may_have_been_stamped_when_frames_were_sent_are_said_to_be_so():
    camera = SimulatedCamera(stamped_when_sent=True)
    verdict = watch(camera).verdict
    assert verdict.state is CAMERA and verdict.may_be_sending
    assert verdict.error_ns == 200 * MS


def test_one_wrong_report_is_forgotten():
    camera = SimulatedCamera()
    reports = camera.reports()
    reports[6] = reports[6]._replace(ntp=reports[6].ntp + (5 << 32))
    seen = watch(camera, reports)
    assert seen.states == [ARRIVAL, CAMERA, SET, CAMERA]
    assert seen.verdict.steps == ()
    assert all(abs(each.error) < MS / 10 for each in seen.frames if each.by_camera)


def test_reports_that_jump_about_are_no_clock():
    chance, camera = random.Random(1), SimulatedCamera()
    reports = [
        each._replace(ntp=each.ntp + (chance.randrange(60) << 32)) for each in camera.reports()
    ]
    seen = watch(camera, reports)
    assert seen.verdict.state is NO_CLOCK and seen.verdict.doubtful
    assert not any(each.by_camera for each in seen.frames)


def test_reports_with_the_time_of_the_last_frame_scatter_and_are_not_taken_for_a_free_clock():
    """Up to a frame's duration late; the interval of reports is no multiple of it."""
    camera = SimulatedCamera(120, of_last_frame=True, reports_every=4.987, network=wifi)
    seen = watch(camera)
    assert seen.states == [ARRIVAL, CAMERA]
    errors = [abs(each.error) for each in seen.frames if each.by_camera]
    assert max(errors) < 50 * MS
    assert sum(abs(each.error) <= each.stated for each in seen.frames) >= 0.99 * len(seen.frames)


def test_a_network_that_is_slow_for_half_a_minute_leaves_a_clock_believed():
    def network(chance: random.Random, at: float) -> float:
        return lan(chance, at) + (3.0 * (at - 60) / 25 if 60 <= at < 85 else 0)

    seen = watch(SimulatedCamera(150, network=network))
    assert seen.states == [ARRIVAL, CAMERA]


def test_a_slow_network_is_not_taken_for_a_camera_that_counts_another_rate():
    """The delay grows evenly from the start on, by 3 s."""

    def network(chance: random.Random, at: float) -> float:
        return lan(chance, at) + 3.0 * min(1.0, at / 40)

    seen = watch(SimulatedCamera(100, network=network))
    assert LIES not in seen.states
    doubtful = [verdict for at, verdict in seen.verdicts if 10 < at < 35]
    assert all(each.doubtful and not each.state.dates_frames for each in doubtful)


def test_a_free_clock_that_is_set_again_is_believed_again():
    """It drifts by 100 ppm for five minutes and is then disciplined."""

    def wall(at: float) -> float:
        return -at * 100e-6 if at < 300 else 0.0

    camera = SimulatedCamera(500, fps=10, wall=wall, rtp_ppm=-100)
    states = watch(camera).states
    assert FREE in states
    steady = replace(camera, rtp_ppm=0, wall=ahead_by(0.0))
    assert watch(steady).states == [ARRIVAL, CAMERA]


def test_a_discontinuity_of_the_timestamps_is_no_step_of_the_clock():
    clock = CameraClock()
    arrivals = ArrivalEstimate(0, 40 * MS, 0, 0.0, 1e-6)

    def note(time_s: float, utc_s: float) -> CameraClockState:
        seen = replace(arrivals, time=round(time_s * SECOND))
        return clock.note_report(ClockReport(seen.time, round((utc_s + 1e9) * SECOND)), seen).state

    arrivals = replace(arrivals, utc_offset=10**18 + 40 * MS)
    assert [note(5 * n, 5 * n) for n in range(3)] == [ARRIVAL, CAMERA, CAMERA]
    clock.note_discontinuity()
    assert clock.utc_at(3 * SECOND) == 10**18 + 3 * SECOND
    assert clock.utc_at(11 * SECOND) is None
    arrivals = replace(arrivals, utc_offset=10**18 - 7 * SECOND)
    assert [note(20 + 5 * n, 13 + 5 * n) for n in range(2)] == [ARRIVAL, CAMERA]
    verdict = clock.verdict(replace(arrivals, time=25 * SECOND))
    assert verdict.steps == () and verdict.reports == 5
    assert clock.utc_at(3 * SECOND) == 10**18 + 3 * SECOND
    assert clock.utc_at(26 * SECOND) == 10**18 + 19 * SECOND


def test_a_clock_dates_no_frame_long_after_its_last_report():
    clock = watched("right", "own").clock
    last = watched("right", "own").times[-1]
    assert clock.utc_at(last + 500 * SECOND) is not None
    assert clock.utc_at(last + 700 * SECOND) is None


def test_a_step_is_its_size_and_the_first_timestamp_after_it():
    seen = watched("set 2 s forward at 12 s", "own")
    time = seen.times[round(15.02 * 25)]
    [step] = seen.verdict.steps
    assert isinstance(step, ClockStep) and abs(step.time - time) < 50 * MS
    assert math.isclose(step.size_ns, 2 * SECOND, rel_tol=1e-4)
