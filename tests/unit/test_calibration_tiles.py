"""The tiles of the coded clock are read as what they show."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from camrec.calibration import CLOCK_PERIOD_NS, STEP_NS, encode_tiles, read_tiles
from support.filmed_clock import MS, Camera, Screen, draw_levels

JAVASCRIPT = Path(__file__).parents[1] / "javascript"
STEPS = CLOCK_PERIOD_NS // STEP_NS


def levels(step: int, noise: float = 0.0) -> np.ndarray:
    return draw_levels(encode_tiles(step), np.random.default_rng(step), noise)


def shown(step: float) -> int:
    """The middle of a step."""
    return round((step + 0.5) * STEP_NS)


def error(read: int, true: float) -> float:
    """How far a reading is from a time, over the end of the clock's period."""
    return (read - true + CLOCK_PERIOD_NS / 2) % CLOCK_PERIOD_NS - CLOCK_PERIOD_NS / 2


def test_each_step_is_read():
    for step in range(0, STEPS, 7):
        assert read_tiles(levels(step, noise=8)) == (shown(step), False)


def test_the_clock_starts_again_after_its_period():
    assert (encode_tiles(STEPS + 5) == encode_tiles(5)).all()


def test_from_a_step_to_the_next_one_pair_of_the_clock_changes():
    for step in range(STEPS):
        changed = (encode_tiles(step) != encode_tiles(step + 1)).sum() // 2
        is_checked = (step + 1) % (1 << 7) == 0
        assert changed > 1 if is_checked else changed == 1


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("mirrored", [False, True])
def test_a_clock_that_is_turned_or_mirrored_is_read_alike(turns, mirrored):
    for step in range(0, STEPS, 97):
        seen = np.rot90(levels(step, noise=8), turns)
        assert read_tiles(seen.T if mirrored else seen) == (shown(step), False)


@pytest.mark.parametrize("share", [0.2, 0.35, 0.5, 0.65, 0.8])
def test_two_steps_on_a_frame_are_read_as_a_time_between_them(share):
    chance = np.random.default_rng(1)
    for step in range(0, STEPS - 1, 41):
        light = (1 - share) * encode_tiles(step) + share * encode_tiles(step + 1)
        reading = read_tiles(draw_levels(light, chance))
        if reading is None:  # the checksum of the one with a bit of the other
            assert (step + 1) % (1 << 7) == 0
            continue
        assert error(reading.clock_ns, shown(step + share)) == pytest.approx(0, abs=2.5 * MS)


@pytest.mark.parametrize("exposure", [5, 16, 33, 70, 200])
@pytest.mark.parametrize("refresh", [60, 75, 144])
def test_a_long_exposure_is_read_as_its_middle(exposure, refresh):
    camera, screen = Camera(exposure=exposure * MS), Screen(1000 * MS / refresh)
    errors, missed = [], 0
    for at in np.arange(0, 30_000, 61.7) * MS:
        reading = read_tiles(draw_levels(camera.expose(screen, at), camera.chance))
        if reading is None:
            missed += 1
        else:
            errors.append(error(reading.clock_ns, at))
    assert missed < 0.2 * (missed + len(errors))
    assert np.mean(errors) == pytest.approx(0, abs=MS)
    assert np.abs(errors).max() < max(20, exposure / 2) * MS


def test_a_wrong_checksum_is_not_read():
    for step in range(0, STEPS, 97):
        seen = levels(step)
        seen[8, 3:5] = seen[8, 4:2:-1]  # the pair of k0
        assert read_tiles(seen) is None


def test_a_ring_that_is_not_black_is_not_read():
    seen = levels(100)
    seen[0, 5] = 230
    assert read_tiles(seen) is None


def test_too_little_contrast_is_not_read():
    seen = levels(100)
    assert read_tiles(100 + (seen - 100) / 20) is None
    assert read_tiles(100 + (seen - 100) / 10) is not None


def test_random_tiles_are_not_read():
    chance = np.random.default_rng(2)
    for _ in range(1000):
        tiles = chance.random((8, 8)) if chance.random() < 0.5 else chance.random((8, 8)) < 0.5
        assert read_tiles(draw_levels(tiles, chance)) is None


def test_the_page_draws_the_tiles_that_are_read():
    shown = json.loads((JAVASCRIPT / "coded_clock.json").read_text("utf-8"))
    assert len(shown) == 16
    for each in shown:
        tiles = [[tile == "#" for tile in row] for row in each["tiles"]]
        assert (encode_tiles(each["step"]) == np.array(tiles)).all()
