"""A thousand scenes without the coded clock: none is taken for it."""

from __future__ import annotations

import numpy as np
import pytest

from camrec.calibration import ClockReader
from support.filmed_clock import draw_scene


@pytest.mark.slow(15)
def test_a_thousand_scenes_without_the_clock_are_not_read():
    chance = np.random.default_rng(9)
    reader = ClockReader()
    read = [reader.read(draw_scene(chance, (320, 240))) for _ in range(1000)]
    assert read == [None] * 1000
