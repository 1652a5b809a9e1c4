"""Sender reports on their way from the camera through the relay to the clocks of its tracks."""

from __future__ import annotations

import struct

import pytest

from camrec.camera_clock import CameraClockState, ClockReport, NominalRateCheck, report_line
from camrec.camera_clock.report_line import ReportLine
from camrec.media import AudioTrack
from camrec.readers.camera_clocks import CameraClocks
from camrec.readers.tracks import ReadTrack
from camrec.rtp import (
    AudioDepacketizer,
    JpegDepacketizer,
    MediaDescription,
    ReceivedReport,
    ReportQueue,
    RtpPacket,
    SenderReport,
)
from camrec.rtsp_relay.camera_stream import RelayedTrack
from camrec.rtsp_relay.report_reader import SenderReportReader
from support.units_made import SECOND, MadeClock

# 2026-11-29T15:00:00.125Z at the RTP timestamp 1,000,000.
REPORT = bytes.fromhex("80c8000611223344eeb6bc7020000000000f42400000002600009c40")


def interleaved(channel: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0x24, channel, len(data)) + data


def relayed(kind: str, channel: int) -> RelayedTrack:
    return RelayedTrack(kind, None, "", channel)


SSRC = 0x11223344


def media(ssrc: int = SSRC) -> bytes:
    return struct.pack(">BBHII", 0x80, 96, 1, 2, ssrc) + bytes(28)


def test_the_relay_finds_reports_between_packets_by_the_channel_of_their_track():
    found: list[ReceivedReport] = []
    reader = SenderReportReader([relayed("video", 4), relayed("audio", 2)], found.append)
    packets = [(4, media()), (5, REPORT), (3, REPORT), (7, REPORT), (4, media()), (5, b"")]
    reader.read(b"".join(interleaved(*each) for each in packets))
    assert [each.medium for each in found] == ["video"]
    assert found[0].report.timestamp == 1_000_000
    reader.read(interleaved(5, b"\x80\xcb\x00\x01abcd"))
    reader.read(interleaved(2, media()) + interleaved(4, media()))
    assert [each.medium for each in found] == ["video", "audio"]


def test_a_report_with_another_ssrc_than_the_packets_of_its_track_is_dropped():
    found: list[ReceivedReport] = []
    reader = SenderReportReader([relayed("video", 0), relayed("audio", 2)], found.append)
    reader.read(interleaved(1, REPORT) + interleaved(2, media()) + interleaved(0, b"\x80\x60"))
    assert found == [], "the next packet of the track decides"
    reader.read(interleaved(0, media(SSRC + 1)))
    reader.read(interleaved(0, media()))
    assert found == []
    for _ in range(9):  # no packet comes for a while
        reader.read(interleaved(1, REPORT))
    reader.read(interleaved(0, media()))
    assert 0 < len(found) <= 4


def received(number: int) -> ReceivedReport:
    return ReceivedReport("video", SenderReport(1, 2, number, 3, 4), 5)


def test_reports_that_nobody_takes_use_bounded_memory():
    queue = ReportQueue()
    put = queue.begin()
    for number in range(1000):
        put(received(number))
    found = queue.take()
    assert len(found) < 100 and found[-1].report.timestamp == 999
    assert not queue and queue.take() == []


def test_reports_of_an_earlier_connection_are_void_also_if_they_come_late():
    queue = ReportQueue()
    before = queue.begin()
    before(received(1))
    now = queue.begin()
    assert not queue
    before(received(2))
    now(received(3))
    before(received(4))
    assert [each.report.timestamp for each in queue.take()] == [3]


