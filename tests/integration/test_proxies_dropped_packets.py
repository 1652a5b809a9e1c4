"""What MediaMTX reports about packets that it drops, and which route is better then."""

from __future__ import annotations

import time

import pytest

from camrec.proxies import DroppedPackets
from camrec.proxies import PacketFault as Fault
from camrec.session.better_route import better_route
from camrec.session.routes import CameraRoute

LINES = {
    "3 processing errors, last was: table length 0 is not supported": Fault.JPEG_KIND,
    "processing error: received wrong fragment": Fault.JPEG_BROKEN,
    "2 processing errors, last was: NALU count (60) exceeds maximum allowed (50)": Fault.TOO_LARGE,
    "processing error: discarding frame since a RTP packet is missing": Fault.NUMBER,
    "54 processing errors, last was: invalid FU-A packet (non-starting)": Fault.NUMBER,
    "9 processing errors, last was: invalid fragmentation unit (non-starting)": Fault.NUMBER,
    "processing error: invalid STAP-A packet (invalid size)": Fault.MALFORMED,
    "decode error: received RTP packet with unknown payload type: 97": Fault.PAYLOAD_TYPE,
    "2949075 RTP packets lost": Fault.ODD_NUMBERS,
    "[RTSP source] 65535 RTP packets lost": Fault.ODD_NUMBERS,
    "12 RTP packets lost": None,
    "stream is available and online, 1 track (H264)": None,
}


@pytest.mark.parametrize(("text", "fault"), LINES.items())
def test_a_line_of_the_log_is_one_fault(text, fault):
    dropped = DroppedPackets()
    dropped.record_line("one", text)
    assert [each for each in Fault if dropped.count("one", each)] == ([fault] if fault else [])
    assert not any(dropped.count("other", each) for each in Fault)
    assert not any(dropped.count("one", each, time.perf_counter_ns() + 1) for each in Fault)
    dropped.clear("one")
    assert not any(dropped.count("one", each) for each in Fault)


class Reports:
    def __init__(self, **counts):
        self._counts = {Fault(name): count for name, count in counts.items()}

    def count(self, path, fault, since_ns=0):
        return self._counts.get(fault, 0)


@pytest.mark.parametrize(
    ("reports", "route", "phase", "better"),
    [
        ({"jpeg_broken": 1}, CameraRoute.DIRECT, "opening", CameraRoute.RELAY),
        ({"jpeg_broken": 2}, CameraRoute.DIRECT, "live", None),
        ({"jpeg_kind": 3}, CameraRoute.DIRECT, "live", CameraRoute.RELAY),
        ({"jpeg_kind": 3}, CameraRoute.RELAY, "live", None),
        ({"number": 1}, CameraRoute.DIRECT, "opening", None),
        ({"number": 2}, CameraRoute.DIRECT, "opening", CameraRoute.UNREAD),
        ({"number": 9}, CameraRoute.DIRECT, "live", None),
        ({"number": 2, "odd_numbers": 2}, CameraRoute.RELAY, "live", CameraRoute.UNREAD),
        ({"number": 2, "odd_numbers": 2}, CameraRoute.UNREAD, "live", None),
        ({"payload_type": 9}, CameraRoute.DIRECT, "live", None),
        ({"payload_type": 1}, CameraRoute.DIRECT, "silent", CameraRoute.UNREAD),
        ({"malformed": 3}, CameraRoute.RELAY, "live", CameraRoute.UNREAD),
        ({"too_large": 1}, CameraRoute.UDP, "live", None),
        ({}, CameraRoute.DIRECT, "silent", None),
    ],
)
def test_another_route_is_proposed_when_the_proxy_drops_packets(reports, route, phase, better):
    assert better_route(Reports(**reports), "path", route, phase, 0, 0) is better
