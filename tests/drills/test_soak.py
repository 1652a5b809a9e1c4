"""Most of a minute of the soak test; `benchmarks/soak.py` runs it for as long as you like."""

from __future__ import annotations

import pytest

from support.soak import soak


@pytest.mark.busy
@pytest.mark.slow(65)
def test_random_faults_lose_only_the_frames_around_them(binaries, tmp_path):
    programs = [binaries.mediamtx, binaries.go2rtc, binaries.ffmpeg]
    made = soak(tmp_path, programs, seed=1, seconds=50, length=6, pauses=(2.0, 4.0), tell=print)
    assert made.troubles == []
    assert made.faults.total() >= 13 and made.saved >= 13
    assert made.there > 0.5 * made.sent > 100
