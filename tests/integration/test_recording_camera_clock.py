"""Recordings of cameras that say what their wall clock shows: when each frame was taken."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime

import numpy as np
import pytest

import camrec
from camrec.camera_clock import CameraClockState
from camrec.frames import VideoFrames
from camrec.host_clock import read_host_error_ns
from camrec.receipt import Receipt
from camrec.station import Station
from support.aligning import RATE, compare, opened
from support.at_once import at_once
from support.beeps import beeps
from support.cameras.reporting import ReportingCamera, two_seconds
from support.cameras.rtsp import RtspCamera
from support.units_made import until

pytestmark = pytest.mark.spread

MS = 10**6
HOST_ERROR = read_host_error_ns() / 1e9  # it is a part of each stated error


@pytest.fixture(scope="module")
def station(binaries, tmp_path_factory):
    with Station(binaries.config(tmp_path_factory.mktemp("dated"), max_sessions=20)) as station:
        yield station


def recorded(
    station: Station, camera: ReportingCamera, seconds: int, state: CameraClockState
) -> tuple[Receipt, VideoFrames]:
    """Record it once its clock is known."""
    session = station.cameras.open(camera.url, clock_choice="camera")
    try:
        until(lambda: session.clock_verdict.state is state, 30)
        recording = station.recordings.start(session.session_id, seconds)
        assert recording.wait(seconds + 60)
        (receipt,) = recording.receipts
        path = station.library.folder / recording.filename
        started_at = station.library.get(recording.filename).started_at
        return receipt, VideoFrames(path, started_at, utc_map=receipt.utc_map)
    finally:
        station.cameras.close(session.session_id)


def errors_ms(camera: ReportingCamera, video: VideoFrames, late_ms: int = 0) -> np.ndarray:
    """How much later than it was captured each frame is said to be, in milliseconds.

    `late_ms` : about how much.
    """
    captured = np.array([each.captured for each in camera.captured])
    times = video.times().astype("i8")
    first = int(np.argmin(np.abs(captured - (times[0] - late_ms * MS))))
    return (times - captured[first : first + len(times)]) / MS


def test_frames_have_the_time_at_which_the_camera_took_them(station):
    with ReportingCamera(two_seconds()) as camera:
        receipt, video = recorded(station, camera, 6, CameraClockState.RIGHT)
        assert receipt.utc_source == "camera" and receipt.warnings == []
        assert np.abs(errors_ms(camera, video)).max() < 0.1
        clock = receipt.camera_clock
        assert clock.state == "camera" and -0.08 < clock.offset < -0.035
        assert clock.reports >= 8 and clock.steps == [] and not clock.may_be_sending
        assert 0.035 < receipt.utc_uncertainty - HOST_ERROR < 0.08


def test_each_frame_is_found_by_the_time_that_the_camera_s_drifting_clock_gave_it(station):
    """Its timestamps are 0.09 % too fast; its wall clock is right."""
    with ReportingCamera(two_seconds(), counted_fps=25 / 1.0009, reports_every=0.6) as camera:
        receipt, video = recorded(station, camera, 8, CameraClockState.RIGHT)
        assert receipt.utc_map and receipt.camera_clock.drift_ppm == pytest.approx(-900, abs=100)
        wrong = np.abs(errors_ms(camera, video))
        # After the last report the drift is not known yet.
        assert np.quantile(wrong, 0.9) < 0.1 and wrong.max() < 0.6
        times = video.times()
        for number in (0, 1, 60, len(times) - 1):
            time, _ = video.frame(times[number])
            assert time == times[number]
        assert len(list(video.frames(times[10], times[20]))) == 10


def test_local_time_is_corrected_and_the_receipt_says_so(station):
    with ReportingCamera(two_seconds(), wall=lambda at: 7200.0) as camera:
        receipt, video = recorded(station, camera, 4, CameraClockState.ZONE)
        assert receipt.utc_source == "zone"
        assert np.abs(errors_ms(camera, video)).max() < 0.1
        (warning,) = receipt.warnings
        assert warning.code == "camera_clock_zone" and warning.facts == {"hours": 2.0}


def test_a_clock_that_is_wrong_dates_no_frame_and_the_receipt_says_so(station):
    with ReportingCamera(two_seconds(), wall=lambda at: 3.7) as camera:
        receipt, video = recorded(station, camera, 4, CameraClockState.WRONG)
        assert receipt.utc_source == "arrival" and receipt.utc_map == ()
        (warning,) = receipt.warnings
        assert warning.code == "camera_clock_ahead" and 3.6 < warning.facts["seconds"] < 3.7
        late = errors_ms(camera, video, 40)
        assert np.median(late) > 35 and late.max() < receipt.utc_uncertainty * 1000
        assert receipt.utc_uncertainty > 0.2


def test_a_camera_without_reports_is_dated_by_arrivals_and_the_receipt_says_so(station):
    with ReportingCamera(two_seconds(), reports_every=0) as camera:
        receipt, video = recorded(station, camera, 4, CameraClockState.UNPROVED)
        assert receipt.utc_source == "arrival" and receipt.camera_clock.state == "arrival"
        assert receipt.camera_clock.reports == 0 and receipt.camera_clock.offset is None
        assert [each.code for each in receipt.warnings] == ["camera_clock_unknown"]
        late = errors_ms(camera, video, 40)
        assert np.median(late) > 35 and late.max() < receipt.utc_uncertainty * 1000


def test_a_clock_that_is_set_during_a_recording_dates_the_frames_before_and_that_is_told(station):
    with ReportingCamera(two_seconds(), wall=lambda at: 0.0 if at < 9 else 2.0) as camera:
        receipt, video = recorded(station, camera, 8, CameraClockState.RIGHT)
        (step,) = receipt.camera_clock.steps
        assert step.size == pytest.approx(2, abs=0.01) and 0 < step.at < 8
        codes = [each.code for each in receipt.warnings]
        assert codes[:2] == ["camera_clock_set", "camera_clock_in_part"]
        assert codes[2:] in (["camera_clock_in_doubt"], ["camera_clock_ahead"])
        assert receipt.utc_source == "mixed"
        before, after = receipt.utc_sources
        assert (before.source, after.source) == ("camera", "arrival")
        assert before.start == 0 and step.at - 1.5 < after.start < step.at
        assert before.uncertainty < 0.1 + HOST_ERROR < 0.2 + HOST_ERROR < after.uncertainty
        assert receipt.utc_uncertainty == after.uncertainty
        wrong = np.abs(errors_ms(camera, video))
        set_at = int(after.start * 25)
        assert wrong[:set_at].max() < 0.1 and wrong.max() < 5
        assert np.all(np.diff(video.times().astype("i8")) > 0)


@at_once("late", [0.0, 0.2])
def test_sound_that_is_sent_late_is_in_sync_by_the_camera_s_reports(station, late):
    with ReportingCamera(two_seconds(), sound_late=late) as camera:
        receipt, video = recorded(station, camera, 8, CameraClockState.RIGHT)
        started_at = datetime.fromisoformat(receipt.started_at).timestamp()
        begun = camera.sound_began / 1e9
        found = [start + started_at - begun for start, _, _ in beeps(video.path)]
        assert len(found) >= 7
        assert max(abs(at % 1 - 0.5) for at in found) < 0.005
        assert receipt.av_offset < 0.005


def test_cameras_of_different_makes_are_aligned_to_a_millisecond(binaries, tmp_path):
    """One of them sends its video as late as its AAC: by arrivals it would be 37 ms off."""
    with ExitStack() as stack:
        steady = {"rate": RATE, "gop": RATE, "reports_capture": True}
        made = (RtspCamera(**steady), RtspCamera(**steady, audio="aac"))
        sources = [stack.enter_context(each) for each in made]
        cameras = stack.enter_context(opened(sources, tmp_path, binaries, "camera"))
        until(lambda: all(each.clock.source == "camera" for each in cameras), 40)
        videos = camrec.record_together(cameras, 5)
        (aligned,) = compare(sources, videos, tolerance=1 / RATE)
    assert len(aligned.errors) > 100
    assert np.abs(np.median(aligned.errors)) < 1 and np.abs(aligned.errors).max() < 2
