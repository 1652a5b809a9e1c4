"""HTTP MJPEG cameras that state when they captured a JPEG, through the relay and go2rtc."""

from __future__ import annotations

import hashlib
import os
import time
from contextlib import closing
from itertools import islice

import numpy as np
import pytest

from camrec.camera_address import parse_address
from camrec.camera_clock import CameraClockState
from camrec.clock import Clock
from camrec.frames import VideoFrames
from camrec.session import MjpegUpstream
from camrec.station import Station
from support.cameras.mjpeg import MjpegCamera, Variant
from support.units_made import until

pytestmark = pytest.mark.spread

MS = 10**6
TYPE = "Content-Type: image/jpeg\r\nContent-Length: {length}\r\n"
STATED = "X-Timestamp: {stated}\r\n"
SMALL = {"size": (320, 180), "rate": 25}


@pytest.fixture(scope="module")
def station(binaries, tmp_path_factory):
    with Station(binaries.config(tmp_path_factory.mktemp("stated"))) as station:
        yield station


@pytest.mark.parametrize("choice", ["arrival", "camera"])
def test_a_jpeg_comes_through_byte_for_byte_with_a_clock_if_that_is_wanted(go2rtc, choice):
    camera = MjpegCamera(variant="stated", **SMALL)
    path = f"x{os.urandom(8).hex()}"
    with camera:
        line = MjpegUpstream(parse_address(camera.url), path, Clock(), go2rtc, None, choice)
        with closing(line):
            line.open()
            with closing(line.create_reader()) as reader:
                units = list(islice(reader.units(), 30))
        sent = {each.sha for each in camera.truth()}
    assert {hashlib.sha1(unit.data).hexdigest() for unit in units} <= sent
    assert all(unit.time == unit.arrived and unit.offset == 0 for unit in units)
    assert all((unit.clock is None) == (choice == "arrival") for unit in units)


def test_frames_have_the_time_that_the_camera_states(station):
    camera = MjpegCamera(variant="stated", **SMALL)
    with camera:
        session = station.cameras.open(camera.url, clock_choice="camera")
        try:
            until(lambda: session.clock_verdict.state is CameraClockState.RIGHT, 30)
            recording = station.recordings.start(session.session_id, 4)
            assert recording.wait(60)
        finally:
            station.cameras.close(session.session_id)
        to_utc = time.time_ns() - time.perf_counter_ns()
        captured = np.array([each.at + to_utc - 50 * MS for each in camera.truth()])
    (receipt,) = recording.receipts
    assert receipt.utc_source == "camera" and receipt.warnings == []
    assert receipt.camera_clock.state == "camera" and receipt.camera_clock.reports >= 5
    assert 0.04 < -receipt.camera_clock.offset < 0.2
    path = station.library.folder / recording.filename
    started_at = station.library.get(recording.filename).started_at
    times = VideoFrames(path, started_at, utc_map=receipt.utc_map).times().astype("i8")
    nearest = captured[np.abs(times[:, None] - captured).argmin(axis=1)]
    assert np.quantile(np.abs(times - nearest), 0.99) < receipt.utc_uncertainty * 1e9
    # By arrivals each would be 50 ms later.
    assert abs(np.median(times - nearest)) < 15 * MS


def test_a_camera_that_states_its_uptime_is_dated_by_arrivals(station):
    uptime = Variant(headers=TYPE + STATED + "\r\n", encoding=time.time() - 500)
    with MjpegCamera(variant=uptime, **SMALL) as camera:
        session = station.cameras.open(camera.url, clock_choice="camera")
        try:
            until(lambda: session.clock_verdict.state is CameraClockState.NO_CLOCK, 30)
            assert session.clock_verdict.utc_source == "arrival"
        finally:
            station.cameras.close(session.session_id)
