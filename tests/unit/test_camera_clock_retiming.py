"""Timestamps that count another frame rate than is sent are corrected, and can be restored."""

from __future__ import annotations

import itertools
import json
import math
import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

import support.fuzzing  # noqa: F401
from camrec.camera_clock import (
    DelayPoints,
    Retiming,
    RetimingLine,
    delay_points,
    fit_retiming,
)
from support.simulated_clock import RATE, SECOND, Network, lan, wifi

MS = SECOND // 1000
BIN_NS = 5 * SECOND // 4
Phase = tuple[float, float]  # seconds, frames sent per second


def frames(
    phases: Sequence[Phase], counted: float = 25, network: Network = lan, seed: int = 1
) -> list[tuple[int, int, int]]:
    """(timestamp, true time, arrival) of each frame in nanoseconds."""
    chance, at, latest, made = random.Random(seed), 0.0, 0.0, []
    until = 0.0
    for seconds, fps in phases:
        until += seconds
        while at < until:
            latest = max(latest, at + network(chance, at))
            ticks = 500_000 + round(len(made) * RATE / counted)
            made.append((ticks * SECOND // RATE, round(at * SECOND), round(latest * SECOND)))
            at += 1 / fps
    return made


def least_delayed(made: Sequence[tuple[int, int, int]]) -> list[tuple[int, int]]:
    """(timestamp, delay) of the least delayed frame of each bin."""
    return sorted(
        min(((time, arrived - time) for time, _, arrived in group), key=lambda each: each[1])
        for _, group in itertools.groupby(made, lambda each: each[2] // BIN_NS)
    )


def worst(made: Sequence[tuple[int, int, int]], retiming: Retiming) -> int:
    """By how many nanoseconds the time between two frames is wrong, at most."""
    off = [retiming.apply(time) - true for time, true, _ in made]
    return max(off) - min(off)


@pytest.mark.parametrize(("sent", "seconds"), [(21, 72), (35, 80), (10, 60), (24.75, 600)])
@pytest.mark.parametrize("network", [lan, wifi])
def test_a_camera_that_counts_another_rate_gets_one_line_with_its_slope(sent, seconds, network):
    made = frames([(seconds, sent)], network=network)
    retiming = fit_retiming(least_delayed(made))
    [line] = retiming.lines
    assert line.slope_ppb / 1e9 == pytest.approx(25 / sent - 1, abs=30e-6, rel=1e-4)
    assert line.start - made[0][0] < 2 * SECOND and line.offset == 0
    assert worst(made, retiming) < 3 * MS


def test_a_short_recording_is_corrected_if_the_rate_is_known_to_be_wrong():
    made = frames([(15, 21)])
    points = least_delayed(made)
    assert fit_retiming(points) is None
    assert worst(made, fit_retiming(points, is_proved=True)) < 10 * MS


def test_a_camera_that_sends_less_at_night_gets_a_line_for_each_part():
    made = frames([(300, 25), (300, 10), (300, 25)])
    retiming = fit_retiming(least_delayed(made))
    assert [round(each.slope_ppb / 1e9, 3) for each in retiming.lines] == [0, 1.5, 0]
    assert worst(made, retiming) < 10 * MS
    times = [retiming.apply(time) for time, _, _ in made]
    assert times == sorted(times)


def slow(chance: random.Random, at: float) -> float:
    """Too slow for a minute, again and again; then the camera drops what it had buffered."""
    return 3.5 * min(1.0, (at % 120) / 60) + lan(chance, at)


def full(chance: random.Random, at: float) -> float:
    """The delay grows evenly by seven seconds; then the camera drops what it had buffered."""
    return 0.16 * (at % 45) + lan(chance, at)


def swelling(chance: random.Random, at: float) -> float:
    return 1 + math.sin(at / 70) + lan(chance, at)


@pytest.mark.parametrize("network", [lan, wifi, slow, full, swelling])
def test_a_camera_that_counts_what_it_sends_is_not_corrected(network):
    for seed in range(3):
        made = frames([(900, 25)], network=network, seed=seed)
        assert fit_retiming(least_delayed(made)) is None


def test_a_queue_that_still_grows_when_the_recording_ends_is_not_corrected():
    assert fit_retiming(least_delayed(frames([(40, 25)], network=full))) is None


def test_a_network_whose_delay_falls_again_proves_a_verdict_about_the_rate_wrong():
    made = frames([(900, 25)], network=full)
    assert fit_retiming(least_delayed(made), is_proved=True) is None


def test_a_drift_of_500_ppm_is_not_corrected():
    assert fit_retiming([(n * SECOND, n * SECOND // 2000) for n in range(3600)]) is None


def test_the_frames_of_days_are_kept_in_bounded_memory_even_if_merging_frees_nothing(monkeypatch):
    """Frames an hour apart: no two of them are in one bin for a while."""
    monkeypatch.setattr(delay_points, "MAX_POINTS", 8)
    points, hour = DelayPoints(), 3600 * SECOND
    for number in range(500):
        points.note(number * hour, number * hour + MS)
        assert len(points.points()) <= 24
    assert len(points.points()) <= 8


@pytest.mark.parametrize("count", range(4))
def test_too_few_frames_are_not_corrected(count):
    assert fit_retiming([(n * 9 * SECOND, n * 9 * SECOND) for n in range(count)][:2]) is None


@pytest.mark.parametrize("rate", [8000, 48_000, 90_000])
@pytest.mark.parametrize("phases", [[(90, 21)], [(90, 35)], [(200, 25), (200, 10), (200, 25)]])
def test_every_timestamp_of_the_camera_can_be_computed_from_the_receipt(rate, phases):
    retiming = fit_retiming(least_delayed(frames(phases)))
    origin = frames(phases)[0][0]
    stored = json.loads(json.dumps(retiming.to_receipt(origin)))
    assert list(stored[0]) == ["from", "slope", "offset"]
    found = Retiming.from_receipt(stored, origin)
    assert found == retiming
    for ticks in range(0, 600 * rate, rate // 7):
        time = origin + (ticks * SECOND + rate // 2) // rate
        restored = found.restore_timestamp(retiming.apply(time))
        assert round((restored - origin) * rate / SECOND) == ticks


@given(
    st.lists(
        st.tuples(st.integers(1, 10**13), st.integers(-800_000_000, 2 * 10**9)),
        min_size=1,
        max_size=8,
    ),
    st.lists(st.integers(-(10**12), 10**14), max_size=50),
)
def test_any_lines_are_inverted_to_a_nanosecond_and_keep_the_order(parts, times):
    lines = [RetimingLine(0, 0, 0)]
    for length, slope in parts:
        start = lines[-1].start + length
        lines.append(RetimingLine(start, slope, lines[-1].apply(start) - start))
    retiming = Retiming(tuple(lines))
    moved = [retiming.apply(time) for time in sorted(times)]
    assert moved == sorted(moved)
    for time, each in zip(sorted(times), moved, strict=True):
        assert (
            abs(retiming.restore_timestamp(each) - time) <= 4
        )  # a slope of -0.8 divides rounding by 0.2


@given(st.lists(st.tuples(st.integers(0, 10**13), st.integers(-(10**13), 10**13)), max_size=60))
def test_random_delays_give_lines_that_can_be_inverted_or_none(points):
    points.sort()
    retiming = fit_retiming(points)
    if retiming is not None:
        for time, _ in points:
            assert abs(retiming.restore_timestamp(retiming.apply(time)) - time) < 1000
