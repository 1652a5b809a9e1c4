"""Cameras recorded together: started at one moment, and aligned by their times."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from math import nan

import numpy as np
import pandas as pd
import pytest

import camrec
from camrec.api.process_state import local_backend
from camrec.camera_registry import MeasuredDelay
from camrec.clock import format_iso
from camrec.errors import CamrecError
from camrec.frames.align import align_times, find_nearest
from support.aligning import RATE, compare, opened
from support.bad_starts import assert_bad_starts_are_rejected
from support.cameras.mjpeg import MjpegCamera
from support.cameras.rtsp import RtspCamera
from support.units_made import until

SIZE = (320, 180)
LENGTH = 4  # seconds
FRAME = 1000 / RATE  # milliseconds
STARTS = 1000  # milliseconds, on a busy machine


@pytest.fixture(scope="module")
def recorded(binaries, tmp_path_factory):
    """Two RTSP cameras and one MJPEG camera, recorded together."""
    folder = tmp_path_factory.mktemp("together")
    with ExitStack() as stack:
        made = [
            RtspCamera(rate=RATE, gop=RATE),
            RtspCamera(rate=RATE, gop=RATE, audio="aac"),
            MjpegCamera(size=SIZE),
        ]
        sources = [stack.enter_context(each) for each in made]
        cameras = stack.enter_context(opened(sources, folder, binaries))
        videos = camrec.record_together(cameras, LENGTH)
        yield sources, cameras, videos
        for each in videos:
            each.close()


def test_record_together_records_all_cameras_over_the_same_time(recorded):
    _, cameras, videos = recorded
    assert [each.receipt.name for each in videos] == [each.name for each in cameras]
    for video in videos:
        assert video.receipt.ended == "time" and video.receipt.gaps == []
        assert video.duration == pytest.approx(LENGTH, abs=0.5)
        begun = (video.started_at - videos[0].started_at).astype("i8") / 1e6
        assert abs(begun) < STARTS


def test_align_puts_frames_of_one_moment_in_one_row(recorded):
    """The table aligns frames of one moment, except for the time that frames took to arrive."""
    sources, _, videos = recorded
    table = camrec.align(videos, 1.0)
    assert len(table) == len(videos[0].times())
    assert str(table.index.tz) == "UTC"
    assert (table.index.tz_convert(None) == videos[0].times()).all()
    assert (table[0, "frame"] == np.arange(len(table))).all()
    for pair in compare(sources, videos, tolerance=FRAME / 1000):
        assert len(pair.errors) > LENGTH * RATE / 2
        assert np.abs(pair.distances).max() <= FRAME
        assert np.abs(np.median(pair.errors)) < 3 * FRAME
        assert np.abs(pair.starts) < STARTS


def test_record_together_records_all_cameras_or_none(recorded):
    _, cameras, _ = recorded
    library = len(camrec.videos())
    running = cameras[2].record(60)
    with pytest.raises(CamrecError) as caught:
        camrec.record_together(cameras, LENGTH)
    assert caught.value.code == "already_recording"
    running.stop()
    with pytest.raises(CamrecError) as caught:
        camrec.record_together(cameras, 0)
    assert caught.value.code == "bad_duration"
    with pytest.raises(CamrecError) as caught:
        camrec.record_together([cameras[0], cameras[1], cameras[0]], LENGTH)
    assert caught.value.code == "already_recording"
    assert len(camrec.videos()) == library + 1
    assert camrec.record_together([], LENGTH) == []


def test_recordings_are_scheduled_together_waited_for_and_cancelled(recorded):
    _, cameras, _ = recorded
    later = datetime.now(timezone.utc) + timedelta(hours=1)
    with ThreadPoolExecutor(1) as pool:
        videos = pool.submit(camrec.record_together, cameras, LENGTH, start_at=later)

        def scheduled() -> list[camrec.Recording]:
            found = [each for camera in cameras for each in camera.recordings()]
            return [each for each in found if each.state == "scheduled"]

        until(lambda: len(scheduled()) == len(cameras) or videos.done(), 60)
        moments = {each._handle.info().started_at for each in scheduled()}
        assert moments == {format_iso(round(later.timestamp() * 1e6) * 1000)}
        for each in scheduled():
            with pytest.raises(camrec.StateError, match="cancelled"):
                each.stop()
        with pytest.raises(camrec.StateError) as refused:
            videos.result(60)
    assert refused.value.code == "recording_cancelled"
    assert_bad_starts_are_rejected(cameras[0])


def test_cameras_without_an_end_are_recorded_together_until_each_is_stopped(recorded):
    _, cameras, _ = recorded
    recordings = camrec.record_together(cameras[1:], None, "Night", video_length=60)
    until(lambda: all(each.elapsed > 1 for each in recordings), 60)
    for each in recordings:
        assert (each.state, each.progress) == ("writing", 0)
    videos = [each.stop() for each in recordings]
    assert [each.receipt.name for each in videos] == ["Night", "Night"]
    assert [each.receipt.asked for each in videos] == [None, None]
    starts = {each._handle.info().started_at for each in recordings}
    assert len(starts) == 1


def test_a_camera_of_this_process_says_its_measured_delay(recorded):
    """It comes after the other tests of these cameras, whose receipts it would change."""
    _, cameras, _ = recorded
    assert cameras[0].delay is None
    delay = MeasuredDelay(
        delay_s=0.04, uncertainty_s=0.001, measured_at=10**18, utc_source="arrival"
    )
    local_backend().station.known_cameras.set_delay(cameras[0].id, delay)
    assert cameras[0].delay.seconds == 0.04 and cameras[1].delay is None


# The table alone.

START = np.datetime64("2026-11-24T14:03:00", "ns")


def at(*milliseconds: int) -> np.ndarray:
    return START + np.array(milliseconds).astype("timedelta64[ms]")


def test_frames_beyond_the_tolerance_are_missing_from_the_alignment():
    table = align_times([at(0, 40, 80, 120), at(3, 78), at(500)], 0.01)
    assert table[1, "frame"].tolist() == [0, pd.NA, 1, pd.NA]
    assert table[1, "distance"].tolist() == pytest.approx([0.003, nan, -0.002, nan], nan_ok=True)
    assert table[2, "frame"].isna().all()
    assert table[0, "distance"].tolist() == [0.0] * 4
    same = align_times([at(0, 40, 80, 120), at(3, 78), at(500)], np.timedelta64(10, "ms"))
    pd.testing.assert_frame_equal(table, same)


def test_delays_are_taken_off_the_times_before_they_are_compared():
    table = align_times([at(100, 140), at(2260, 2300)], 0.001, [0.06, 2.22])
    assert (table.index.tz_convert(None) == at(40, 80)).all()
    assert table[1, "frame"].tolist() == [0, 1]
    assert table[1, "distance"].tolist() == [0.0, 0.0]


def test_find_nearest_finds_the_nearest_time_at_every_position():
    chance = np.random.default_rng(4)
    for _ in range(50):
        times, moments = (np.sort(chance.integers(0, 50, n)) for n in chance.integers(1, 12, 2))
        times, moments = times.astype("M8[ns]"), moments.astype("M8[ns]")
        found = np.abs(times[find_nearest(times, moments)] - moments)
        assert (found == np.abs(times[:, None] - moments).min(0)).all()


def test_align_requires_at_least_one_video():
    with pytest.raises(CamrecError) as caught:
        camrec.align([], 0.1)
    assert caught.value.code == "nothing_to_align"
