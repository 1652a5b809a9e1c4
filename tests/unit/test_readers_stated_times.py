"""The clock of MJPEG cameras by the times that they state for their frames, in a simulated network.

`SimulatedCamera` knows when each frame was captured, and uses nothing of camrec.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest

from camrec.camera_clock import (
    ArrivalEstimate,
    CameraClock,
    CameraClockState,
    ClockReport,
    ClockVerdict,
)
from camrec.clock import Clock
from camrec.readers.stated_times import Lateness, StatedTimes
from support.simulated_clock import (
    SECOND,
    STARTED_AT,
    UPTIME,
    SentFrame,
    SimulatedCamera,
    WallClock,
    ahead_by,
    drifting,
    quiet,
    right,
    set_at,
    wifi,
)

MS = 10**6
NO_ARRIVALS = ArrivalEstimate(0, 0, 0, 0.0, 1.0)
State = CameraClockState


class HostClock(Clock):
    """This machine's clocks at the arrival of the newest frame; its UTC is right. A stand-in."""

    now = UPTIME

    def monotonic_ns(self) -> int:
        return self.now

    def utc_ns(self) -> int:
        return STARTED_AT * SECOND + self.now - UPTIME


@dataclass
class Watched:
    """What is known about a camera's clock over time, and the frames that it dates.

    changes : (seconds, state) whenever the state changed.
    errors : how much later than it was captured each frame is dated; nanoseconds.
    stated : how wrong each may be.
    """

    verdict: ClockVerdict
    changes: list[tuple[float, CameraClockState]] = field(default_factory=list)
    errors: list[int] = field(default_factory=list)
    stated: list[int] = field(default_factory=list)

    @property
    def states(self) -> list[CameraClockState]:
        return [state for _, state in self.changes]


def stating(wall: WallClock = right) -> Callable[[SentFrame], int]:
    """What a camera states that has this wall clock."""
    return lambda frame: (
        frame.captured + round(wall((frame.captured - STARTED_AT * SECOND) / SECOND) * SECOND)
    )


def watch(
    camera: SimulatedCamera, state_time: Callable[[SentFrame], int | None] | None = None
) -> Watched:
    state_time = state_time or stating()
    clock = HostClock()
    camera_clock, newest = CameraClock(), NO_ARRIVALS

    def note_report(report: ClockReport, arrivals: ArrivalEstimate) -> None:
        nonlocal newest
        newest = arrivals
        camera_clock.note_report(report, arrivals)

    times = StatedTimes(clock, note_report)
    watched = Watched(camera_clock.verdict(newest))
    for frame in camera.frames():
        clock.now = frame.arrived
        times.note(state_time(frame), frame.arrived)
        watched.verdict = camera_clock.verdict(newest)
        if watched.states[-1:] != [watched.verdict.state]:
            watched.changes.append(((frame.arrived - UPTIME) / SECOND, watched.verdict.state))
        utc = camera_clock.utc_at(frame.arrived)
        if watched.verdict.state.dates_frames and utc is not None:
            watched.errors.append(utc - frame.captured)
            watched.stated.append(watched.verdict.error_ns)
    return watched


@pytest.mark.parametrize("network", [SimulatedCamera().network, quiet, wifi])
def test_a_right_clock_dates_frames_and_states_how_late_the_network_makes_them(network):
    watched = watch(SimulatedCamera(network=network, seconds=150))
    assert watched.states == [State.UNPROVED, State.RIGHT]
    assert watched.changes[-1][0] < 8
    assert abs(watched.verdict.delay_ns - 40 * MS) < 5 * MS
    errors, stated = np.array(watched.errors), np.array(watched.stated)
    assert np.mean(np.abs(errors) <= stated) >= 0.99
    assert np.abs(np.median(errors)) < np.median(stated)
    if network is not quiet:
        assert np.median(stated) < 5 * np.quantile(np.abs(errors), 0.99)


def test_a_camera_that_states_when_it_sends_is_said_to_do_so():
    camera = SimulatedCamera(network=quiet)
    watched = watch(camera, lambda frame: frame.captured + 40 * MS)
    assert watched.verdict.state is State.RIGHT and watched.verdict.may_be_sending
    assert watched.verdict.error_ns >= 200 * MS


@pytest.mark.parametrize(
    ("wall", "state"),
    [
        (ahead_by(3.7), State.WRONG),
        (ahead_by(-3.7), State.WRONG),
        (ahead_by(0.2), State.WRONG),
        (ahead_by(7200), State.ZONE),
        (ahead_by(-19_800), State.ZONE),
        (ahead_by(-STARTED_AT + 500), State.NO_CLOCK),
        (drifting(-500), State.DRIFTS),
    ],
    ids=["ahead", "behind", "little ahead", "+2 h", "-5.5 h", "uptime", "drifts"],
)
def test_the_rules_for_reports_hold_for_stated_times(wall, state):
    watched = watch(SimulatedCamera(), stating(wall))
    assert watched.verdict.state is state
    assert watched.verdict.steps == ()


@pytest.mark.parametrize("step", [2.0, -2.0, 0.5, -0.3])
def test_a_clock_that_is_set_is_told_with_the_size(step):
    watched = watch(SimulatedCamera(seconds=60), stating(set_at(30, 0, step)))
    (told,) = watched.verdict.steps
    assert told.size_ns == pytest.approx(step * SECOND, abs=20 * MS)
    assert 30 * SECOND < told.time - UPTIME < 45 * SECOND


def test_a_network_that_is_slow_for_some_seconds_is_no_clock_that_is_set():
    def slow_at_times(chance: random.Random, at: float) -> float:
        return chance.expovariate(1 / 0.006) + (0.3 if 20 < at < 27 else 0)

    watched = watch(SimulatedCamera(network=slow_at_times, seconds=60))
    assert watched.states == [State.UNPROVED, State.RIGHT]
    assert watched.verdict.steps == ()


def test_frames_without_a_time_are_dated_by_the_others():
    def state_time(frame: SentFrame) -> int | None:
        return None if frame.captured // MS % 3 else frame.captured

    watched = watch(SimulatedCamera(), state_time)
    assert watched.verdict.state is State.RIGHT
    assert np.mean(np.abs(watched.errors) <= np.array(watched.stated)) >= 0.99


def test_a_camera_that_states_nothing_is_known_by_arrivals_only():
    watched = watch(SimulatedCamera(), lambda frame: None)
    assert watched.states == [State.UNPROVED] and watched.verdict.reports == 0


def test_whole_seconds_date_frames_and_say_that_they_are_a_second_wrong():
    watched = watch(SimulatedCamera(), lambda frame: frame.captured // SECOND * SECOND)
    assert watched.verdict.state is State.RIGHT
    assert np.mean(np.abs(watched.errors) <= np.array(watched.stated)) >= 0.99
    assert watched.verdict.error_ns > 900 * MS


@pytest.mark.parametrize("seed", range(5))
def test_times_that_mean_nothing_date_no_frame(seed):
    chance = random.Random(seed)
    watched = watch(SimulatedCamera(), lambda frame: chance.randrange(2**62))
    assert not watched.errors


def test_lateness_covers_all_but_a_hundredth_of_the_frames():
    lateness, chance = Lateness(), random.Random(1)
    assert lateness.typical_ns == 0
    late = [round(chance.expovariate(1 / (20 * MS))) for _ in range(10_000)]
    for each in late:
        lateness.note(each)
    assert np.quantile(late, 0.99) <= lateness.typical_ns < 1.15 * np.quantile(late, 0.99)
