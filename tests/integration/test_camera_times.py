"""Cameras with odd timestamps or an odd order: recorded, and compared with what they sent."""

from __future__ import annotations

import itertools
import struct
import threading
import time
from itertools import pairwise
from statistics import median

import cv2
import numpy as np
import pytest

from camrec.camera_clock import Retiming
from camrec.errors import CameraError
from camrec.frames import VideoFrames
from camrec.station import Station
from support.at_once import at_once
from support.cameras.raw_rtsp import RawRtspCamera, SentFrame, encode, split_frames
from support.cameras.rtp_jpeg import (
    RtpJpegCamera,
    jpegs,
    jpegs_with_restarts,
    payloads,
    tables_and_scan,
)
from support.odd_cameras import Recorded, record, shown_times
from support.units_made import SECOND, until
from support.units_made import video_units as made_pictures

pytestmark = pytest.mark.spread

EVEN = 0.00004  # seconds: cameras round their times, and so does the file


@pytest.fixture(scope="module")
def station(binaries, tmp_path_factory):
    with Station(binaries.config(tmp_path_factory.mktemp("times"), max_sessions=8)) as station:
        yield station


def assert_whole_and_even(recorded: Recorded, rate: float) -> None:
    """Every frame is there: a missing one would be a longer interval.

    Frames that were on their way at the start or at the end may be in the video or not.
    """
    assert recorded.has_all()
    distances = [later - earlier for earlier, later in pairwise(recorded.times)]
    assert max(abs(each - 1 / rate) for each in distances) < EVEN


def codes(recorded: Recorded) -> list[str]:
    return [warning.code for warning in recorded.receipt.warnings]


class NoRtpmap(RtpJpegCamera):
    """Payload type 26 needs no description; some cameras name their tables by Q only."""

    def media(self) -> list[str]:
        return ["m=video 0 RTP/AVP 26", "a=control:trackID=0"]

    def payloads(self, frame):
        return payloads(frame[0], self.size, quality=60)


class DynamicType(RtpJpegCamera):
    payload_type = 97


class BesideH264(RawRtspCamera):
    """M-JPEG is described first, and is read only if there is nothing else."""

    def media(self):
        jpeg = ["m=video 0 RTP/AVP 26", "a=rtpmap:26 JPEG/90000", "a=control:trackID=1"]
        return [*jpeg, *super().media()]

    def setup(self, connection, url, headers):
        reply = super().setup(connection, url, headers)
        if "trackID=1" in url:
            connection.video_channel = None
        return reply


class LargePackets(RtpJpegCamera):
    """More than MediaMTX passes on unchanged."""

    def payloads(self, frame):
        return payloads(frame[0], self.size, width=8000)


@at_once("kind", [RtpJpegCamera, NoRtpmap, DynamicType, LargePackets])
def test_m_jpeg_over_rtsp_is_recorded_whole_by_the_camera_s_times(station, kind):
    with kind() as camera:
        recorded = record(station, camera, 3)
    assert_whole_and_even(recorded, camera.rate)
    assert recorded.receipt.gaps == [] and recorded.receipt.warnings == []
    assert (recorded.receipt.width, recorded.receipt.height) == camera.size
    assert camera.connections == 1


class RestartMarkers(RtpJpegCamera):
    """MediaMTX drops these, and the kinds below: they reach it through camrec's relay."""

    def __init__(self) -> None:
        super().__init__(jpegs_with_restarts(self.size, 5))

    def payloads(self, frame):
        return payloads(frame[0], self.size, restart=5)


class TablesToldOnce(RtpJpegCamera):
    """With the first frame of a connection only."""

    def stream(self, connection):
        self._told = False
        super().stream(connection)

    def payloads(self, frame):
        told, self._told = self._told, True
        return payloads(frame[0], self.size, quality=130, tables=[] if told else None)


class WideTables(RtpJpegCamera):
    def payloads(self, frame):
        tables, _ = tables_and_scan(frame[0])
        wide = [struct.pack(">64H", *table) for table in tables]
        return payloads(frame[0], self.size, tables=wide, precision=3)


class DynamicTypeInLargePackets(DynamicType):
    def payloads(self, frame):
        return payloads(frame[0], self.size, width=9000)


class OverTwoThousandPixels(RtpJpegCamera):
    rate = 4
    size = (2560, 1440)

    def __init__(self) -> None:
        super().__init__(jpegs(size="2560x1440", seconds=1))

    def media(self):
        return [*super().media(), "a=framesize:26 2560-1440"]

    def payloads(self, frame):
        return payloads(frame[0], (0, 0))


