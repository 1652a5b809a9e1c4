"""Cameras that say what their wall clock shows, opened by a real station that uses it."""

from __future__ import annotations

import pytest

from camrec.camera_clock import CameraClockState
from camrec.session import Session
from camrec.session.routes import CameraRoute
from camrec.station import Station
from support.cameras.reporting import ReportingCamera, two_seconds
from support.cameras.rtsp import RtspCamera
from support.cameras.tls import TlsMediamtx, TlsServer
from support.certificates import unknown_certificate
from support.units_made import until

pytestmark = pytest.mark.spread

MS = 10**6


@pytest.fixture(scope="module")
def station(binaries, tmp_path_factory):
    with Station(binaries.config(tmp_path_factory.mktemp("clock"), max_sessions=20)) as station:
        yield station


def state(session: Session) -> CameraClockState:
    verdict = session.clock_verdict
    return CameraClockState.UNPROVED if verdict is None else verdict.state


def test_the_clock_of_a_camera_is_known_by_its_sender_reports(station):
    with ReportingCamera(two_seconds()) as camera:
        session = station.cameras.open(camera.url, clock_choice="camera")
        until(lambda: state(session) is CameraClockState.RIGHT, 20)
        verdict = session.clock_verdict
        assert 38 * MS <= verdict.delay_ns < 80 * MS and not verdict.may_be_sending
        newest = session.feed.newest
        sent = {each.stamp: each.captured for each in camera.captured}
        stamp = round(newest.time * 90_000 / 1e9) & 0xFFFFFFFF
        assert abs(newest.clock.utc_at(newest.time) - sent[stamp]) < MS // 10
        assert camera.most_at_once == 1 and camera.connections == 1
        station.cameras.close(session.session_id)


class TlsReportingCamera(TlsServer, ReportingCamera):
    """A camera that speaks TLS, and says what its wall clock shows."""


@pytest.fixture
def certificate(tmp_path, monkeypatch):
    """A certificate for 127.0.0.1 that camrec trusts."""
    file = unknown_certificate(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return file


def test_the_clock_of_a_camera_with_tls_is_known_by_its_sender_reports(station, certificate):
    """The relay speaks TLS with the camera, and MediaMTX speaks with the relay."""
    TlsReportingCamera.certificate = str(certificate)
    with TlsReportingCamera(two_seconds()) as camera:
        url = camera.url.replace("rtsp:", "rtsps:")
        session = station.cameras.open(url, clock_choice="camera")
        assert session._upstream.route is CameraRoute.RELAY
        until(lambda: state(session) is CameraClockState.RIGHT, 20)
        newest = session.feed.newest
        sent = {each.stamp: each.captured for each in camera.captured}
        stamp = round(newest.time * 90_000 / 1e9) & 0xFFFFFFFF
        assert abs(newest.clock.utc_at(newest.time) - sent[stamp]) < MS // 10
        assert camera.most_at_once == 1 and camera.connections == 1
        station.cameras.close(session.session_id)


@pytest.mark.slow(15)
def test_the_clock_of_another_server_with_tls_is_known(station, certificate, tmp_path):
    """MediaMTX dates a frame by its arrival there, so its reports look like those of sending."""
    with TlsMediamtx(tmp_path, certificate) as camera:
        session = station.cameras.open(camera.url, clock_choice="camera")
        until(lambda: state(session) is CameraClockState.RIGHT, 40)
        assert session.clock_verdict.may_be_sending
        station.cameras.close(session.session_id)


def test_a_camera_with_tls_and_no_reports_is_dated_by_arrivals_and_says_so(station, certificate):
    TlsReportingCamera.certificate = str(certificate)
    with TlsReportingCamera(two_seconds(), reports_every=0) as camera:
        url = camera.url.replace("rtsp:", "rtsps:")
        session = station.cameras.open(url, clock_choice="camera")
        verdict = session.clock_verdict
        assert (verdict.state, verdict.utc_source) == (CameraClockState.UNPROVED, "arrival")
        station.cameras.close(session.session_id)


def test_capture_times_in_the_packets_are_used_without_sender_reports(station):
    with ReportingCamera(two_seconds(), reports_every=0, sends_capture_times=True) as camera:
        session = station.cameras.open(camera.url, clock_choice="camera")
        until(lambda: state(session) is CameraClockState.RIGHT, 20)
        newest = session.feed.newest
        sent = {each.stamp: each.captured for each in camera.captured}
        stamp = round(newest.time * 90_000 / 1e9) & 0xFFFFFFFF
        assert abs(newest.clock.utc_at(newest.time) - sent[stamp]) < MS // 10
        station.cameras.close(session.session_id)


def test_a_clock_that_is_ahead_dates_no_frame(station):
    with ReportingCamera(two_seconds(), wall=lambda at: 3.7) as camera:
        session = station.cameras.open(camera.url, clock_choice="camera")
        until(lambda: state(session) is CameraClockState.WRONG, 20)
        verdict = session.clock_verdict
        assert verdict.utc_source == "arrival" and 3.6 < verdict.offset < 3.7
        assert session.feed.newest.clock.utc_at(session.feed.newest.time) is None
        station.cameras.close(session.session_id)


def test_a_camera_whose_clock_is_not_asked_for_is_connected_as_before(station):
    with ReportingCamera(two_seconds(), sends_capture_times=True) as camera:
        session = station.cameras.open(camera.url)
        assert session.clock_verdict is None and session.feed.newest.clock is None
        assert session._upstream.route is CameraRoute.DIRECT
        station.cameras.close(session.session_id)


@pytest.mark.parametrize("reports_capture", [True, False])
def test_reports_of_gstreamer_are_those_of_sending_unless_it_is_told_otherwise(
    station, reports_capture
):
    """By default a report has the time of sending: the sound holds the video back by 40 ms."""
    with RtspCamera(audio="aac", reports_capture=reports_capture) as camera:
        session = station.cameras.open(camera.url, clock_choice="camera")
        until(lambda: state(session) is CameraClockState.RIGHT, 30)
        # The soonest frame decides, and on a busy machine the first ones may all come late.
        until(lambda: session.clock_verdict.may_be_sending is not reports_capture, 30)
        station.cameras.close(session.session_id)


def test_a_camera_is_opened_again_with_the_clock_that_it_had(station):
    with ReportingCamera(two_seconds()) as camera:
        session = station.cameras.open(camera.url, clock_choice="camera")
        station.cameras.close(session.session_id)
        again = station.cameras.open(camera.url)
        assert again.clock_choice == "camera" and again.clock_verdict is not None
        station.cameras.close(again.session_id)
        station.known_cameras.update(again.camera_id, None, None, "arrival")
        last = station.cameras.open(camera.url)
        assert last.clock_choice == "arrival" and last.clock_verdict is None
        station.cameras.close(last.session_id)
