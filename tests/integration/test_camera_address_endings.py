"""The end of an RTSP address is sent to the camera as it was typed."""

from __future__ import annotations

import pytest

from camrec.session import SessionState
from camrec.station import Station
from support.cameras.raw_rtsp import RawRtspCamera, encode

pytestmark = pytest.mark.spread


@pytest.fixture
def station(binaries, tmp_path):
    with Station(binaries.config(tmp_path)) as station:
        yield station


@pytest.mark.parametrize(
    "end", ["/live?", "/a.cgi?&channel=1", "/user=a&channel=1", "/x//", "/v?a="]
)
def test_an_rtsp_camera_is_asked_for_its_address_as_it_was_typed(station, end):
    class Camera(RawRtspCamera):
        path = end

    with Camera(encode("-g", "10")) as camera:
        session = station.cameras.open(camera.url)
        assert session.state is SessionState.LIVE
        asked = {first.split()[1] for _, first in camera.requests if first.startswith("DESCRIBE")}
        assert asked == {camera.url}
        station.cameras.close(session.session_id)
