"""The delays of cameras that film one screen, and how well they are known."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from camrec.calibration import (
    CLOCK_PERIOD_NS,
    DelayEstimate,
    NoDelay,
    TimedReading,
    estimate_delay,
)
from support.filmed_clock import MS, SECOND, Camera, Screen, film_images, film_levels

DELAYS = (0, 137, 2200)  # ms
REAL_60 = Screen(SECOND / 59.94)


def readings(delay: float = 0.0, count: int = 250, jitter: float = 5 * MS) -> list[TimedReading]:
    """25 frames a second, each with an error of its own."""
    chance = np.random.default_rng(1)
    return [
        TimedReading(
            round(number * 40 * MS + delay),
            round(number * 40 * MS + chance.normal(0, jitter)) % CLOCK_PERIOD_NS,
            False,
        )
        for number in range(count)
    ]


def measure(*arguments, **keywords) -> DelayEstimate:
    measured = estimate_delay(film_levels(*arguments, **keywords), REAL_60.refresh_ns)
    assert isinstance(measured, DelayEstimate)
    return measured


# 29.97 with a short exposure is left out: it meets this screen always at the same moment (below).
@pytest.mark.parametrize(
    ("rate", "exposure"),
    [(5, 2), (5, 15), (8, 15), (10, 2), (12.5, 15), (15, 2), (20, 15), (25, 2), (25, 15)]
    + [(29.97, 15), (30, 2), (30, 15), (50, 15), (60, 2)],
)
def test_the_difference_of_two_delays_is_right_to_a_tenth_of_a_frame(rate, exposure):
    camera = Camera(exposure=exposure * MS)
    measured = [
        measure(camera, REAL_60, rate * (1 + 3e-5 * number), delay * MS, 7.3 * MS * number)
        for number, delay in enumerate(DELAYS)
    ]
    for (a, one), (b, other) in itertools.combinations(zip(DELAYS, measured, strict=True), 2):
        error = other.delay_ns - one.delay_ns - (b - a) * MS
        assert abs(error) < SECOND / rate / 10
        assert abs(error) <= 1.5 * np.hypot(one.uncertainty_ns, other.uncertainty_ns)


def test_cameras_of_different_rates_and_exposures_agree():
    cases = [(5, 100), (10, 33), (15, 2), (25, 10), (30, 30), (60, 12)]
    measured = [
        measure(Camera(exposure=exposure * MS), REAL_60, rate, 137 * MS, 3.1 * MS)
        for rate, exposure in cases
    ]
    for each, (rate, _) in zip(measured, cases, strict=True):
        assert abs(each.delay_ns - 137 * MS) < SECOND / rate / 10


def test_nineteen_of_twenty_errors_are_within_the_uncertainty():
    chance = np.random.default_rng(5)
    within = []
    for _ in range(20):
        rate = chance.choice([5, 10, 12.5, 15, 20, 25, 30, 50]) * (1 + chance.normal(0, 3e-5))
        camera = Camera(exposure=chance.uniform(0.5, 40) * MS, chance=chance)
        screen = Screen(SECOND / chance.choice([60, 59.94, 75]), chance.uniform(0, 20) * MS)
        made = film_levels(camera, screen, rate, 0, chance.uniform(0, 9) * SECOND)
        measured = estimate_delay(made, screen.refresh_ns)
        within.append(abs(measured.delay_ns) <= measured.uncertainty_ns)
    assert np.mean(within) >= 0.95


def test_a_camera_that_always_meets_the_same_moment_of_a_refresh_says_how_little_is_known():
    camera, screen = Camera(exposure=1 * MS), Screen()
    made = [film_levels(camera, screen, 30, 0, begin * MS) for begin in (0.9, 8, 15.5)]
    for each in made:
        measured = estimate_delay(each, screen.refresh_ns)
        assert measured.uncertainty_ns > 7.5 * MS
        assert abs(measured.delay_ns) <= measured.uncertainty_ns


def test_an_exposure_of_a_refresh_shows_the_moment():
    camera, screen = Camera(exposure=SECOND / 60), Screen()
    for begin in (0.9, 4, 8, 12, 15.5):
        measured = estimate_delay(film_levels(camera, screen, 30, 0, begin * MS))
        assert abs(measured.delay_ns) < 4.5 * MS


def test_delays_are_measured_from_images_also_with_a_rolling_shutter():
    first = estimate_delay(film_images(Camera(size=(320, 240)), REAL_60, 12.5, 0))
    for rolling in (0, 25):
        camera = Camera(rolling=rolling * MS, noise=8, blur=1.5, size=(320, 240), exposure=12 * MS)
        second = estimate_delay(film_images(camera, REAL_60, 12.501, 137 * MS, 5 * MS))
        assert abs(second.delay_ns - first.delay_ns - 137 * MS) < 4 * MS


def test_a_third_of_wrong_readings_changes_nothing():
    chance = np.random.default_rng(6)
    made = [
        each._replace(clock_ns=int(chance.integers(CLOCK_PERIOD_NS)))
        if chance.random() < 1 / 3
        else each
        for each in readings(137 * MS)
    ]
    assert abs(estimate_delay(made).delay_ns - 137 * MS) < 2 * MS


@pytest.mark.parametrize("delay", [-4000, -20, 0, 2200, 50_000])
def test_a_delay_is_found_over_the_end_of_the_clock_s_period(delay):
    made = [
        each._replace(
            frame_ns=each.frame_ns + 50 * SECOND,
            clock_ns=(each.clock_ns + 50 * SECOND) % CLOCK_PERIOD_NS,
        )
        for each in readings(delay * MS)
    ]
    assert abs(estimate_delay(made).delay_ns - delay * MS) < 2 * MS


def test_more_noise_is_more_uncertainty():
    little, much = (estimate_delay(readings(jitter=each * MS)) for each in (2, 20))
    assert little.uncertainty_ns < much.uncertainty_ns


def test_few_frames_give_no_delay():
    assert estimate_delay([]) is NoDelay.TOO_FEW
    assert estimate_delay(readings(count=19)) is NoDelay.TOO_FEW


def test_a_short_time_gives_no_delay():
    assert estimate_delay(readings(count=150)) is NoDelay.TOO_SHORT


def test_an_image_that_stands_still_gives_no_delay():
    made = [each._replace(clock_ns=SECOND) for each in readings()]
    assert estimate_delay(made) is NoDelay.UNSTEADY


def test_random_clocks_give_no_delay():
    chance = np.random.default_rng(7)
    made = [each._replace(clock_ns=int(chance.integers(CLOCK_PERIOD_NS))) for each in readings()]
    assert estimate_delay(made) is NoDelay.UNSTEADY