@at_once(
    "kind",
    [
        OverTwoThousandPixels,
        RestartMarkers,
        TablesToldOnce,
        WideTables,
        DynamicTypeInLargePackets,
    ],
)
def test_m_jpeg_that_mediamtx_drops_is_relayed(station, kind):
    with kind() as camera:
        session = station.cameras.open(camera.url)
        until(lambda: session.feed.figures().frames > camera.rate, 30)
        station.cameras.close(session.session_id)
        assert camera.connections == 2
        recorded = record(station, camera, 3)  # the route is known
        assert camera.connections == 3
    assert camera.most_at_once == 1
    assert_whole_and_even(recorded, camera.rate)
    assert recorded.receipt.gaps == [] and recorded.receipt.warnings == []
    assert (recorded.receipt.width, recorded.receipt.height) == camera.size


class OfAKindThatNobodyKnows(RtpJpegCamera):
    def payloads(self, frame):
        return payloads(frame[0], self.size, kind=5)


def test_unreadable_m_jpeg_over_rtsp_has_a_fitting_error_text(station):
    with OfAKindThatNobodyKnows() as camera:
        with pytest.raises(CameraError) as caught:
            station.cameras.open(camera.url)
        assert camera.connections <= 2
    assert caught.value.code == "camera_jpeg"
    assert "MJPEG" not in caught.value.text("en")


def test_m_jpeg_next_to_h264_is_ignored(station):
    with BesideH264(encode("-g", "10")) as camera:
        session = station.cameras.open(camera.url)
        assert session.feed.video.codec == "h264"
        station.cameras.close(session.session_id)
        assert camera.connections == 1


def test_m_jpeg_over_rtsp_has_a_live_frame_a_still_a_thumbnail_and_frames(station):
    with RtpJpegCamera() as camera:
        session = station.cameras.open(camera.url)
        still = session.live_views.snapshot()
        assert (still.width, still.height) == camera.size
        ready = threading.Event()
        viewer = session.live_views.subscribe_jpeg(ready.set)
        assert ready.wait(10)
        live = viewer.next_frame()
        viewer.close()
        for each in (still, live):
            image = cv2.imdecode(np.frombuffer(each.jpeg, np.uint8), cv2.IMREAD_COLOR)
            assert image.shape == (240, 320, 3) and image.std() > 20
        station.cameras.close(session.session_id)
        recorded = record(station, camera, 2)
    assert station.library.images.thumbnail(recorded.path.name).stat().st_size > 0
    video = station.library.get(recorded.path.name)
    footage = VideoFrames(recorded.path, video.started_at)
    assert len(footage.times()) == recorded.receipt.frames
    assert footage.frame(3)[1].std() > 20
    footage.close()


class StampsOutOfLine(RawRtspCamera):
    """Each 20th frame has a timestamp that is hours off; those of its neighbours are right."""

    off = -9800.0

    def timestamp(self, seconds: float) -> int:
        wrong = round(seconds * self.rate) % 20 == 15
        return super().timestamp(seconds + wrong * self.off)


class StampsInTheFuture(StampsOutOfLine):
    off = 9800.0


class SentInAnotherOrder(StampsOutOfLine):
    """With B-frames, the odd timestamp belongs to another kind of frame each time.

    The order of one or two GOPs must be known first.
    """

    def __init__(self, frames) -> None:
        units = made_pictures([n / self.rate for n in range(60)], gop=12, b_frames=2)
        super().__init__([split_frames(unit.data)[0] for unit in units])
        first = min(unit.time for unit in units)
        self._shown = [(unit.time - first) / SECOND for unit in units]

    def timestamp(self, seconds: float) -> int:
        loops, number = divmod(round(seconds * self.rate), len(self._shown))
        place = loops * len(self._shown) + number
        wrong = place > 40 and place % 20 == 15
        shown = self._shown[number] + loops * len(self._shown) / self.rate
        return RawRtspCamera.timestamp(self, shown + wrong * self.off)


class PacketsBeforeTheAnswer(StampsOutOfLine):
    """Some cameras send packets early; a sender report comes with each key frame."""

    def reply(self, connection, method, url, headers):
        answer = super().reply(connection, method, url, headers)
        if method == "PLAY":
            self.start_stream(connection)
            connection.over.wait(0.5)
        return answer

    def payloads(self, frame):
        packets = super().payloads(frame)
        if len(frame) > 1:
            self._report()
        return packets

    def _report(self) -> None:
        ntp = int((time.time() + 2_208_988_800) * 2**32)
        report = struct.pack(">BBHIQIII", 0x80, 200, 6, 0x11223344, ntp, len(self.sent), 0, 0)
        for connection in list(self._open.values()):
            if connection.video_channel is not None:
                connection.send_packet(connection.video_channel + 1, report)


class AnotherClock(StampsOutOfLine):
    """Some cameras count milliseconds."""

    clock_rate = 1000


@at_once(
    "kind",
    [
        StampsOutOfLine,
        StampsInTheFuture,
        PacketsBeforeTheAnswer,
        AnotherClock,
    ],
)
def test_a_wrong_timestamp_is_corrected(station, kind):
    with kind(encode("-g", "10")) as camera:
        recorded = record(station, camera, 6)
    assert_whole_and_even(recorded, camera.rate)
    assert recorded.receipt.parts == 1 and recorded.receipt.gaps == []
    assert codes(recorded) == ["timestamps_corrected"]
    assert camera.connections == 1


