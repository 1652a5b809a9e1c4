"""M-JPEG over RTP (RFC 2435): the resulting JPEGs decode to the same as the camera's own."""

from __future__ import annotations

import contextlib
import random
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camrec.rtp import sdp
from camrec.rtp.errors import UnsupportedVideo
from camrec.rtp.jpeg_depacketizer import MAX_UNREADABLE_PACKETS, JpegDepacketizer
from camrec.rtp.rtp_jpeg_header import scaled_tables
from camrec.rtp.rtp_packet import RtpPacket, parse_packet
from support.cameras.rtp_jpeg import payloads, tables_and_scan
from support.jpegs import SIZE, decoded, jpeg

SECOND = 10**9


class Sender:
    """Sends payloads to a depacketizer, 100 ms from frame to frame."""

    def __init__(self, **given) -> None:
        self.track = JpegDepacketizer(90_000, **given)
        self.sequence = 65_530
        self.frame = 0

    def send(self, packets, *, lose=(), markers=True, extension=b"", same_frame=False) -> list:
        """`lose`: the positions of packets that do not arrive; `markers`: False sets none."""
        units = []
        self.frame += not same_frame
        for place, (payload, marker) in enumerate(packets):
            self.sequence += 1
            if place in lose:
                continue
            flags = bytes([0x80 | bool(extension) << 4, (marker and markers) << 7 | 26])
            head = flags + struct.pack(">HII", self.sequence & 0xFFFF, 9000 * self.frame, 1)
            data = parse_packet(memoryview(head + extension + payload))
            units += self.track.push(data, self.frame * SECOND // 10)
        return units


@pytest.mark.parametrize("kind", [0, 1])
@pytest.mark.parametrize("restart", [None, 3])
@pytest.mark.parametrize("width", [120, 1400, 60_000])
def test_an_rtp_jpeg_decodes_to_what_the_camera_encoded(kind, restart, width):
    sender = Sender()
    made = [jpeg(number, kind=kind, restart=restart or 0) for number in range(3)]
    units = [
        unit
        for each in made
        for unit in sender.send(payloads(each, SIZE, kind=kind, restart=restart, width=width))
    ]
    assert len({unit.track for unit in units}) == 1
    assert (units[0].track.width, units[0].track.height) == SIZE
    assert units[0].track.codec == "mjpeg" and not units[0].track.timed_by_arrival
    for unit, original in zip(units, made, strict=True):
        assert np.array_equal(decoded(unit.data), decoded(original))
        assert unit.key and unit.lost == 0
    assert [unit.time for unit in units] == [n * SECOND // 10 for n in (1, 2, 3)]


@pytest.mark.parametrize("quality", [1, 5, 49, 50, 75, 99])
def test_quantization_tables_are_computed_from_q(quality):
    original = jpeg(quality=quality)
    tables, _ = tables_and_scan(original)
    assert scaled_tables(quality).data == b"".join(tables)
    (unit,) = Sender().send(payloads(original, SIZE, quality=quality))
    assert np.array_equal(decoded(unit.data), decoded(original))


@pytest.mark.parametrize("precision", [1, 2, 3])
def test_quantization_tables_of_16_bits_are_read(precision):
    original = jpeg()
    found, _ = tables_and_scan(original)
    tables = [
        struct.pack(">64H", *table) if precision >> place & 1 else table
        for place, table in enumerate(found)
    ]
    sent = payloads(original, SIZE, tables=tables, precision=precision)
    (unit,) = Sender().send(sent)
    assert np.array_equal(decoded(unit.data), decoded(original))


def test_a_coefficient_over_8_bits_is_kept():
    coarse = [struct.pack(">64H", *[500] * 64)] * 2
    fine = [struct.pack(">64H", *[250] * 64)] * 2
    (one,) = Sender().send(payloads(jpeg(), SIZE, tables=coarse, precision=3))
    (other,) = Sender().send(payloads(jpeg(), SIZE, tables=fine, precision=3))
    assert not np.array_equal(decoded(one.data), decoded(other.data))


def test_quantization_tables_sent_once_are_stored_by_their_q():
    sender = Sender()
    first, other = jpeg(1, quality=90), jpeg(2, quality=20)
    assert sender.send(payloads(first, SIZE, quality=128, tables=[])) == []
    seen = sender.send(payloads(first, SIZE, quality=128))
    seen += sender.send(payloads(other, SIZE, quality=129))
    seen += sender.send(payloads(first, SIZE, quality=128, tables=[]))
    seen += sender.send(payloads(other, SIZE, quality=129, tables=[]))
    for unit, original in zip(seen, [first, other, first, other], strict=True):
        assert np.array_equal(decoded(unit.data), decoded(original))
    assert [unit.dropped_frames for unit in seen] == [1, 0, 0, 0]
    # Tables for Q 255 are not stored.
    sender.send(payloads(first, SIZE))
    assert sender.send(payloads(first, SIZE, tables=[])) == []


def test_one_quantization_table_is_used_for_all_components():
    original = jpeg()
    luma, _ = tables_and_scan(original)[0]
    (unit,) = Sender().send(payloads(original, SIZE, tables=[luma]))
    (same,) = Sender().send(payloads(original, SIZE, tables=[luma, luma]))
    assert np.array_equal(decoded(unit.data), decoded(same.data))


@pytest.mark.parametrize("lost", ["first", "middle", "last"])
def test_an_rtp_jpeg_with_a_missing_fragment_is_dropped_and_counted(lost):
    sender = Sender()
    made = [jpeg(number) for number in range(4)]
    packets = [payloads(each, SIZE, width=400) for each in made]
    place = {"first": 0, "middle": 2, "last": len(packets[1]) - 1}[lost]
    units = sender.send(packets[0])
    units += sender.send(packets[1], lose={place, place - 1} - {-1})
    units += sender.send(packets[2]) + sender.send(packets[3])
    assert [unit.time * 10 // SECOND for unit in units] == [1, 3, 4]
    assert [unit.lost for unit in units] == [0, 1 if lost == "first" else 2, 0]
    for unit, number in zip(units, (0, 2, 3), strict=True):
        assert np.array_equal(decoded(unit.data), decoded(made[number]))


def test_a_wrong_fragment_offset_drops_the_frame_although_no_packet_is_missing():
    sender = Sender()
    packets = payloads(jpeg(), SIZE, width=400)
    assert sender.send([packets[0], *packets[2:]]) == []
    (unit,) = sender.send(packets)
    assert (unit.lost, unit.dropped_frames) == (0, 1)


def test_a_camera_without_markers_ends_a_frame_with_the_next_one():
    sender = Sender()
    made = [jpeg(number) for number in range(4)]
    seen = [sender.send(payloads(each, SIZE, width=500), markers=False) for each in made]
    assert [len(each) for each in seen] == [0, 1, 1, 1]
    for unit, original in zip([u for each in seen for u in each], made, strict=False):
        assert np.array_equal(decoded(unit.data), decoded(original))


def test_a_marker_on_each_packet_ends_nothing_once_it_is_found_wrong():
    sender = Sender()
    made = [jpeg(number) for number in range(5)]
    packets = [[(data, True) for data, _ in payloads(each, SIZE, width=500)] for each in made]
    units = [unit for each in packets for unit in sender.send(each)]
    assert units[1].lost == 1 and [unit.lost for unit in units[2:]] == [0, 0]
    for unit, original in zip(units[1:], made[1:], strict=False):
        assert np.array_equal(decoded(unit.data), decoded(original))


def test_a_whole_jpeg_in_place_of_a_scan_is_taken_as_it_is():
    original = jpeg()
    head = payloads(original, SIZE)[0][0][: 8 + 4 + 128]
    (unit,) = Sender().send([(head + original, True)])
    assert unit.data == original


def test_rtp_jpegs_of_another_size_are_another_track():
    sender = Sender()
    (one,) = sender.send(payloads(jpeg(), SIZE))
    (other,) = sender.send(payloads(jpeg(), (SIZE[0], 104)))
    assert one.track is not other.track and other.track.height == 104


@pytest.mark.parametrize(
    ("told", "blocks", "expected"),
    [
        ((2560, 1920), (0, 0), (2560, 1920)),
        ((2592, 1944), (2592, 1944), (2592, 1944)),  # what exceeds 8 bits is cut off
        ((1366, 768), (1368, 768), (1366, 768)),
        ((640, 480), (320, 240), (320, 240)),  # an outdated description: RTP is more recent
        (None, (320, 240), (320, 240)),
    ],
)
def test_jpeg_sizes_beyond_the_rtp_header_come_from_the_description(told, blocks, expected):
    sender = Sender(size=told)
    (unit,) = sender.send(payloads(jpeg(), blocks))
    assert (unit.track.width, unit.track.height) == expected


@pytest.mark.parametrize("changes", [{"kind": 5}, {"quality": 0}, {"size": (0, 0)}])
def test_rtp_jpegs_that_are_never_readable_raise_unsupported_video(changes):
    sender = Sender()
    packets = payloads(jpeg(), **{"size": SIZE, "width": 60_000, **changes})
    for _ in range(MAX_UNREADABLE_PACKETS - 1):
        assert sender.send(packets) == []
    with pytest.raises(UnsupportedVideo) as caught:
        sender.send(packets)
    assert caught.value.reason == "jpeg"


def test_an_unreadable_rtp_jpeg_after_good_ones_loses_only_itself():
    sender = Sender()
    sender.send(payloads(jpeg(), SIZE))
    for _ in range(2 * MAX_UNREADABLE_PACKETS):
        assert sender.send(payloads(jpeg(), SIZE, kind=5, width=60_000)) == []
    (unit,) = sender.send(payloads(jpeg(), SIZE))
    assert (unit.lost, unit.dropped_frames) == (0, 2 * MAX_UNREADABLE_PACKETS)


def test_a_jpeg_of_garbage_counts_as_one_dropped_frame_whatever_its_packets():
    sender = Sender()
    sender.send(payloads(jpeg(), SIZE))
    assert sender.send([(b"\xff" * 500, place == 8) for place in range(9)]) == []
    (unit,) = sender.send(payloads(jpeg(1), SIZE))
    assert (unit.lost, unit.dropped_frames) == (0, 1)


def test_rtp_jpegs_wait_for_quantization_tables_that_are_repeated_late():
    sender = Sender()
    for _ in range(10 * MAX_UNREADABLE_PACKETS):
        assert sender.send(payloads(jpeg(), SIZE, quality=200, tables=[])) == []
    assert len(sender.send(payloads(jpeg(), SIZE, quality=200))) == 1
    assert len(sender.send(payloads(jpeg(), SIZE, quality=200, tables=[]))) == 1


@pytest.mark.parametrize("replay", [False, True])
def test_the_onvif_extension_contains_the_frame_header(replay):
    original = jpeg()
    at = original.index(b"\xff\xc0")
    frame = original[at : at + 2 + int.from_bytes(original[at + 2 : at + 4], "big")]
    told = frame + b"\xff" * (-len(frame) % 4)
    extension = b"\xff\xd8" + struct.pack(">H", len(told) // 4) + told
    if replay:
        words = 3 + len(extension) // 4
        extension = b"\xab\xac" + struct.pack(">H", words) + bytes(12) + extension
    (unit,) = Sender().send(payloads(original, (0, 0)), extension=extension)
    assert (unit.track.width, unit.track.height) == SIZE
    assert np.array_equal(decoded(unit.data), decoded(original))


@pytest.mark.parametrize(
    ("lines", "size"),
    [
        ("a=framesize:26 2592-1944", (2592, 1944)),
        ("a=x-dimensions:1280,720", (1280, 720)),
        ("a=x-dimensions: 1280, 720", (1280, 720)),
        ("a=fmtp:26 width=2560;height=1920", (2560, 1920)),
        ("a=framesize:97 2592-1944", None),
        ("a=x-dimensions:many,few\na=framesize:26 0-0", None),
        ("a=x-dimensions:1280", None),
    ],
)
def test_the_description_of_payload_26_needs_no_rtpmap(lines, size):
    (medium,) = sdp.parse_sdp(f"m=video 0 RTP/AVP 26\n{lines}\n")
    assert (medium.codec, medium.rate, medium.size) == ("JPEG", 90_000, size)


def test_rtp_jpegs_with_another_clock_rate_have_the_camera_s_timestamps():
    track = JpegDepacketizer(1000)
    units = []
    for number in range(3):
        for payload, marker in payloads(jpeg(number), SIZE, width=60_000):
            packet = RtpPacket(96, marker, number, 40 * number, memoryview(payload))
            units += track.push(packet, number * 40_000_000)
    assert [unit.time for unit in units] == [0, 40_000_000, 80_000_000]
    assert units[0].track.rate == 1000


good = payloads(jpeg(), SIZE, width=300)
mutated = st.builds(
    lambda each, at, b: each[0][: at % len(each[0])] + b + each[0][at % len(each[0]) + len(b) :],
    st.sampled_from(good),
    st.integers(0, 400),
    st.binary(max_size=12),
)


@given(st.lists(st.tuples(mutated | st.binary(max_size=40), st.booleans()), max_size=12))
def test_the_first_complete_rtp_jpeg_after_random_packets_is_right(packets):
    sender = Sender()
    with contextlib.suppress(UnsupportedVideo):
        sender.send([each for each in packets if each[0]])
    sender.track._markers_wrong = False
    units = sender.send(good)
    assert np.array_equal(decoded(units[-1].data), decoded(jpeg()))
    assert len(sender.track._scan) <= 1 << 25


def test_rtp_extensions_of_random_bytes_raise_no_error():
    chance = random.Random(3)
    for _ in range(300):
        body = b"".join(
            chance.choice([b"\xff", b"\xc0", b"\xdb", b"\xc4", b"\0\x11", chance.randbytes(4)])
            for _ in range(12)
        )
        body += bytes(-len(body) % 4)
        extension = b"\xff\xd8" + struct.pack(">H", len(body) // 4) + body
        Sender().send(payloads(jpeg(), SIZE), extension=extension)
