"""The camera host, which runs GStreamer cameras around Wine for the tests inside."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from support.cameras.gst_process import HOST_PORT, GstProcess
from support.cameras.rtsp import RtspCamera
from support.units_made import until

HOST = Path(__file__).parents[1] / "windows" / "camera_host.py"


@pytest.fixture
def host(monkeypatch):
    with subprocess.Popen(
        [sys.executable, str(HOST)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as host:
        monkeypatch.setenv(HOST_PORT, host.stdout.readline().strip())
        yield psutil.Process(host.pid)
        host.stdin.close()
        assert host.wait(20) == 0


def test_a_hosted_camera_freezes_thaws_and_ends_with_its_connection(host):
    with RtspCamera() as camera:
        assert camera.port
        (child,) = host.children()
        camera.freeze()
        until(lambda: child.status() == psutil.STATUS_STOPPED)
        camera.thaw()
        until(lambda: child.status() != psutil.STATUS_STOPPED)
        assert camera.connections == 0
    assert not child.is_running()


def test_a_camera_is_hosted_only_if_there_is_a_host(monkeypatch):
    monkeypatch.delenv(HOST_PORT, raising=False)
    with RtspCamera() as camera:
        assert isinstance(camera._process, GstProcess)