def test_a_wrong_timestamp_among_b_frames_is_corrected(station):
    with SentInAnotherOrder(()) as camera:
        session = station.cameras.open(camera.url)
        until(lambda: session.feed.figures().frames > 30)
        recording = station.recordings.start(session.session_id, 6)
        assert recording.wait(60)
        (receipt,) = recording.receipts
        times = shown_times(station.library.folder / recording.filename)
        station.cameras.close(session.session_id)
    # Among the last frames, one may arrive before another that is shown earlier.
    distances = [later - earlier for earlier, later in pairwise(times[:-3])]
    assert max(abs(each - 1 / camera.rate) for each in distances) < EVEN
    assert receipt.parts == 1 and receipt.gaps == [] and len(times) > 55
    assert [warning.code for warning in receipt.warnings] == ["timestamps_corrected"]


class NominalRate(RawRtspCamera):
    """Counts 25 frames per second and sends ten, as some cameras do at night."""

    counted = 25

    def timestamp(self, seconds: float) -> int:
        return super().timestamp(round(seconds * self.rate) / self.counted)


def test_a_camera_that_counts_a_nominal_frame_rate_is_retimed(station):
    with NominalRate(encode("-g", "10")) as camera:
        recorded = record(station, camera, 15)
    receipt = recorded.receipt
    assert receipt.ended == "time" and receipt.gaps == []
    assert recorded.has_all()
    assert receipt.duration == pytest.approx(15, abs=0.4)
    distances = [later - earlier for earlier, later in pairwise(recorded.times)]
    longer = 25 / 10  # so much longer is each tick of the camera
    assert max(distances) - min(distances) < longer * EVEN
    assert median(distances) == pytest.approx(0.1, 0.01)
    (warning,) = receipt.warnings
    assert warning.code == "retimed"
    assert warning.facts["counted"] == 25 and abs(warning.facts["sent"] - 10) <= 0.5
    assert "count 25 frames per second, but it sends" in warning.text()
    retiming = Retiming.from_receipt(receipt.retimed, 0)
    ticks = [
        retiming.restore_timestamp(round(at * SECOND)) * 90_000 / SECOND for at in recorded.times
    ]
    # The file of a segment rounds to a tick as well.
    assert max(abs(each - 3600 * n) for n, each in enumerate(ticks)) < 1.5
    assert camera.connections == 1


class CoarseClock(RawRtspCamera):
    """Two frames, or ten, have the same timestamp: it counts in larger steps than it sends."""

    def __init__(self, film, together: int) -> None:
        super().__init__(film)
        self._together = together

    def timestamp(self, due):
        step = self._together / self.rate
        return super().timestamp(int(due / step + 0.001) * step)


@at_once("together", [2, 10, 10_000])
def test_frames_with_equal_timestamps_are_all_recorded(station, together):
    with CoarseClock(encode("-g", "10", "-bf", "0"), together) as camera:
        recorded = record(station, camera, 3)
    assert recorded.has_all()
    assert codes(recorded) == ["timestamps_corrected"]
    assert recorded.receipt.gaps == []


class CountsBack(RawRtspCamera):
    """Its encoder restarts each second and numbers its packets from 7 on."""

    def stream(self, connection):
        begin = time.perf_counter()
        for number, due in enumerate(self.pace()):
            if connection.over.wait(max(0.0, begin + due - time.perf_counter())):
                return
            if number % 10 == 0:
                sequence = 7
            for payload, marker in self.payloads(self.frames[number % len(self.frames)]):
                stamp = self.timestamp(due) & 0xFFFFFFFF
                head = struct.pack(
                    ">BBHII", 0x80, marker << 7 | self.payload_type, sequence, stamp, 1
                )
                connection.send_packet(connection.video_channel, head + payload)
                sequence += 1
            self.sent.append(SentFrame(number, time.perf_counter_ns(), connection.number))


def test_sequence_numbers_that_go_back_lose_no_frame(station):
    with CountsBack(encode("-g", "10", "-bf", "0")) as camera:
        recorded = record(station, camera, 4)
    assert_whole_and_even(recorded, camera.rate)
    assert codes(recorded) == [] and recorded.receipt.gaps == []


class LosesPackets(RawRtspCamera):
    """Each twentieth packet is lost."""

    def stream(self, connection):
        send, count = connection.send_packet, itertools.count()

        def send_most(channel, packet):
            if next(count) % 20 != 19:
                send(channel, packet)

        connection.send_packet = send_most
        super().stream(connection)


def test_the_receipt_reports_lost_packets(station):
    with LosesPackets(encode("-g", "10", "-bf", "0")) as camera:
        recorded = record(station, camera, 3)
    assert codes(recorded) == ["packets_lost"]
    facts = recorded.receipt.warnings[0].facts
    assert facts["packets"] >= facts["frames"] >= 1
