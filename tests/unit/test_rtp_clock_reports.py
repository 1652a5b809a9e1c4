"""What a camera sends about its clock: RTCP sender reports and the ONVIF header extension."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import support.fuzzing  # noqa: F401
from camrec.clock import iso_to_utc_ns
from camrec.rtp.capture_time import parse_capture_time
from camrec.rtp.ntp_time import ntp_to_utc_ns
from camrec.rtp.rtcp import SenderReport, parse_sender_reports
from camrec.rtp.rtp_clock import RtpClock
from camrec.rtp.rtp_packet import parse_packet

SECOND = 10**9
REPORT = bytes.fromhex("80c8000611223344eeb6bc7020000000000f42400000002600009c40")
DESCRIPTION = bytes.fromhex("81ca00041122334401056361") + b"mera\0\0\0\0"
GOODBYE = bytes.fromhex("81cb000111223344")
NOW = iso_to_utc_ns("2026-11-29T15:00:00Z")


def ntp_of(year: int, month: int = 1, day: int = 1) -> int:
    """The seconds of a date, as a camera writes them into 32 bits."""
    since = datetime(year, month, day, tzinfo=timezone.utc) - datetime(
        1900, 1, 1, tzinfo=timezone.utc
    )
    return (int(since.total_seconds()) % 2**32) << 32


def test_a_sender_report_is_read():
    [report] = parse_sender_reports(REPORT)
    assert report == SenderReport(0x11223344, 0xEEB6BC7020000000, 1_000_000, 38, 40_000)
    assert ntp_to_utc_ns(report.ntp, NOW) == iso_to_utc_ns("2026-11-29T15:00:00.125Z")


def test_sender_reports_are_found_in_a_compound_packet():
    other = REPORT[:4] + b"\x55\x66\x77\x88" + REPORT[8:]
    assert [each.ssrc for each in parse_sender_reports(REPORT + DESCRIPTION + other + GOODBYE)] == [
        0x11223344,
        0x55667788,
    ]


def test_report_blocks_and_extensions_of_a_sender_report_are_skipped():
    blocks = bytes([0x82, 0xC8, 0, 6 + 12]) + REPORT[4:] + bytes(48)
    assert len(parse_sender_reports(blocks + REPORT)) == 2


@pytest.mark.parametrize(
    "data",
    [
        b"",
        REPORT[:27],
        b"\x40" + REPORT[1:],
        bytes([0x80, 0xC8, 0, 5]) + REPORT[4:24],
        bytes([0x80, 0xC8, 0xFF, 0xFF]) + REPORT[4:],
        GOODBYE,
    ],
)
def test_what_is_no_whole_sender_report_is_ignored(data):
    assert parse_sender_reports(data) == []


def test_what_follows_a_sender_report_costs_nothing():
    assert len(parse_sender_reports(REPORT + b"\x80\xc9\x00\xff" + REPORT)) == 1


@given(
    st.lists(st.sampled_from([REPORT, DESCRIPTION, GOODBYE, REPORT[:9]]) | st.binary(max_size=40))
)
@example([b"\x80\xc8\x00\x00"])
def test_random_rtcp_gives_only_reports_with_numbers_of_their_size(pieces):
    data = b"".join(pieces)
    for report in parse_sender_reports(memoryview(data)):
        assert 0 <= report.ntp < 2**64 and all(0 <= each < 2**32 for each in report[2:])
        assert isinstance(ntp_to_utc_ns(report.ntp, NOW), int)


@pytest.mark.parametrize(
    ("camera", "host", "read_as"),
    [
        ((2026, 11, 29), "2026-11-29", "2026-11-29"),
        ((2036, 3, 1), "2036-02-29", "2036-03-01"),
        ((2036, 2, 6), "2036-02-08", "2036-02-06"),
        ((2041, 5, 5), "2041-05-06", "2041-05-05"),
        ((2035, 5, 5), "2037-05-06", "2035-05-05"),
        ((1970, 1, 1), "2026-11-29", "1970-01-01"),
        ((1970, 1, 1), "2036-11-29", "1970-01-01"),
        ((2026, 11, 29), "1970-01-01", "2026-11-29"),
    ],
)
def test_the_year_of_an_ntp_time_is_that_near_this_machine_s(camera, host, read_as):
    utc = ntp_to_utc_ns(ntp_of(*camera), iso_to_utc_ns(f"{host}T12:00:00Z"))
    assert utc == iso_to_utc_ns(f"{read_as}T00:00:00Z")


@pytest.mark.parametrize("seconds", [0, 5, 86_400, 90 * 86_400, 1_795_964_400])
def test_a_clock_that_counts_from_its_start_or_from_1970_is_of_an_early_year(seconds):
    assert ntp_to_utc_ns(seconds << 32, NOW) < iso_to_utc_ns("1960-01-01T00:00:00Z")


def test_the_fraction_of_an_ntp_time_is_exact_to_a_nanosecond():
    whole = ntp_of(2026)
    assert ntp_to_utc_ns(whole | 0xFFFFFFFF, NOW) - ntp_to_utc_ns(whole, NOW) == SECOND
    assert ntp_to_utc_ns(whole | 1 << 31, NOW) - ntp_to_utc_ns(whole, NOW) == SECOND // 2
    assert ntp_to_utc_ns(whole | 43, NOW) - ntp_to_utc_ns(whole, NOW) == 10


def onvif(flags: int = 0, profile: int = 0xABAC, words: int = 3) -> bytes:
    begin = profile.to_bytes(2, "big") + words.to_bytes(2, "big")
    return begin + REPORT[8:16] + bytes([flags, 7, 0, 0]) + bytes(4 * max(0, words - 3))


@pytest.mark.parametrize("flags", [0, 0x80, 0x20, 0xFF])
def test_the_capture_time_of_an_onvif_camera_is_read_whatever_its_flags(flags):
    assert parse_capture_time(onvif(flags)) == 0xEEB6BC7020000000


def test_the_capture_time_is_found_in_a_packet_with_a_csrc():
    header = bytes([0x91, 0xE0, 0, 1]) + bytes(8) + bytes(4)
    packet = parse_packet(memoryview(header + onvif(words=4) + b"payload"))
    assert bytes(packet.payload) == b"payload"
    assert parse_capture_time(packet.extension) == 0xEEB6BC7020000000


@pytest.mark.parametrize(
    "extension", [b"", onvif(profile=0xBEDE), onvif()[:15], onvif()[:3] + b"\2" + onvif()[4:]]
)
def test_another_header_extension_has_no_capture_time(extension):
    assert parse_capture_time(extension) is None


@given(st.binary(max_size=40))
def test_random_header_extensions_are_read_or_ignored(data):
    found = parse_capture_time(b"\xab\xac" + data)
    assert found is None or 0 <= found < 2**64


def test_a_report_is_located_among_frames_without_changing_them():
    clock, other = RtpClock(90_000), RtpClock(90_000)
    for number in range(100):
        ticks = 2**32 - 50 * 3600 + number * 3600
        arrived = number * SECOND // 25
        placed = clock.place(ticks & 0xFFFFFFFF, arrived, 0)
        assert placed == other.place(ticks & 0xFFFFFFFF, arrived, 0)
        for away in (-90_000, 0, 7, 90_000):
            located = clock.locate(ticks + away & 0xFFFFFFFF)
            assert located == ((ticks + away) * SECOND + 45_000) // 90_000


def test_a_report_is_located_only_while_the_clock_is_certain():
    clock = RtpClock(90_000)
    assert clock.locate(1234) is None
    for number in range(100):
        clock.place(number * 3600, number * SECOND // 25, 0)
    assert clock.jump_count == 0
    clock.place(2**31 - 1, 4 * SECOND, 0)
    assert clock.locate(360_000) is None
    for number in range(1, 20):
        clock.place(2**31 - 1 + number * 3600, (100 + number) * SECOND // 25, 0)
    assert clock.jump_count == 1
    assert clock.locate(2**31 - 1 + 19 * 3600) == pytest.approx(119 * SECOND / 25, abs=20_000)