def ntp(utc_ns: int) -> int:
    return (utc_ns // SECOND + 2_208_988_800 << 32) + ((utc_ns % SECOND) << 32) // SECOND


class Stream:
    """Two tracks that a reader has, whose frames arrive 40 ms after they were taken."""

    host_error = 0

    def __init__(self) -> None:
        self.queue, self.clock = ReportQueue(), MadeClock()
        self.put = self.queue.begin()
        self.clocks = CameraClocks(
            self.queue, NominalRateCheck(), self.clock, lambda: self.host_error
        )
        self.video = JpegDepacketizer(90_000)
        self.audio = AudioDepacketizer(AudioTrack("pcma", 8000, 1))
        for kind, depacketizer in (("video", self.video), ("audio", self.audio)):
            medium = MediaDescription(kind, 96)
            self.clocks.add(ReadTrack(medium, depacketizer))
        self.begin = self.clock.now

    def frame(self, seconds: float) -> None:
        self.clock.now = self.begin + round((seconds + 0.04) * SECOND)
        self.video.rtp_clock.place(round(seconds * 90_000) & 0xFFFFFFFF, self.clock.now, 0)
        self.clocks.update(self.clock.now)

    def report(self, seconds: float, medium: str = "video", rate: int = 90_000) -> None:
        utc = self.clock.utc_ns() - self.clock.now + self.begin + round(seconds * SECOND)
        stamp = round(seconds * rate) & 0xFFFFFFFF
        report = SenderReport(1, ntp(utc), stamp, 0, 0)
        self.put(ReceivedReport(medium, report, self.clock.utc_ns()))

    @property
    def state(self) -> CameraClockState:
        return self.video.rtp_clock.camera_clock.verdict().state


def test_reports_before_the_first_frame_wait_for_it():
    stream = Stream()
    stream.report(0)
    stream.report(1, "audio", 8000)
    stream.clocks.update(stream.clock.now)
    for number in range(200):
        stream.frame(number / 25)
    assert stream.state is CameraClockState.UNPROVED
    stream.report(8)
    stream.frame(8)
    assert stream.state is CameraClockState.RIGHT
    verdict = stream.video.rtp_clock.camera_clock.verdict()
    assert verdict.reports == 2 and abs(verdict.delay_ns - 40_000_000) < 1000
    audio = stream.audio.rtp_clock.camera_clock.verdict()
    assert audio.reports == 0, "no audio packet has come yet"


def test_the_error_of_this_computer_s_clock_counts_in_the_rules_and_is_the_newest_one():
    stream = Stream()
    for number in range(300):
        stream.frame(number / 25)
        if number % 50 == 0:
            stream.report(number / 25)
    clock = stream.video.rtp_clock.camera_clock
    assert clock.verdict().error_ns == pytest.approx(40_000_000, abs=1000)
    stream.host_error = 70_000_000
    stream.frame(15)
    verdict = clock.verdict()
    assert verdict.error_ns == pytest.approx(110_000_000, abs=1000)
    assert verdict.arrival_error_ns == pytest.approx(270_000_000, abs=1_000_000)


def test_a_capture_time_in_the_packets_makes_sender_reports_needless():
    stream = Stream()
    for number in range(300):
        stream.frame(number / 25)
        seconds = (number + 1) / 25
        utc = stream.clock.utc_ns() - stream.clock.now + stream.begin + round(seconds * SECOND)
        extension = struct.pack(">HHQBBH", 0xABAC, 3, ntp(utc), 0x80, 0, 0)
        stamp = round(seconds * 90_000)
        packet = RtpPacket(26, False, 0, stamp, memoryview(b""), memoryview(extension))
        stream.clocks.note_packet(packet, "video")
        stream.report(seconds + 5)  # wrong, and ignored
    verdict = stream.video.rtp_clock.camera_clock.verdict()
    assert verdict.state is CameraClockState.RIGHT and not verdict.doubtful
    assert verdict.reports in range(11, 14)


def test_a_packet_with_another_extension_is_no_report():
    stream = Stream()
    stream.frame(0)
    extension = memoryview(struct.pack(">HHQI", 0xBEDE, 3, 1, 2))
    stream.clocks.note_packet(RtpPacket(26, False, 0, 0, memoryview(b""), extension), "video")
    assert stream.video.rtp_clock.camera_clock.verdict().reports == 0


def test_a_line_of_very_many_reports_is_thinned_and_still_dates_its_beginning(monkeypatch):
    """More than an hour with a report a second; the clock is slewed in the first ten minutes."""
    monkeypatch.setattr(report_line, "MAX_STORED_REPORTS", 500)

    def utc(second: int) -> int:
        return 10**18 + second * SECOND + min(second, 600) * 100_000

    line = ReportLine(ClockReport(0, utc(0)))
    for second in range(1, 4000):
        line.add(ClockReport(second * SECOND, utc(second)))
    assert 200 < len(line) <= 500 and line.first.time == 0
    worst = max(abs(line.utc_at(second * SECOND) - utc(second)) for second in range(4000))
    assert worst < 1_000_000


def test_knots_are_linear_between_reports_and_agree_with_each_frame():
    stream = Stream()
    for number in range(1000):
        stream.frame(number / 25)
        if number % 50 == 0:
            stream.report(number / 25)
    clock = stream.video.rtp_clock.camera_clock
    begin, end = 3 * SECOND + 40_000_000, 35 * SECOND
    [stretch] = clock.stretches(begin, end)
    knots = stretch.knots
    assert (knots[0].time, knots[-1].time) == (begin, end) and len(knots) > 10
    assert [each.time for each in knots] == sorted({each.time for each in knots})
    assert all(clock.utc_at(each.time) == each.utc for each in knots)
    [stretch] = clock.stretches(begin, 2000 * SECOND)
    assert stretch.knots[-1].time == 638 * SECOND, "nothing is known about later ones"
