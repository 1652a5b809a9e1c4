"""What `camrec calibrate` does before it records cameras, and with the delays that it measured."""

from __future__ import annotations

import time

import cv2
import pytest

from camrec.api import RemoteBackend
from camrec.calibration import DelayEstimate
from camrec.cli.console import cli_text
from camrec.cli.delay_measurement import store_delay, wait_for_clock
from support.cameras.raw_http import RawHttpCamera
from support.filmed_clock import MS, SECOND, Camera, Screen
from support.wire import serving

ESTIMATE = DelayEstimate(delay_ns=137 * MS, uncertainty_ns=2 * MS, reading_count=100)


class ClockCamera(RawHttpCamera):
    """It shows a coded clock that stands still, and may state when it took each frame."""

    def __init__(self, states_time: bool) -> None:
        image = Camera(size=(320, 240)).film(Screen(), SECOND)
        super().__init__([cv2.imencode(".jpg", image)[1].tobytes()])
        self._states_time = states_time

    def part(self, jpeg: bytes) -> bytes:
        if not self._states_time:
            return super().part(jpeg)
        stated = b"--frame\r\nX-Timestamp: %.6f\r\n" % (time.time() - 0.04)
        return super().part(jpeg).replace(b"--frame\r\n", stated, 1)


def said(key: str, name: str, err: str) -> bool:
    """Whether a text about a camera was printed, in lines of whatever length."""
    return " ".join(cli_text(key, name=name).split()) in " ".join(err.split())


@pytest.fixture(scope="module")
def served(binaries, tmp_path_factory):
    """A station, and what `camrec calibrate` sees of it."""
    with serving(binaries.config(tmp_path_factory.mktemp("calibrated"))) as (station, wire):
        yield station, RemoteBackend(wire.url, None)


def test_a_camera_is_measured_when_it_is_known_whether_its_own_clock_dates_it(served, capsys):
    _, running = served
    with ClockCamera(states_time=True) as source:
        camera = running.open(source.url, "Door", "camera")
        assert wait_for_clock([camera], 60) == [camera]
        assert camera.info().clock.source == "camera"
        result = store_delay(running, camera, "camera", ESTIMATE)
        camera.close()
    assert (result.seconds, result.utc_source, result.error) == (0.137, "camera", None)
    assert said("calibrate.seen", "Door", err := capsys.readouterr().err)
    assert not said("calibrate.by_arrival_only", "Door", err)


def test_the_delay_of_a_camera_whose_own_clock_stays_unknown_is_said_to_be_by_arrival(
    served, capsys
):
    _, running = served
    with ClockCamera(states_time=False) as source:
        camera = running.open(source.url, "Bench", "camera")
        assert wait_for_clock([camera], 1) == [camera]
        result = store_delay(running, camera, "arrival", ESTIMATE)
        camera.close()
    assert (result.seconds, result.utc_source, result.error) == (0.137, "arrival", None)
    err = capsys.readouterr().err
    assert said("calibrate.not_judged", "Bench", err)
    assert said("calibrate.by_arrival_only", "Bench", err)


def test_a_camera_that_is_closed_meanwhile_does_not_see_the_clock_and_stops_no_other(served):
    station, running = served
    with ClockCamera(states_time=False) as first, ClockCamera(states_time=False) as second:
        closed, camera = running.open(first.url, None), running.open(second.url, None)
        station.cameras.close(closed.session_id)
        assert wait_for_clock([closed, camera], 1) == [camera]
        camera.close()


def test_no_delay_is_stored_for_a_built_in_camera_which_is_said(served):
    station, running = served
    sessions = station.demo.open_all()
    cameras = [each for each in running.cameras() if each.camera_id.startswith("demo-")]
    assert len(cameras) == len(sessions) > 0
    for camera in cameras:
        result = store_delay(running, camera, "arrival", ESTIMATE)
        assert (result.seconds, result.error) == (0.137, cli_text("calibrate.built_in"))
        assert camera.delay() is None
        camera.close()
