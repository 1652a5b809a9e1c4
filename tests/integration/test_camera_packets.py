"""Cameras whose packets do not follow the standard: recorded, and compared with what they sent."""

from __future__ import annotations

import itertools
import struct
import time

import pytest

from camrec.camera_address import parse_address
from camrec.receipt import RecordingWarning
from camrec.session.routes import CameraRoute
from camrec.station import Station
from support.at_once import at_once
from support.cameras.coded import decoded
from support.cameras.raw_rtsp import RawRtspCamera, SentFrame, encode
from support.cameras.rtp_jpeg import RtpJpegCamera, payloads
from support.odd_cameras import record
from support.odd_frames import X265, assert_whole

pytestmark = pytest.mark.slow(7)

SECONDS = 2


@pytest.fixture(scope="module")
def station(binaries, tmp_path_factory):
    with Station(binaries.config(tmp_path_factory.mktemp("packets"), max_sessions=8)) as station:
        yield station


class Numbered(RawRtspCamera):
    """Its packets are numbered by `number`, and each is sent `times` times."""

    times = 1

    @staticmethod
    def number(count: int) -> int:
        return count

    def stream(self, connection):
        plain = connection.send_packet

        def send(channel: int, packet: bytes) -> None:
            number = self.number(int.from_bytes(packet[2:4], "big")) & 0xFFFF
            for _ in range(self.times):
                plain(channel, packet[:2] + number.to_bytes(2, "big") + packet[4:])

        connection.send_packet = send
        super().stream(connection)


class StandsStill(Numbered):
    @staticmethod
    def number(count):
        return 7


class CountsDown(Numbered):
    @staticmethod
    def number(count):
        return -count


class ByTwo(Numbered):
    @staticmethod
    def number(count):
        return 2 * count


class BytesExchanged(Numbered):
    @staticmethod
    def number(count):
        return (count & 0xFF) << 8 | count >> 8


class AtRandom(Numbered):
    @staticmethod
    def number(count):
        return count * 40_503 ^ count >> 3


class EachTwice(Numbered):
    times = 2


@at_once("kind", [StandsStill, CountsDown, ByTwo, BytesExchanged, AtRandom, EachTwice])
def test_packets_with_wrong_sequence_numbers_lose_no_frame(station, kind):
    """MediaMTX drops each fragment whose number is not the expected one."""
    film = encode("-g", "10")
    with kind(film) as camera:
        for openings in (1, 2):
            recorded = record(station, camera, SECONDS)
            assert_whole(recorded, decoded(film), camera.connections - openings)
            assert recorded.receipt.warnings == []
            assert station.routes.route(parse_address(camera.url)) is CameraRoute.UNREAD


def test_duplicate_h265_packets_are_read_once(station):
    film = encode(
        "-x265-params", X265, codec="libx265", container="hevc", size="640x480", seconds=3
    )
    with EachTwice(film) as camera:
        camera.codec = "H265"
        recorded = record(station, camera, SECONDS)
        assert_whole(recorded, decoded(film, "hevc"), camera.connections - 1)


class OtherType(RawRtspCamera):
    """Its packets have a payload type that its description does not contain."""

    sent_type = 97

    def stream(self, connection):
        plain = connection.send_packet

        def send(channel: int, packet: bytes) -> None:
            second = packet[1] & 0x80 | self.sent_type
            plain(channel, packet[:1] + bytes([second]) + packet[2:])

        connection.send_packet = send
        super().stream(connection)


def test_packets_of_an_undescribed_payload_type_are_read(station):
    film = encode("-g", "10")
    with OtherType(film) as camera:
        recorded = record(station, camera, SECONDS)
        assert_whole(recorded, decoded(film), camera.connections - 1)


class Described(RawRtspCamera):
    rtpmap = ""

    def media(self):
        usual = f"{self.codec}/{self.clock_rate}"
        return [each.replace(usual, self.rtpmap or usual) for each in super().media()]


@at_once(
    "rtpmap",
    ["H264/0", "H264/", "H264", "H264/none", "H264/90000.0", "H264/90", "H264/9000000000000"],
)
def test_an_invalid_clock_rate_is_replaced_by_the_usual_one(station, rtpmap):
    film = encode("-g", "10")
    with Described(film) as camera:
        camera.rtpmap = rtpmap
        recorded = record(station, camera, SECONDS)
        assert_whole(recorded, decoded(film), camera.connections - 1)


class InterleavedMode(RawRtspCamera):
    """It says that its packets may come in another order, but sends none that way."""

    def format_parameters(self):
        return super().format_parameters().replace("packetization-mode=1", "packetization-mode=2")


