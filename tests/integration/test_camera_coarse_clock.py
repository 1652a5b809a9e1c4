"""An MJPEG camera's frames get their arrival times: where the system's clock steps, they do not."""

from __future__ import annotations

from itertools import pairwise

import pytest

from camrec.clock import Clock
from camrec.station import Station
from support.cameras.raw_http import RawHttpCamera, encode_jpegs
from support.odd_cameras import record
from support.units_made import CoarseClock, make_system_clocks_coarse

pytestmark = pytest.mark.spread

STEP_S = CoarseClock.STEP_NS / 1e9
RECORDED_S = 3


class TwentyFive(RawHttpCamera):
    """25 frames per second, which is no multiple of a step."""

    rate = 25


def share_in_steps(binaries, folder, clock: Clock) -> float:
    """The share of the recorded frame intervals that are a whole number of steps."""
    with (
        Station(binaries.config(folder), clock=clock) as station,
        TwentyFive(encode_jpegs()) as camera,
    ):
        times = record(station, camera, RECORDED_S).times
    intervals = [later - earlier for earlier, later in pairwise(times)]
    assert len(intervals) > RECORDED_S * 20
    apart = [abs(each - round(each / STEP_S) * STEP_S) for each in intervals]
    return sum(each < 0.001 for each in apart) / len(apart)


def test_a_coarse_system_clock_does_not_show_in_frame_times(binaries, tmp_path, monkeypatch):
    make_system_clocks_coarse(monkeypatch)
    # By chance it would be one in eight.
    assert share_in_steps(binaries, tmp_path, Clock()) < 0.5


def test_a_clock_that_steps_would_show_in_frame_times(binaries, tmp_path):
    assert share_in_steps(binaries, tmp_path, CoarseClock()) > 0.9
