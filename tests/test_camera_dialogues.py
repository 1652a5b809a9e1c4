"""Cameras whose dialogue MediaMTX does not understand, through the real station."""

from __future__ import annotations

import pytest
from cameras.raw_rtsp import RawRtspCamera, encode
from odd_cameras import record

from camrec.station import Station


@pytest.fixture
def station(binaries, tmp_path):
    with Station(binaries.config(tmp_path)) as station:
        yield station


class TwoPayloadTypes(RawRtspCamera):
    """One m= with two payload types, of which the second is sent."""

    def media(self):
        return [
            "m=video 0 RTP/AVP 98 96",
            "a=rtpmap:98 MP4V-ES/90000",
            "a=fmtp:98 profile-level-id=1",
            f"a=rtpmap:96 H264/{self.clock_rate}",
            f"a=fmtp:96 {self.format_parameters()}",
            "a=control:trackID=0",
        ]


class TrackRefused(RawRtspCamera):
    """A second track stands in the description, and its SETUP is refused."""

    def media(self):
        return [
            *super().media(),
            "m=application 0 RTP/AVP 107",
            "a=rtpmap:107 vnd.onvif.metadata/90000",
            "a=control:trackID=1",
        ]

    def setup(self, connection, url, headers):
        if "trackID=1" in url:
            return "404 Stream Not Found", [], ""
        return super().setup(connection, url, headers)


@pytest.mark.parametrize("kind", [TwoPayloadTypes, TrackRefused])
def test_a_camera_that_mediamtx_refuses_is_relayed(station, kind):
    with kind(encode("-g", "10")) as camera:
        recorded = record(station, camera, 3)
        print(camera.requests)
        assert len(recorded.times) == recorded.sent
        assert camera.connections == 2
        again = record(station, camera, 3)
        assert len(again.times) == again.sent
        assert camera.connections == 3
    assert recorded.receipt.gaps == again.receipt.gaps == []
    assert camera.most_at_once == 1
