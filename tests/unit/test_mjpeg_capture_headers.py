"""When an MJPEG camera says that it captured a JPEG: in its headers, and through go2rtc."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camrec.codecs import add_capture_time, read_jpeg_format, take_capture_time
from camrec.mjpeg_relay.capture_time import read_capture_time
from camrec.mjpeg_relay.jpeg_splitter import JpegSplitter

SECOND = 10**9
DAY_2026 = 1_790_000_000


def headers(*lines: str, end: str = "\r\n") -> bytes:
    return end.join(["--frame", "Content-Type: image/jpeg", *lines, "", ""]).encode()


@pytest.mark.parametrize(
    ("value", "time"),
    [
        ("1790000000.123456", DAY_2026 * SECOND + 123_456_000),
        ("1790000000.000001", DAY_2026 * SECOND + 1000),
        ("1790000000.1234567891", DAY_2026 * SECOND + 123_456_789),
        ("1790000000,5", DAY_2026 * SECOND + SECOND // 2),
        ("1790000000", DAY_2026 * SECOND),
        ("1790000000123", DAY_2026 * SECOND + 123_000_000),
        ("1790000000123.25", DAY_2026 * SECOND + 123_250_000),
        ("1790000000123456", DAY_2026 * SECOND + 123_456_000),
        ("1790000000123456789", DAY_2026 * SECOND + 123_456_789),
        ("  1790000000.5  ", DAY_2026 * SECOND + SECOND // 2),
        ("12.345678", 12_345_678_000),  # since the camera was started
        ("0.000000", 0),
        ("99999999999", 99_999_999_999 * SECOND),  # the last one in seconds: the year 5138
        ("100000000000", 100_000_000 * SECOND),  # milliseconds: 1973
        ("99999999999999999999", 99_999_999_999_999_999_999),
    ],
)
def test_a_time_is_read_exactly_in_the_unit_that_its_size_shows(value, time):
    assert read_capture_time(headers(f"X-Timestamp: {value}")) == time


@pytest.mark.parametrize(
    "line",
    [
        "X-Timestamp: -1.5",
        "X-Timestamp: -1790000000.5",
        "X-Timestamp: -0.5",
        "X-Timestamp:",
        "X-Timestamp: now",
        "X-Timestamp: nan",
        "X-Timestamp: 1e9",
        "X-Timestamp: 0x6AB",
        "X-Timestamp: 1.2.3",
        "X-Timestamp: 1790000000.",
        "X-Timestamp: .5",
        "X-Timestamp: 1790000000 ms",
        "X-Timestamp: 2026-11-29T15:00:00Z",
        "X-Timestamp: 100000000000000000000",
        "X-Timestamp: " + "9" * 400,
        "X-Timestamp: 1790000000." + "9" * 400,
        "X-Timestamp-Source: 1790000000",
        "Not-X-Timestamp: 1790000000",
        "Comment: X-Timestamp: 1790000000",
        "",
    ],
)
def test_what_is_no_time_is_none(line):
    assert read_capture_time(headers(line)) is None


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("name", ["X-Timestamp", "x-timestamp", "X-TIMESTAMP "])
def test_a_header_is_found_whatever_its_letters_and_its_place(end, name):
    lines = [f"{name}: 1790000000.5", "Content-Length: 12"]
    for given_lines in (lines, lines[::-1]):
        assert read_capture_time(headers(*given_lines, end=end)) == DAY_2026 * SECOND + SECOND // 2


SENT = "X-Timestamp: 1790000000.300000"


@pytest.mark.parametrize(
    ("lines", "milliseconds"),
    [
        ([SENT], 300),
        ([SENT, "X-UStreamer-Grab-Time: 7000.10", "X-UStreamer-Send-Time: 7000.15"], 250),
        ([SENT, "X-UStreamer-Grab-Begin-Time: 7000.1", "X-UStreamer-Send-Time: 7000.15"], 250),
        ([SENT, "X-UStreamer-Grab-Timestamp: 7000.1", "X-UStreamer-Send-Timestamp: 7000.15"], 250),
        ([SENT, "X-UStreamer-Send-Time: 7000.15"], 300),
        ([SENT, "X-UStreamer-Grab-Time: 7000.1"], 300),
        ([SENT, "X-UStreamer-Grab-Time: 7000.2", "X-UStreamer-Send-Time: 7000.15"], 300),
        ([SENT, "X-UStreamer-Grab-Time: 0.000000", "X-UStreamer-Send-Time: 7000.15"], 300),
        ([SENT, "X-UStreamer-Grab-Time: -1.0", "X-UStreamer-Send-Time: 7000.15"], 300),
        ([SENT, "X-UStreamer-Grab-Time: x", "X-UStreamer-Send-Time: 7000.15"], 300),
    ],
)
def test_the_time_from_capturing_to_sending_is_subtracted_if_ustreamer_states_it(
    lines, milliseconds
):
    time = DAY_2026 * SECOND + milliseconds * 1_000_000
    assert read_capture_time(headers(*lines)) == time


def test_ustreamers_own_clock_alone_is_no_time():
    lines = ["X-UStreamer-Grab-Time: 7000.1", "X-UStreamer-Send-Time: 7000.15"]
    assert read_capture_time(headers(*lines)) is None


@given(st.binary(max_size=300))
def test_any_headers_give_a_time_or_none(data):
    time = read_capture_time(b"X-Timestamp: " + data)
    assert time is None or 0 <= time < 10**20


def jpeg(seed: int) -> bytes:
    image = np.random.default_rng(seed).integers(0, 255, (24, 32, 3), np.uint8)
    return cv2.imencode(".jpg", image)[1].tobytes()


@pytest.mark.parametrize("utc_ns", [None, 0, -1, DAY_2026 * SECOND + 1, 2**63 - 1])
def test_a_jpeg_comes_back_as_it_was_with_its_time(utc_ns):
    image = jpeg(1)
    carried = add_capture_time(image, utc_ns)
    assert carried != image and read_jpeg_format(carried) == read_jpeg_format(image)
    assert cv2.imdecode(np.frombuffer(carried, np.uint8), cv2.IMREAD_COLOR) is not None
    assert take_capture_time(carried) == (image, utc_ns)


def test_a_time_that_fits_no_comment_is_left_out():
    assert take_capture_time(add_capture_time(jpeg(1), 2**63)) == (jpeg(1), None)


def test_a_jpeg_without_the_comment_is_not_changed():
    assert take_capture_time(jpeg(1)) == (jpeg(1), None)


def test_a_comment_that_the_camera_put_in_is_its_own():
    forged = add_capture_time(jpeg(1), 5)
    assert take_capture_time(add_capture_time(forged, None)) == (forged, None)


@given(st.binary(max_size=40))
def test_any_bytes_are_taken_for_a_jpeg_without_an_error(data):
    taken, _ = take_capture_time(data)
    assert isinstance(taken, bytes)
    cut = add_capture_time(jpeg(1), 5)[: len(data)]
    assert isinstance(take_capture_time(cut)[0], bytes)


PARTS = [jpeg(number) for number in range(6)]


@pytest.mark.parametrize("piece", [1, 7, 400, 1 << 20])
def test_each_jpeg_has_the_headers_of_its_own_part_whatever_the_pieces(piece):
    """Parts without the header are between those with it; one has a second JPEG, one has none."""
    stamps = [1, None, 3, None, 5, 6]
    body = b""
    for image, stamp in zip(PARTS, stamps, strict=True):
        lines = [f"Content-Length: {len(image)}"]
        body += headers(*lines, *([] if stamp is None else [f"X-Timestamp: {stamp}"]))
        body += image + b"\r\n"
    body += headers("X-Timestamp: 99") + b"no picture\r\n"
    body += headers() + PARTS[0] + PARTS[1] + b"\r\n"
    splitter = JpegSplitter()
    found = []
    for at in range(0, len(body), piece):
        jpegs = splitter.feed(body[at : at + piece])
        found += [
            (image, read_capture_time(own))
            for image, own in zip(jpegs, splitter.headers, strict=True)
        ]
    times = [None if stamp is None else stamp * SECOND for stamp in stamps]
    assert found[:6] == list(zip(PARTS, times, strict=True))
    assert found[6:] == [(PARTS[0], None), (PARTS[1], None)]


def test_headers_without_a_delimiter_belong_to_the_jpeg_after_them():
    splitter = JpegSplitter()
    head = b"Content-Length: %d\r\nX-Timestamp: 7.5\r\n\r\n"
    assert splitter.feed(head % len(PARTS[0]) + PARTS[0] + b"\r\n") == [PARTS[0]]
    assert [read_capture_time(each) for each in splitter.headers] == [15 * SECOND // 2]
