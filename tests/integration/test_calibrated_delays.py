"""Measured delays of cameras: in receipts, and taken off when videos are aligned."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import camrec
from camrec.camera_registry import MeasuredDelay
from camrec.errors import CamrecError
from camrec.library import VideoLibrary
from camrec.receipt import CalibratedDelay
from support.cameras import barcode
from support.studio import Studio
from support.units_made import SECOND, video_units

STEADY = [number / 25 for number in range(9 * 25)]
TICK = 1 / 90_000


def measured(seconds: float, utc_source: str = "arrival") -> CalibratedDelay:
    return MeasuredDelay(
        delay_s=seconds,
        uncertainty_s=0.001,
        measured_at=1_790_000_000 * SECOND,
        utc_source=utc_source,
    ).to_receipt()


def record(folder: Path, ffmpeg: Path, late: float, delay: CalibratedDelay | None) -> camrec.Video:
    """The video of a camera that films the same as all others, and dates it so many seconds late.

    The number on a frame says when it was taken.
    """
    folder.mkdir()
    studio = Studio(folder, ffmpeg)
    library = VideoLibrary(folder / "videos", studio.clock)
    library.open()
    units = video_units(STEADY, size=(160, 120), begin=studio.begin + round(late * SECOND))
    studio.play(units, -1, 3.01)
    recording = studio.record(4, save_video=library.save, find_delay=lambda camera_id: delay)
    studio.play(units, 3.01, 9)
    assert recording.wait(60)
    studio.end()
    library.close()
    assert recording.error is None
    return camrec.Video(library.get(recording.filename))


@pytest.fixture(scope="module")
def videos(tmp_path_factory, binaries):
    """Of a camera that is 40 ms late, of one that is 2.2 s late, and of one without a delay."""
    folder, ffmpeg = tmp_path_factory.mktemp("delays"), binaries.ffmpeg
    made = [
        record(folder / "quick", ffmpeg, 0.04, measured(0.04)),
        record(folder / "slow", ffmpeg, 2.2, measured(2.2)),
        record(folder / "unknown", ffmpeg, 0.0, None),
    ]
    yield made
    for each in made:
        each.close()


def numbers(video: camrec.Video, frames) -> list[int]:
    shown = [barcode.read(picture) for _, picture in video.frames()]
    return [shown[int(frame)] for frame in frames]


def test_cameras_with_different_delays_are_aligned_to_the_true_moment(videos):
    quick, slow, _ = videos
    table = camrec.align([quick, slow], 0.02, calibrated=True)
    assert (table.index.tz_convert(None) == quick.times() - np.timedelta64(40, "ms")).all()
    pairs = table.dropna()
    assert len(pairs) > 40
    assert numbers(quick, pairs[0, "frame"]) == numbers(slow, pairs[1, "frame"])
    assert np.abs(pairs[1, "distance"]).max() < 2 * TICK


def test_without_calibration_nothing_is_taken_off_any_time(videos):
    quick, slow, _ = videos
    pairs = camrec.align([quick, slow], 0.03).dropna()
    apart = np.subtract(numbers(quick, pairs[0, "frame"]), numbers(slow, pairs[1, "frame"]))
    assert (apart == 54).all(), "2.16 s"
    assert quick.times()[0] == quick.started_at


def test_a_video_without_a_measured_delay_is_named_with_what_to_do(videos):
    with pytest.raises(CamrecError) as refused:
        camrec.align(videos, 0.02, calibrated=True)
    assert refused.value.code == "delay_not_measured"
    assert videos[2].path.name in str(refused.value) and "camrec calibrate" in str(refused.value)
    assert len(camrec.align(videos, 0.02)) == videos[0].receipt.frames


def test_a_receipt_has_the_delay_that_the_camera_had_when_its_recording_began(studio):
    delays = {"camera": measured(0.137)}
    units = video_units(STEADY, size=(160, 120))
    studio.play(units, -1, 1.01)
    recording = studio.record(2, find_delay=delays.get)
    delays["camera"] = measured(0.04)
    studio.play(units, 1.01, 4)
    assert recording.wait(60)
    assert recording.receipts[0].calibrated_delay == measured(0.137)
    assert {each.calibrated_delay for each in studio.journal.saved} == {measured(0.137)}


def test_a_delay_of_another_clock_is_not_in_the_receipt(studio):
    units = video_units(STEADY, size=(160, 120))
    studio.play(units, -1, 1.01)
    recording = studio.record(2, find_delay=lambda camera_id: measured(0.04, "camera"))
    studio.play(units, 1.01, 4)
    assert recording.wait(60)
    assert recording.receipts[0].utc_source == "arrival"
    assert recording.receipts[0].calibrated_delay is None