def test_a_packetization_mode_that_is_announced_but_unused_does_no_harm(station):
    film = encode("-g", "10")
    with InterleavedMode(film) as camera:
        recorded = record(station, camera, SECONDS)
        assert_whole(recorded, decoded(film), camera.connections - 1)


@at_once("number", [0, 26, 32, 33])
def test_h264_under_a_payload_type_that_means_something_else_is_h264(station, number):
    film = encode("-g", "10")
    with RawRtspCamera(film) as camera:
        camera.payload_type = number
        recorded = record(station, camera, SECONDS)
        assert_whole(recorded, decoded(film), camera.connections - 1)


class JpegTablesNowAndThen(RtpJpegCamera):
    """It sends tables with each tenth frame; the others refer to them."""

    def __init__(self, frames=None):
        super().__init__(frames)
        self._count = itertools.count()

    def payloads(self, frame):
        tables = [] if next(self._count) % 10 else None
        return payloads(frame[0], self.size, quality=200, tables=tables)


class JpegEachTwice(RtpJpegCamera):
    def stream(self, connection):
        plain = connection.send_packet

        def send(channel: int, packet: bytes) -> None:
            plain(channel, packet)
            plain(channel, packet)

        connection.send_packet = send
        super().stream(connection)


@at_once("kind", [JpegTablesNowAndThen, JpegEachTwice])
def test_m_jpeg_that_mediamtx_drops_now_and_then_comes_whole(station, kind):
    with kind() as camera:
        recorded = record(station, camera, SECONDS)
        assert camera.connections == 2 and camera.most_at_once == 1
    assert recorded.has_all()
    assert (recorded.receipt.gaps, recorded.receipt.warnings) == ([], [])


class JpegWithBad(RtpJpegCamera):
    """Each fifth frame cannot be read."""

    @staticmethod
    def spoilt(packets):
        return packets

    def stream(self, connection):
        sequence, begin = 0, time.perf_counter()
        for number, due in enumerate(self.pace()):
            if connection.over.wait(max(0.0, begin + due - time.perf_counter())):
                return
            packets = self.payloads(self.frames[number % len(self.frames)])
            packets = self.spoilt(packets) if number % 5 == 3 else packets
            for payload, marker in packets:
                stamp = self.timestamp(due)
                kind = marker << 7 | self.payload_type
                head = struct.pack(">BBHII", 0x80, kind, sequence & 0xFFFF, stamp, 5)
                connection.send_packet(connection.video_channel, head + payload)
                sequence += 1
            if number % 5 != 3:
                self.sent.append(SentFrame(number, time.perf_counter_ns(), connection.number))


class Garbage(JpegWithBad):
    @staticmethod
    def spoilt(packets):
        return [(b"\xff" * 900, place == 4) for place in range(5)]


class NoBeginning(JpegWithBad):
    @staticmethod
    def spoilt(packets):
        return packets[1:]


class NoTables(JpegWithBad):
    @staticmethod
    def spoilt(packets):
        first = packets[0][0]
        return [(first[:8] + bytes(4) + first[12 + 128 :], packets[0][1]), *packets[1:]]


class WrongOffsets(JpegWithBad):
    @staticmethod
    def spoilt(packets):
        return [(data[:3] + bytes([data[3] ^ 1]) + data[4:], marker) for data, marker in packets]


class NoSize(JpegWithBad):
    @staticmethod
    def spoilt(packets):
        return [(data[:6] + b"\0\0" + data[8:], marker) for data, marker in packets]


@at_once("kind", [Garbage, NoBeginning, NoTables, WrongOffsets, NoSize])
def test_m_jpeg_frames_that_cannot_be_read_are_counted(station, kind):
    with kind() as camera:
        recorded = record(station, camera, 4)
    assert recorded.has_all()
    warnings = {each.code: each.facts for each in recorded.receipt.warnings}
    counted = warnings.get("frames_left_out") or warnings["packets_lost"]
    assert 7 <= counted["frames"] <= 9
    assert len(warnings) == 1


class NoEnd(JpegWithBad):
    @staticmethod
    def spoilt(packets):
        return packets[:-1]


def test_m_jpeg_frames_without_an_end_are_reported_in_the_receipt(station):
    with NoEnd() as camera:
        recorded = record(station, camera, 4)
    (warning,) = recorded.receipt.warnings
    assert isinstance(warning, RecordingWarning) and warning.code == "packets_lost"
    assert 7 <= warning.facts["frames"] <= 9
