"""The tests' raw cameras do what their log says."""

from __future__ import annotations

import pytest

from camrec.station import Station
from support.cameras.raw_http import RawHttpCamera, encode_jpegs
from support.cameras.raw_rtsp import RawRtspCamera, encode
from support.odd_cameras import record

pytestmark = pytest.mark.spread


@pytest.fixture
def station(binaries, tmp_path):
    with Station(binaries.config(tmp_path)) as station:
        yield station


@pytest.mark.parametrize("kind", ["rtsp", "http"])
def test_a_raw_camera_without_oddities_is_recorded_whole(station, kind):
    rtsp = kind == "rtsp"
    with RawRtspCamera(encode("-g", "10")) if rtsp else RawHttpCamera(encode_jpegs()) as camera:
        recorded = record(station, camera, 3)
    assert recorded.has_all()
    assert recorded.receipt.gaps == []
    assert recorded.receipt.warnings == []
    assert camera.most_at_once == 1
