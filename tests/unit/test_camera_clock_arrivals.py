"""Offset and drift of a camera's clock by the arrivals of its frames alone."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import support.fuzzing  # noqa: F401
from camrec.camera_clock import MinDelayLine
from camrec.camera_clock.lower_hull import edge_under, hull_slope, lower_hull
from support.simulated_clock import (
    RATE,
    SECOND,
    STARTED_AT,
    UPTIME,
    SimulatedCamera,
    lan,
    rounded,
    wifi,
)

SETTLED_S = 20


def errors(camera: SimulatedCamera, after: float = SETTLED_S) -> tuple[list[int], list[int]]:
    """By how many nanoseconds each offset is wrong, and how wrong it says that it may be.

    The part of the delay that all frames have in common is no error.
    """
    line, wrong, stated = MinDelayLine(), [], []
    for number, frame in enumerate(camera.frames()):
        time = camera.frame_ticks(number) * SECOND // RATE
        offset = line.note(time, frame.arrived)
        sent = UPTIME + frame.captured - STARTED_AT * SECOND + round(camera.encoding * SECOND)
        if number >= after * camera.fps:
            wrong.append(abs(time + offset - sent))
            stated.append(line.error_at(time))
    return wrong, stated


def percentile(values: list[int], share: float) -> int:
    return sorted(values)[int(len(values) * share)]


@pytest.mark.parametrize("ppm", [0, 20, 500, -500])
def test_the_offset_of_a_drifting_clock_is_known_to_a_tenth_of_a_millisecond(ppm):
    """The smallest delay of the last 20 s would be up to 10 ms off at 500 ppm."""
    for after, limit in ((20, 300_000), (60, 100_000)):
        wrong, _ = errors(SimulatedCamera(150, rtp_ppm=ppm), after)
        assert percentile(wrong, 0.99) < limit


@pytest.mark.parametrize("after", [20, 60])
@pytest.mark.parametrize(("network", "fps"), [(lan, 25), (lan, 5), (rounded, 25), (wifi, 25)])
def test_the_stated_error_of_the_offset_covers_99_percent_and_is_not_much_larger(
    network, fps, after
):
    wrong, stated = [], []
    for seed in range(8):
        ppm = (0, 50, 500, -500)[seed % 4]
        camera = SimulatedCamera(150, fps, network=network, rtp_ppm=ppm, seed=seed)
        each = errors(camera, after)
        wrong += each[0]
        stated += each[1]
    covered = sum(a <= b for a, b in zip(wrong, stated, strict=True)) / len(wrong)
    assert covered >= 0.99
    assert percentile(stated, 0.5) <= 5 * percentile(wrong, 0.99)


@pytest.mark.parametrize("ppm", [500, -500])
def test_the_drift_of_a_clock_is_known_to_a_few_ppm_after_a_minute(ppm):
    line, camera = MinDelayLine(), SimulatedCamera(70, rtp_ppm=ppm)
    for number, frame in enumerate(camera.frames()):
        line.note(camera.frame_ticks(number) * SECOND // RATE, frame.arrived)
    assert line.slope * 1e6 == pytest.approx(-ppm, abs=6)
    assert abs(line.slope * 1e6 + ppm) <= line.slope_error * 1e6 < 20


@pytest.mark.parametrize(("counted", "sent"), [(25, 21), (25, 24.75), (25, 35)])
def test_the_slope_of_a_camera_that_counts_another_rate_is_exact(counted, sent):
    line, camera = MinDelayLine(), SimulatedCamera(80, sent, counted=counted)
    for number, frame in enumerate(camera.frames()):
        line.note(camera.frame_ticks(number) * SECOND // RATE, frame.arrived)
    assert line.slope == pytest.approx(counted / sent - 1, abs=8e-6)


def test_the_offset_follows_a_camera_that_counts_another_rate():
    """It is learnt in 30 s that this is no network; then it is as exact as for another camera."""
    wrong, _ = errors(SimulatedCamera(120, 21, counted=25), after=40)
    assert percentile(wrong, 0.99) < 1_000_000


def test_a_network_that_is_slow_for_a_while_does_not_move_the_offset():
    def network(chance: random.Random, at: float) -> float:
        return lan(chance, at) + (2.0 if 60 <= at < 80 else 0)

    wrong, _ = errors(SimulatedCamera(120, network=network))
    assert percentile(wrong, 0.99) < 200_000


def test_a_network_with_a_new_shortest_way_is_followed_within_a_minute():
    def network(chance: random.Random, at: float) -> float:
        return lan(chance, at) + (0.05 if at >= 60 else 0)

    longer, _ = errors(SimulatedCamera(200, network=network), after=125)
    assert all(abs(each - 50_000_000) < 500_000 for each in longer)


def test_the_offset_begins_again_after_a_pause_of_minutes():
    line = MinDelayLine()
    for number in range(2000):
        line.note(number * SECOND // 25, 10 * SECOND + number * SECOND // 25)
    line.note(500 * SECOND, 540 * SECOND)
    assert line.offset_at(500 * SECOND) == 40 * SECOND
    assert not line.is_settled


@given(
    st.lists(st.tuples(st.integers(-(10**14), 10**14), st.integers(0, 10**11)), max_size=200),
)
def test_random_timestamps_and_arrivals_give_an_offset_that_is_no_later_than_the_newest(steps):
    line, arrived = MinDelayLine(), 0
    for time, passed in steps:
        arrived += passed
        assert line.note(time, arrived) <= arrived - time
        assert line.error_at(time) >= 0


@given(
    st.lists(st.tuples(st.integers(0, 1000), st.integers(-1000, 1000)), min_size=2, max_size=60),
)
def test_the_hull_is_below_all_points_and_convex(points):
    points.sort()
    hull = lower_hull(points)
    for (x0, y0), (x1, y1) in pairwise(hull):
        for x, y in points:
            assert (y - y0) * (x1 - x0) >= (y1 - y0) * (x - x0) or not x0 <= x <= x1
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(hull)]
    assert slopes == sorted(slopes)
    if len(hull) > 1:
        low, high = edge_under(hull, (hull[0][0] + hull[-1][0]) / 2)
        assert hull_slope(points) == (high[1] - low[1]) / (high[0] - low[0])
