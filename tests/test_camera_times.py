"""Cameras whose times, or whose way of sending them, are odd: recorded, and held against what
they sent.
"""

from __future__ import annotations

import threading
from itertools import pairwise

import cv2
import numpy as np
import pytest
from cameras.rtp_jpeg import RtpJpegCamera, payloads
from odd_cameras import Recorded, record

from camrec.footage import Footage
from camrec.station import Station

EVEN = 0.00002  # seconds


@pytest.fixture(scope="module")
def station(binaries, tmp_path_factory):
    with Station(binaries.config(tmp_path_factory.mktemp("times"))) as station:
        yield station


def assert_whole_and_even(recorded: Recorded, rate: float) -> None:
    """Every frame is there: a hole would be a distance of its own. What left at the very moment of
    the button or of the end may be within or without.
    """
    assert abs(len(recorded.times) - recorded.sent) <= 1
    distances = [later - earlier for earlier, later in pairwise(recorded.times)]
    assert max(abs(each - 1 / rate) for each in distances) < EVEN


class NoRtpmap(RtpJpegCamera):
    """Payload type 26 needs no description; the tables of some are told by Q."""

    def media(self) -> list[str]:
        return ["m=video 0 RTP/AVP 26", "a=control:trackID=0"]

    def payloads(self, frame):
        return payloads(frame[0], self.size, quality=60)


class DynamicType(RtpJpegCamera):
    payload_type = 97


class LargePackets(RtpJpegCamera):
    """More than MediaMTX passes on as they are."""

    def payloads(self, frame):
        return payloads(frame[0], self.size, width=8000)


@pytest.mark.parametrize("kind", [RtpJpegCamera, NoRtpmap, DynamicType, LargePackets])
def test_m_jpeg_over_rtsp_is_recorded_whole_by_the_camera_s_times(station, kind):
    with kind() as camera:
        recorded = record(station, camera, 3)
    assert_whole_and_even(recorded, camera.rate)
    assert recorded.receipt.gaps == [] and recorded.receipt.warnings == []
    assert (recorded.receipt.width, recorded.receipt.height) == camera.size
    assert camera.connections == 1


def test_m_jpeg_over_rtsp_has_a_live_picture_a_still_a_thumbnail_and_frames(station):
    with RtpJpegCamera() as camera:
        session = station.open(camera.url)
        still = session.pictures.snapshot()
        assert (still.width, still.height) == camera.size
        ready = threading.Event()
        viewer = session.pictures.subscribe(ready.set)
        assert ready.wait(10)
        live = viewer.take()
        viewer.close()
        for each in (still, live):
            image = cv2.imdecode(np.frombuffer(each.jpeg, np.uint8), cv2.IMREAD_COLOR)
            assert image.shape == (240, 320, 3) and image.std() > 20
        station.close(session.session_id)
        recorded = record(station, camera, 2)
    assert station.library.thumbnail(recorded.path.name).stat().st_size > 0
    video = station.library.get(recorded.path.name)
    footage = Footage(recorded.path, video.started_at)
    assert len(footage.times()) == recorded.receipt.frames
    assert footage.frame(3)[1].std() > 20
    footage.close()
