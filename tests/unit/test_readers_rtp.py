"""From RTP packets to whole units: how cameras split frames, and what they do wrong."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction
from functools import cache

import av
import pytest

from camrec.codecs import BitReader, H264Syntax, H265Syntax, jpeg_header
from camrec.codecs.nal_units import START_CODE, to_annex_b
from camrec.rtp import H264Depacketizer, H265Depacketizer, sdp
from camrec.rtp.access_units import (
    MAX_FRAME_HOLD_NS,
    MAX_FRAME_NALS,
    MAX_REORDER_DELAY_NS,
    AccessUnitAssembler,
)
from camrec.rtp.audio import MAX_AUDIO_OVERLAP_NS, read_channel_count
from camrec.rtp.audio_codecs import create_audio_depacketizer
from camrec.rtp.errors import UnsupportedVideo
from camrec.rtp.packet_order import SequenceTracker
from camrec.rtp.rtp_clock import RtpClock
from camrec.rtp.rtp_packet import RtpPacket, parse_packet
from support.rtp_sender import KINDS, Sender, nals_of, rtp
from support.units_made import SECOND
from support.units_made import video_units as made

AUD, SEI = b"\x09\xf0", b"\x06\x05\x01\x00\x80"


@cache
def film(codec: str = "h264", size=(320, 240), b_frames: int = 0, count: int = 12) -> tuple:
    """The first slice of each frame, and the parameter sets."""
    kind = KINDS[codec].SYNTAX
    units = made([n / 25 for n in range(count)], codec=codec, size=size, gop=4, b_frames=b_frames)
    split = [
        nals_of(unit.data.replace(b"\0\0\1", START_CODE).replace(b"\0" + START_CODE, START_CODE))
        for unit in units
    ]
    sets = [nal for nal in split[0] if kind.nal_type(nal) in kind.PARAMETER_SET_TYPES]
    slices = [[nal for nal in nals if kind.is_slice(kind.nal_type(nal))][:1] for nals in split]
    return slices, sets


def video(codec: str = "h264", sets: list[bytes] | None = None) -> Sender:
    sets = film(codec)[1] if sets is None else sets
    return Sender(AccessUnitAssembler(90_000, KINDS[codec](), sets))


def trusted(codec: str = "h264") -> Sender:
    """A sender whose markers are known to be right."""
    sender = video(codec)
    for number in range(4):
        sender.send(3600 * number, film(codec)[0][number][0], marker=True)
    sender.track.release()
    return sender


def fu_a(nal: bytes, size: int) -> list[bytes]:
    pieces = [nal[at : at + size] for at in range(1, len(nal), size)]
    return [
        bytes([nal[0] & 0xE0 | 28])
        + bytes([(not place) << 7 | (place == len(pieces) - 1) << 6 | nal[0] & 31])
        + piece
        for place, piece in enumerate(pieces)
    ]


def fu_265(nal: bytes, size: int) -> list[bytes]:
    pieces = [nal[at : at + size] for at in range(2, len(nal), size)]
    head = bytes([nal[0] & 0x81 | 49 << 1, nal[1]])
    kind = nal[0] >> 1 & 63
    return [
        head + bytes([(not place) << 7 | (place == len(pieces) - 1) << 6 | kind]) + piece
        for place, piece in enumerate(pieces)
    ]


def aggregate(head: bytes, nals: list[bytes]) -> bytes:
    return head + b"".join(len(nal).to_bytes(2, "big") + nal for nal in nals)


# Packets.


def test_an_rtp_packet_is_parsed_with_everything_around_its_payload():
    plain = parse_packet(rtp(7, 90, b"payload", marker=True))
    assert plain == RtpPacket(96, True, 7, 90, memoryview(b"payload"))
    full = parse_packet(
        rtp(7, 90, b"payload", contributors=3, extension=b"\x10\xff\0\0" * 2, padding=5)
    )
    assert bytes(full.payload) == b"payload"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80" * 11,
        b"\x40" + bytes(30),
        bytes(rtp(1, 1, b"")),
        bytes(rtp(1, 1, b"", padding=4)),
        b"\xa0" + bytes(12) + b"\xff",
        b"\x9f" + bytes(20),
    ],
)
def test_data_that_is_no_rtp_packet_is_ignored(data):
    assert parse_packet(memoryview(data)) is None


def test_lost_and_late_packets_are_counted_by_sequence_number():
    order = SequenceTracker()

    def missing(sequence: int, payload: bytes = b"a") -> int | None:
        return order.count_missing(parse_packet(rtp(sequence, 0, payload)))

    assert [missing(n) for n in (65534, 65535, 0, 1)] == [0, 0, 0, 0]
    assert missing(4) == 2
    assert missing(4) is None
    # Not the same packet once more, but a camera that starts to number again.
    assert missing(4, b"b") == 0 and missing(2) == 0
    assert missing(3) == 0


@pytest.mark.parametrize(
    "number",
    [
        lambda count: 2 * count,
        lambda count: (count & 0xFF) << 8 | count >> 8,
        lambda count: count * 40_503 ^ count >> 3,
    ],
    ids=["by two", "bytes exchanged", "at random"],
)
def test_meaningless_sequence_numbers_count_no_loss_until_they_are_consecutive(number):
    order = SequenceTracker()
    told = [
        order.count_missing(parse_packet(rtp(number(n) & 0xFFFF, n, b"a"))) for n in range(1000)
    ]
    assert not any(told[20:])
    begin = number(1000) & 0xFFFF
    again = [
        order.count_missing(parse_packet(rtp(begin + n & 0xFFFF, 9, bytes([n])))) for n in range(40)
    ]
    assert again == [0] * 40
    assert order.count_missing(parse_packet(rtp(begin + 42 & 0xFFFF, 9, b"b"))) == 2


def test_each_lost_packet_is_counted_even_if_every_third_is_lost():
    order, number, told, lost = SequenceTracker(), 0, 0, 0
    chance = random.Random(5)
    for count in range(2000):
        if skipped := chance.random() < 0.33:
            lost += count > 0
        number += 1 + skipped
        told += order.count_missing(parse_packet(rtp(number & 0xFFFF, count, b"a")))
    assert told == lost


@pytest.mark.parametrize("rate", [90_000, 48_000, 44_100, 8_000])
def test_timestamps_continue_past_32_bits_and_convert_back_to_their_tick(rate):
    times = RtpClock(rate)
    chance = random.Random(1)
    ticks = 2**32 - 20 * rate
    for _ in range(2000):
        ticks += chance.randint(1, rate // 10)
        # A B-frame: shown before the frame that is sent ahead of it.
        for tick in (ticks, ticks - rate // 25):
            time, _ = times.place(tick & 0xFFFFFFFF, tick * SECOND // rate, MAX_AUDIO_OVERLAP_NS)
            assert round(time * rate / 1e9) == tick
    assert ticks > 2**32


def test_the_clock_offset_of_few_frames_is_their_smallest_delay():
    times = RtpClock(90_000)
    delays = {0: 500, 1: 300, 2: 9000, 9: 400, 12: 400, 19: 700}
    told = [
        times.place(at * 90_000, (20 + at) * SECOND + late, MAX_AUDIO_OVERLAP_NS)[1]
        for at, late in delays.items()
    ]
    assert told == [20 * SECOND + least for least in (500, 300, 300, 300, 300, 300)]
    assert times.place(29 * 90_000, 49 * SECOND + 800, MAX_AUDIO_OVERLAP_NS)[1] == 20 * SECOND + 300


@pytest.mark.parametrize("ppm", [500, -500])
def test_the_clock_offset_follows_a_drifting_clock(ppm):
    """After three hours, in which it drifts by 5 s, it is still right to some milliseconds."""
    times = RtpClock(90_000)
    chance = random.Random(5)
    for second in range(0, 3 * 3600, 5):
        arrived = 1000 * SECOND + second * SECOND
        ticks = round(second * (1 + ppm / 1e6) * 90_000)
        late = round(abs(chance.gauss(0.0, 0.01)) * SECOND)
        time, offset = times.place(ticks & 0xFFFFFFFF, arrived + late, MAX_AUDIO_OVERLAP_NS)
        assert abs(time + offset - arrived) < 30_000_000
    assert abs(abs(time + 1000 * SECOND - arrived) - 5_400_000_000) < 100_000_000


@pytest.mark.parametrize("jump", [5 * 3600, -3 * 3600, -2, 13 * 3600])
@pytest.mark.parametrize("back", [0, MAX_AUDIO_OVERLAP_NS])
def test_a_jump_of_the_camera_clock_is_bridged(jump, back):
    """Times continue as the packets arrive, and every other interval stays the camera's."""
    times = RtpClock(90_000)
    ticks, arrived = 2**32 - 90_000, 1000 * SECOND
    seen = []
    for number in range(200):
        if number == 100:
            ticks += jump * 90_000
        delay = 3 * SECOND if number == 50 else number % 7 * 1_000_000
        seen.append(times.place(ticks & 0xFFFFFFFF, arrived + delay, back))
        ticks += 3600
        arrived += SECOND // 25
    distances = [later - earlier for (earlier, _), (later, _) in itertools.pairwise(seen)]
    across = distances.pop(99)
    assert set(distances) == {SECOND // 25}
    assert abs(across - SECOND // 25) < 10_000_000
    assert all(abs(offset - seen[0][1]) < 7_000_000 for _, offset in seen)


def test_late_and_reordered_packets_are_no_clock_jump():
    times = RtpClock(90_000)
    # 1 per second with two B-frames, a stall of four seconds, a gap of an hour.
    for at, late in ((0, 0), (3, 0), (1, 1), (2, 1), (6, 4), (4, 4), (5, 4), (3606, 0), (3607, 0)):
        arrived = (max(at, 6) if at in (4, 5) else at) * SECOND + late * SECOND + 10**12
        time, _ = times.place(at * 90_000, arrived, MAX_REORDER_DELAY_NS)
        assert time == at * SECOND


def test_a_minute_of_network_delay_is_no_clock_jump():
    times = RtpClock(90_000)
    on_time = [(at / 10, 0) for at in range(100)]
    slow = [(10 + at / 10, 2) for at in range(600)]
    # All that was in flight arrives at once; then a gap in what the camera sends.
    quick = [(70, 0.5), (70.1, 0.4), (72, 0), (72.1, 0)]
    for at, late in [*on_time, *slow, *quick]:
        time, _ = times.place(round(at * 90_000), round((at + late + 1000) * SECOND), 0)
        assert abs(time - at * SECOND) < 10_000


# NAL units.


@pytest.mark.parametrize("size", [1, 50, 100_000])
@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_fragments_are_put_together_to_nal_units(codec, size):
    cut = fu_a if codec == "h264" else fu_265
    nal = film(codec)[0][0][0][:400]
    if size < len(nal):
        joined = KINDS[codec]()
        found = [joined.push(memoryview(piece), False) for piece in cut(nal, size)]
        assert found[-1] == [nal] and not any(found[:-1])
    else:
        assert KINDS[codec]().push(memoryview(nal), False) == [nal]


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_the_middle_of_a_nal_unit_is_known_by_its_first_bytes(codec):
    cut = fu_a if codec == "h264" else fu_265
    nal = film(codec)[0][0][0][:400]
    pieces = cut(nal, 60)
    for first in (10, 65533):  # sequence numbers overflow in the middle of it
        sender = video(codec)
        sender.sequence = first
        for piece in pieces:
            sender.send(0, piece, marker=piece is pieces[-1])
        (unit,) = sender.track.release()
        assert nals_of(unit.data)[-1] == nal and not unit.lost
        assert sender.quick == len(pieces) - 2


@pytest.mark.parametrize("codec", ["h264", "h265"])
@pytest.mark.parametrize("fault", ["lost", "old", "another time", "another kind", "flags", "empty"])
def test_a_packet_that_only_resembles_a_middle_fragment_is_not_appended(codec, fault):
    cut = fu_a if codec == "h264" else fu_265
    pieces = cut(film(codec)[0][0][0][:400], 60)
    track = video(codec).track
    assert not track.try_append_fragment(rtp(1, 7, pieces[0]), 0)
    track.push(parse_packet(rtp(1, 7, pieces[0])), 0)
    changed = {
        "lost": rtp(3, 7, pieces[1]),
        "old": rtp(1, 7, pieces[1]),
        "another time": rtp(2, 8, pieces[1]),
        "another kind": rtp(2, 7, film(codec)[0][1][0][:60]),
        "flags": rtp(2, 7, pieces[1], contributors=1),
        "empty": rtp(2, 7, pieces[1][: track._depacketizer.FU_HEADER_BYTES]),
    }
    assert not track.try_append_fragment(changed[fault], 0)
    assert track.try_append_fragment(rtp(2, 7, pieces[1]), 0)


@pytest.mark.parametrize(("codec", "head"), [("h264", b"\x18"), ("h265", b"\x60\x01")])
def test_aggregation_packets_are_split_into_nal_units(codec, head):
    pictures, sets = film(codec)
    nals = [*sets, *pictures[0]]
    joined = KINDS[codec]()
    assert joined.push(memoryview(aggregate(head, nals)), False) == nals
    # Cut off in the middle of a unit, empty units, nothing at all.
    assert joined.push(memoryview(head + b"\0\0" + b"\0\5abc"), False) == [b"abc"]
    assert joined.push(memoryview(head), False) == []


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_a_missing_fragment_ends_a_nal_unit_and_drops_its_rest(codec):
    cut = fu_a if codec == "h264" else fu_265
    nal = film(codec)[0][0][0]
    pieces = cut(nal, 20)
    joined = KINDS[codec]()
    found = [joined.push(memoryview(piece), False) for piece in pieces[:3]]
    found += [joined.push(memoryview(pieces[4]), True)]
    found += [joined.push(memoryview(piece), False) for piece in pieces[5:]]
    ends = {"h264": 61, "h265": 62}[codec]
    assert [each for each in found if each] == [[nal[:ends]]]
    # Without its beginning it cannot be used; the next one is whole again.
    assert joined.push(memoryview(pieces[1]), True) == []
    assert joined.push(memoryview(pieces[-1]), False) == []
    assert joined.push(memoryview(nal), False) == [nal]


@pytest.mark.parametrize(
    ("codec", "payload"),
    [
        (H264Depacketizer, b"\x1c"),
        (H264Depacketizer, b"\x1c\x85"),
        (H264Depacketizer, b"\x1d\x80abc"),
        (H264Depacketizer, b"\x18\0"),
        (H265Depacketizer, b"\x62\x01"),
        (H265Depacketizer, b"\x62\x01\x93"),
        (H265Depacketizer, b"\x60"),
        (H265Depacketizer, b"\x64\x01abc"),
    ],
)
def test_truncated_and_unknown_payloads_are_ignored(codec, payload):
    joined = codec()
    assert joined.push(memoryview(payload), False) == []
    assert joined.finish() == []


# Frames.


def test_frames_are_returned_at_the_marker_once_markers_are_trusted():
    sender = video()
    pictures = film()[0]
    seen = [len(sender.send(3600 * n, pictures[n][0], marker=True)) for n in range(8)]
    # Held for one frame at first; then the held one's successor and all later ones at once.
    assert seen == [0, 1, 1, 2, 1, 1, 1, 1]
    assert not sender.track.is_holding


def test_a_held_frame_can_be_released():
    sender = video()
    assert sender.send(0, film()[0][0][0], marker=True) == []
    assert sender.track.is_holding
    assert sender.now - sender.track.arrived < MAX_FRAME_HOLD_NS
    (unit,) = sender.track.release()
    assert unit.key and unit.arrived == sender.now
    assert sender.track.release() == []


@pytest.mark.parametrize("proved", [False, True])
def test_a_new_timestamp_ends_a_frame_without_markers(proved):
    sender = trusted() if proved else video()
    pictures = film()[0]
    units = []
    for number in range(4, 10):
        units += sender.send(3600 * number, pictures[number][0])
        assert not sender.track.is_holding
    assert [u.data[-20:] for u in units] == [p[0][-20:] for p in pictures[4:9]]


@pytest.mark.parametrize("codec", ["h264", "h265"])
@pytest.mark.parametrize("marker", [True, False])
def test_frames_with_equal_timestamps_are_separated_at_even_intervals(codec, marker):
    sender, pictures = video(codec), film(codec)[0]
    units = []
    for number in range(12):
        units += sender.send(7200 * (number // 2), pictures[number][0], marker=marker)
    units += sender.track.release()
    assert [nals_of(u.data)[-1] for u in units] == [p[0] for p in pictures][: len(units)]
    assert len(units) >= 11
    distances = [later.time - one.time for one, later in itertools.pairwise(units)]
    assert all(each > 0 for each in distances)
    assert sender.track.corrected_count >= 5


def test_a_frame_that_is_sent_twice_is_returned_once():
    sender, pictures = video(), film()[0]
    units = []
    for number in range(8):
        for _ in range(2):
            units += sender.send(3600 * number, pictures[number][0], marker=True)
    units += sender.track.release()
    assert [nals_of(u.data)[-1] for u in units] == [p[0] for p in pictures[:8]]
    assert not any(u.lost for u in units)


@pytest.mark.parametrize(("step", "times"), [(1, 2), (0, 1)])
def test_duplicate_packets_and_a_constant_sequence_number_lose_no_frame(step, times):
    sender, pictures = video(), film()[0]
    units = []
    for number in range(8):
        pieces = fu_a(pictures[number][0], 20)
        for place, piece in enumerate(pieces):
            sender.sequence += step
            for _ in range(times):
                sender.sequence -= 1
                last = place == len(pieces) - 1
                units += sender.send(3600 * number, piece, marker=last)
    units += sender.track.release()
    assert [nals_of(u.data)[-1] for u in units] == [p[0] for p in pictures[:8]]


def test_a_camera_that_counts_its_packets_again_loses_nothing():
    sender = trusted()
    for number in range(4, 12):
        sender.sequence -= 40
        (unit,) = sender.send(3600 * number, film()[0][number][0], marker=True)
        assert unit.lost == 0


def test_markers_on_each_slice_split_nothing():
    sender = video()
    pictures = film()[0]
    units = []
    for number in range(10):
        slices = [pictures[number][0], b"\x41second", b"\x41third"]
        for nal in slices:
            units += sender.send(3600 * number, nal, marker=True)
    units += sender.track.release()
    assert len(units) == 10
    assert all(u.data.endswith(to_annex_b([b"\x41second", b"\x41third"])) for u in units)
    assert not any(u.lost for u in units)


def test_a_marker_on_parameter_sets_ends_nothing():
    sender = trusted()
    for nal in (*film()[1], SEI):
        assert sender.send(90_000, nal, marker=True) == []
    (unit,) = sender.send(90_000, film()[0][0][0], marker=True)
    assert nals_of(unit.data) == [*film()[1], SEI, film()[0][0][0]]


def test_markers_found_wrong_late_damage_one_frame_and_count_as_lost():
    sender = trusted()
    pictures = film()[0]
    (_split,) = sender.send(90_000, pictures[5][0], marker=True)
    assert sender.send(90_000, b"\x41late", marker=True) == []
    held = sender.send(93_600, pictures[6][0], marker=True)
    held += sender.send(93_600, b"\x41late", marker=True)
    assert held == []
    (unit,) = sender.send(97_200, pictures[7][0], marker=True)
    assert unit.lost == 1
    assert unit.data.endswith(to_annex_b([pictures[6][0], b"\x41late"]))


def test_parameter_sets_with_a_time_of_their_own_go_in_front():
    sender = trusted()
    for nal in film()[1]:
        assert sender.send(80_000, nal, marker=True) == []
    (unit,) = sender.send(90_000, film()[0][0][0], marker=True)
    assert nals_of(unit.data) == [*film()[1], film()[0][0][0]]
    assert unit.key


def test_a_lost_packet_is_counted_with_the_damaged_frame():
    sender = trusted()
    first, last = film()[0][4][0][:100], b"\x41rest"
    sender.send(90_000, first)
    (unit,) = sender.send(90_000, last, marker=True, lose=2)
    assert unit.lost == 2
    assert unit.data == to_annex_b([*film()[1], first, last])
    (unit,) = sender.send(93_600, film()[0][5][0], marker=True)
    assert unit.lost == 0


def test_a_lost_end_of_a_frame_is_counted_with_that_frame():
    sender = trusted()
    pieces = fu_a(film()[0][4][0], 20)
    for piece in pieces[:3]:
        sender.send(90_000, piece)
    cut, whole = sender.send(93_600, film()[0][5][0], marker=True, lose=4)
    assert (cut.lost, whole.lost) == (4, 0)
    assert cut.data.endswith(film()[0][4][0][:61])


def test_completely_lost_frames_are_counted_with_the_next_one():
    sender = trusted()
    (unit,) = sender.send(900_000, film()[0][5][0], marker=True, lose=30)
    assert unit.lost == 30


def test_duplicate_packets_are_dropped():
    sender = trusted()
    packet = parse_packet(rtp(sender.sequence, 3600 * 3, film()[0][3][0], marker=True))
    assert sender.track.push(packet, sender.now) == []
    (unit,) = sender.send(90_000, film()[0][5][0], marker=True)
    assert unit.lost == 0


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_a_key_frame_has_its_parameter_sets_in_front(codec):
    pictures, sets = film(codec)
    sender = trusted(codec)
    (unit,) = sender.send(90_000, pictures[0][0], marker=True)
    assert unit.data == to_annex_b([*sets, pictures[0][0]])
    assert unit.track.parameters == to_annex_b(sets)
    (unit,) = sender.send(93_600, pictures[1][0], marker=True)
    assert not unit.key and unit.data == to_annex_b(pictures[1])
    # As sent if they are there, and after the delimiter if not.
    delimiter = AUD if codec == "h264" else b"\x46\x01\x50"
    sender.send(97_200, delimiter)
    (unit,) = sender.send(97_200, pictures[0][0], marker=True)
    assert unit.data == to_annex_b([delimiter, *sets, pictures[0][0]])
    for nal in [delimiter, *sets]:
        sender.send(100_800, nal)
    (again,) = sender.send(100_800, pictures[0][0], marker=True)
    assert again.data == unit.data and again.track is unit.track


def test_another_frame_size_is_another_track_and_the_first_size_the_first_track():
    sender = trusted()
    (before,) = sender.send(90_000, film()[0][0][0], marker=True)
    pictures, sets = film(size=(640, 360))
    for nal in sets:
        sender.send(93_600, nal)
    (after,) = sender.send(93_600, pictures[0][0], marker=True)
    assert (before.track.width, after.track.width) == (320, 640)
    assert after.track.parameters == to_annex_b(sets)
    (next_one,) = sender.send(97_200, pictures[1][0], marker=True)
    assert next_one.track is after.track
    for nal in film()[1]:
        sender.send(100_800, nal)
    (again,) = sender.send(100_800, film()[0][0][0], marker=True)
    assert again.track is before.track


def picture_set(number: int, sequence: int = 0, qp: int = 0) -> bytes:
    """A picture parameter set of H.264: CAVLC, one slice group, and its own initial QP."""
    bits = golomb(number) + golomb(sequence) + "00" + golomb(0) * 3 + "000" + golomb(2 * qp)
    bits += golomb(0) * 2 + "100" + "1"
    bits += "0" * (-len(bits) % 8)
    return b"\x68" + int(bits, 2).to_bytes(len(bits) // 8, "big")


def golomb(number: int) -> str:
    digits = f"{number + 1:b}"
    return "0" * (len(digits) - 1) + digits


def test_other_parameter_sets_of_equal_size_are_the_same_track():
    sender = trusted()
    slices, (sequence, _) = film()[0], film()[1]
    tracks = set()
    for number in range(50):
        sets = [sequence, picture_set(0, qp=number % 3)]
        for nal in sets:
            sender.send(90_000 + 3600 * number, nal)
        (unit,) = sender.send(90_000 + 3600 * number, slices[0][0], marker=True)
        tracks.add(unit.track)
        assert unit.data == to_annex_b([*sets, slices[0][0]])
    assert len(tracks) == 1


def test_parameter_sets_that_come_once_stand_in_front_of_each_key_frame():
    """Several numbers; those that changed since, in their newest form; no others."""
    sender = trusted()
    slices, sets = film()
    other = film(size=(640, 360))[1][0]
    renumbered = other[:4] + bytes([other[4] >> 2 | 0x40]) + other[5:]  # cut short: it is broken
    sender.send(90_000, picture_set(1))
    sender.send(90_000, renumbered)
    sender.send(90_000, picture_set(2, sequence=7))
    sender.send(90_000, slices[1][0], marker=True)
    sender.send(93_600, picture_set(1, qp=5))
    (unit,) = sender.send(93_600, slices[2][0], marker=True)
    assert unit.data == to_annex_b([picture_set(1, qp=5), slices[2][0]])
    (unit,) = sender.send(97_200, slices[0][0], marker=True)
    assert unit.data == to_annex_b([*sets, picture_set(1, qp=5), slices[0][0]])


@pytest.mark.parametrize("codec", ["h264", "h265"])
@pytest.mark.parametrize("start_code", [b"\0\0\1", b"\0\0\0\1"])
@pytest.mark.parametrize("leading", [False, True])
def test_nal_units_glued_by_start_codes_are_taken_apart(codec, start_code, leading):
    slices, sets = film(codec)
    key = slices[0][0]
    glued = (start_code if leading else b"") + start_code.join([*sets, key])
    pieces = {"h264": fu_a, "h265": fu_265}[codec](glued, 500)
    for payloads in ([glued], pieces):
        sender = video(codec, sets=[])
        for payload in payloads[:-1]:
            assert sender.send(90_000, payload) == []
        sender.send(90_000, payloads[-1], marker=True)
        (unit,) = sender.track.release()
        assert unit.key and unit.data == to_annex_b([*sets, key])


def test_glued_slices_are_found_at_the_beginning_and_from_then_on():
    slices, _ = film()
    sender = trusted()
    for number in range(200):
        two = slices[1][0] + b"\0\0\1\x41second"
        (unit,) = sender.send(90_000 + 3600 * number, two, marker=True)
        assert unit.data == to_annex_b([slices[1][0], b"\x41second"])


def recovery_point(count: int) -> bytes:
    bits = golomb(count) + "1" + "0" + "00"
    bits += "1" + "0" * (-(len(bits) + 1) % 8)
    return (
        b"\x06\x06"
        + bytes([len(bits) // 8])
        + int(bits, 2).to_bytes(len(bits) // 8, "big")
        + b"\x80"
    )


def test_decoding_can_start_at_a_recovery_point():
    sender = trusted()
    slices, sets = film()
    sender.send(90_000, recovery_point(0))
    (unit,) = sender.send(90_000, slices[1][0], marker=True)
    assert (unit.key, unit.dependent, unit.open) == (True, False, False)
    assert unit.data == to_annex_b([*sets, recovery_point(0), slices[1][0]])
    (unit,) = sender.send(93_600, slices[2][0], marker=True)
    assert not unit.key


def test_intra_refresh_is_complete_after_the_number_of_frames_in_the_recovery_point():
    """The next refresh may begin at once: then each second one is a place to start."""
    sender = trusted()
    slices, _ = film()
    told = []
    for number in range(13):
        if number % 4 == 0:
            sender.send(90_000 + 3600 * number, recovery_point(4))
        (unit,) = sender.send(90_000 + 3600 * number, slices[1][0], marker=True)
        told.append((unit.key, unit.dependent, unit.open))
    begin, wait, right = (True, True, True), (False, True, False), (False, False, False)
    assert told == [begin, *[wait] * 3, *[right] * 4, begin, *[wait] * 3, right]


def test_a_broken_parameter_set_changes_nothing():
    sender = trusted()
    sender.send(90_000, b"\x67\x42")
    (unit,) = sender.send(90_000, film()[0][0][0], marker=True)
    assert unit.track.width == 320


def test_no_frame_is_returned_before_its_size_is_known():
    sender = video(sets=[])
    pictures, sets = film()
    for number in range(3):
        assert sender.send(3600 * number, pictures[number][0], marker=True) == []
    for nal in sets:
        sender.send(18_000, nal)
    (unit,) = sender.send(18_000, pictures[0][0], marker=True)
    assert unit.key and unit.track.width == 320


def test_frames_that_lead_a_broken_link_are_dropped():
    """H.265: nobody shows the frames before a BLA that need frames in front of it.

    Those before a CRA are shown to viewers that have the frames they need.
    """
    sender = trusted("h265")
    slices, _ = film("h265")
    told = []
    for number, kind in enumerate([21, 9, 1, 16, 9, 1, 8, 1]):
        slice = bytes([kind << 1, 1]) + slices[1][0][2:]
        units = sender.send(90_000 + 3600 * number, slice, marker=True)
        told += [(kind, unit.key, unit.dependent) for unit in units]
    assert told == [
        (21, True, False),
        (9, False, True),
        (1, False, False),
        (16, True, False),
        (1, False, False),
        (1, False, False),
    ]


def test_frames_that_are_too_large_are_counted_with_the_next():
    sender = trusted()
    slices, _ = film()
    for number in range(3):
        for _ in range(MAX_FRAME_NALS + 2):
            assert sender.send(90_000 + 3600 * number, b"\x41second") == []
    (unit,) = sender.send(180_000, slices[0][0], marker=True)
    assert unit.dropped_frames == 3 and unit.lost == 0
    (unit,) = sender.send(183_600, slices[1][0], marker=True)
    assert unit.dropped_frames == 0


def test_too_many_pixels_end_the_reading_with_the_reason():
    wide = H264Syntax.parse_sps(film()[1][0])._replace(width=1 << 14, height=1 << 14)
    pictures, _sets = film()
    sender = trusted()
    sender.track._parameter_sets.sps_info = lambda nals, kinds: wide
    with pytest.raises(UnsupportedVideo) as told:
        sender.send(90_000, pictures[0][0], marker=True)
    assert (told.value.reason, told.value.detail) == ("codec", "H.264, 16384x16384")


# What parameter sets contain.

SIZES = [(320, 240), (640, 360), (1920, 1080), (1278, 718), (178, 98)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("codec", "b_frames"), [("h264", 0), ("h264", 2), ("h265", 0), ("h265", 2)]
)
def test_size_and_reorder_depth_are_read_from_the_parameter_sets(codec, b_frames, size):
    kind = KINDS[codec].SYNTAX
    sets = film(codec, size, b_frames, 8)[1]
    form = kind.parse_sps(next(nal for nal in sets if kind.nal_type(nal) == kind.SPS_TYPE))
    assert (form.width, form.height) == size
    assert (form.reorder > 0) == (b_frames > 0) and form.reorder <= 3


@pytest.mark.parametrize(
    ("options", "form", "reorder"),
    [
        ("nal-hrd=vbr:vbv-maxrate=900:vbv-bufsize=900:bframes=0", "yuv420p", 0),
        (
            "nal-hrd=cbr:bitrate=900:vbv-maxrate=900:vbv-bufsize=900:bframes=2:b-pyramid=0",
            "yuv420p",
            1,
        ),
        ("tff=1:bframes=0", "yuv420p", 0),
        ("cqm=jvt:8x8dct=1:bframes=0", "yuv420p", 0),
        ("sar=70/33:overscan=show:videoformat=pal:chromaloc=3:bframes=0", "yuv420p", 0),
        ("bframes=3:b-pyramid=normal:ref=4", "yuv422p", 2),
        ("keyint=1", "yuv444p", 0),
    ],
)
def test_every_field_of_a_sequence_parameter_set_is_read(options, form, reorder):
    context = av.CodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt = 354, 292, form
    context.time_base = Fraction(1, 25)
    context.options = {"preset": "fast", "x264-params": f"b-adapt=0:{options}"}
    coded = b""
    frame = av.VideoFrame(354, 292, form)
    frame.pts = 0
    coded += b"".join(map(bytes, context.encode(frame)))
    coded += b"".join(map(bytes, context.encode(None)))
    sequence = next(nal for nal in nals_of(coded) if nal[0] & 31 == 7)
    found = H264Syntax.parse_sps(sequence)
    assert found[:3] == (354, 292, reorder)
    assert found.chroma == {"yuv420p": 1, "yuv422p": 2, "yuv444p": 3}[form] and found.depth == 8
    assert found.pixel == ((70, 33) if "sar" in options else (1, 1))


@pytest.mark.parametrize("options", ["", ":bframes=3:ref=4", ":scaling-list=default:ref=3"])
def test_the_pixel_aspect_ratio_is_read_near_the_end_of_an_h265_parameter_set(options):
    context = av.CodecContext.create("libx265", "w")
    context.width, context.height, context.pix_fmt = 352, 288, "yuv420p10le"
    context.time_base = Fraction(1, 25)
    quiet = "log-level=none:pools=1:frame-threads=1:repeat-headers=1"
    context.options = {"preset": "medium", "x265-params": f"sar=4:{quiet}{options}"}
    frame = av.VideoFrame(352, 288, "yuv420p10le")
    frame.pts = 0
    coded = b"".join(map(bytes, context.encode(frame) + context.encode(None)))
    nals = (
        coded.replace(b"\0\0\1", START_CODE)
        .replace(b"\0" + START_CODE, START_CODE)
        .split(START_CODE)
    )
    sequence = next(nal for nal in nals if nal and nal[0] >> 1 & 63 == 33)
    form = H265Syntax.parse_sps(sequence)
    assert (form.width, form.height, form.pixel, form.depth) == (352, 288, (16, 11), 10)


def test_cut_off_parameter_sets_are_an_error_never_a_guess():
    for codec in ("h264", "h265"):
        kind = KINDS[codec].SYNTAX
        sets = film(codec)[1]
        whole = next(nal for nal in sets if kind.nal_type(nal) == kind.SPS_TYPE)
        for end in range(1, 8):
            with pytest.raises(ValueError):
                kind.parse_sps(whole[:end])


# Audio.


def sound(codec: str, **format: str) -> Sender:
    rate, channels = {"PCMA": (8000, 1), "OPUS": (48000, 2)}.get(codec, (48000, 2))
    return Sender(
        create_audio_depacketizer(sdp.MediaDescription("audio", 96, codec, rate, channels, format))
    )


@pytest.mark.parametrize("codec", ["PCMA", "OPUS", "L16"])
def test_each_rtp_packet_of_simple_audio_is_one_unit(codec):
    sender = sound(codec)
    (first,) = sender.send(2**32 - 10, b"abc")
    (second,) = sender.send(310, b"def", lose=3)
    assert (first.data, second.data, first.lost, second.lost) == (b"abc", b"def", 0, 3)
    assert second.key and second.track.codec == codec.lower()
    assert round((second.time - first.time) * second.track.rate / 1e9) == 320


def aac(*units: bytes) -> bytes:
    heads = b"".join((len(unit) << 3).to_bytes(2, "big") for unit in units)
    return (len(heads) * 8).to_bytes(2, "big") + heads + b"".join(units)


def test_aac_in_one_packet_and_over_several():
    sender = sound("MPEG4-GENERIC", config="1190")
    assert sender.track._track.parameters == b"\x11\x90"
    first, second, third = sender.send(5000, aac(b"one", b"twotwo", b"3" * 200), marker=True)
    assert [u.data for u in (first, second, third)] == [b"one", b"twotwo", b"3" * 200]
    assert [round(u.time * 48_000 / 1e9) for u in (first, second, third)] == [5000, 6024, 7048]
    large = bytes(range(250)) * 10
    head = b"\0\x10" + (len(large) << 3).to_bytes(2, "big")
    assert sender.send(9000, head + large[:1400]) == []
    (whole,) = sender.send(9000, head + large[1400:], marker=True)
    assert whole.data == large and round(whole.time * 48_000 / 1e9) == 9000
    # Its first half is lost: the second is no audio.
    assert sender.send(10_024, head + large[1400:], marker=True, lose=1) == []
    (after,) = sender.send(11_048, aac(b"next"), marker=True)
    assert (after.data, after.lost) == (b"next", 1)


@pytest.mark.parametrize(
    "payload", [b"", b"\0", b"\0\x10", b"\0\x10\0", b"\xff\xff\0\0abc", b"\0\0abc"]
)
def test_truncated_aac_is_ignored(payload):
    if payload:
        assert sound("MPEG4-GENERIC", config="1190").send(1, payload, marker=True) == []


@pytest.mark.parametrize(("config", "step"), [("1190", 1024), ("1194", 960), ("1310", 2048)])
def test_the_interval_of_aac_units_follows_the_configuration(config, step):
    """Plain AAC, with 960 samples, and at half the stated rate (SBR)."""
    sender = sound("MPEG4-GENERIC", config=config)
    first, second = sender.send(0, aac(b"a", b"b"))
    assert round((second.time - first.time) * 48_000 / 1e9) == step


def test_unsupported_audio_has_no_depacketizer():
    for codec in ("VORBIS", "SPEEX", "EAC3", "G726-48", "G723", "MP4A-LATM", ""):
        assert create_audio_depacketizer(sdp.MediaDescription("audio", 96, codec, 8000)) is None
    low = sdp.MediaDescription("audio", 96, "MPEG4-GENERIC", 8000, 1, {"sizelength": "6"})
    assert create_audio_depacketizer(low) is None
    # Nobody could decode it.
    assert (
        create_audio_depacketizer(sdp.MediaDescription("audio", 96, "MPEG4-GENERIC", 48000, 2))
        is None
    )


# Descriptions and JPEGs.


def test_an_sdp_description_gives_the_tracks():
    media = sdp.parse_sdp(
        "v=0\r\ns=x\r\na=control:*\r\n"
        "m=video 0 RTP/AVP 96\r\na=control:rtsp://host/cam/trackID=0\r\n"
        "a=rtpmap:96 h264/90000\r\n"
        "a=fmtp:96 packetization-mode=1; sprop-parameter-sets=Z0IAH5WoFAFuQA==,aM48gA==;x=y\r\n"
        "a=rtpmap:97 nonsense/1\r\n"
        "m=audio 0 RTP/AVP 8\r\na=control:trackID=1\r\n"
        "m=audio 0 RTP/AVP\r\nm=application 0 RTP/AVP 107\r\na=rtpmap:107 vnd.onvif.metadata/x\r\n"
    )
    video, sound, other = media
    assert (video.codec, video.rate, video.control) == ("H264", 90_000, "rtsp://host/cam/trackID=0")
    assert [nal[0] & 31 for nal in video.decode_parameter_sets()] == [7, 8]
    assert (sound.codec, sound.rate, sound.channels) == ("PCMA", 8000, 1)
    assert (other.kind, other.rate) == ("application", 90_000)


def test_malformed_parameters_of_a_description_are_left_out():
    medium = sdp.MediaDescription(
        "video", 96, format={"sprop-parameter-sets": "!!,Z0IAH5WoFAFuQA==,"}
    )
    assert len(medium.decode_parameter_sets()) == 1
    assert sdp.MediaDescription("audio", 96, format={"config": "xyz"}).config() == b""


@pytest.mark.parametrize(
    ("lines", "config"),
    [
        (["a=rtpmap:104 MPEG4-GENERIC/16000", "a=fmtp:97 config=1408"], b"\x14\x08"),
        (["a=fmtp:97 config=1408", "a=rtpmap:104 MPEG4-GENERIC/16000"], b"\x14\x08"),
        # Another codec's, or unknown.
        (["a=rtpmap:104 MPEG4-GENERIC/16000", "a=rtpmap:97 X/1", "a=fmtp:97 config=1408"], b""),
        (["a=rtpmap:104 MPEG4-GENERIC/16000", "a=fmtp:97 config=1408", "a=fmtp:98 config=1"], b""),
        (["a=rtpmap:104 MPEG4-GENERIC/16000", "a=fmtp:104 mode=x", "a=fmtp:97 config=14"], b""),
    ],
)
def test_parameters_under_a_wrong_number_are_taken_where_no_other_can_be_meant(lines, config):
    (medium,) = sdp.parse_sdp("\r\n".join(["v=0", "m=audio 0 RTP/AVP 104", *lines]))
    assert medium.config() == config


def test_an_audio_configuration_keeps_all_its_bytes():
    """What would be emulation prevention in a NAL unit is part of the configuration."""
    told = bytes.fromhex("178000000310")
    assert BitReader(told).read_bits(48) == int.from_bytes(told, "big")
    assert read_channel_count(told) == 0  # and not those of the byte after it


def exif(orientation: int, order: str = "big", kind: bytes = b"Exif\0\0") -> bytes:
    mark = {"big": b"MM", "little": b"II"}[order]
    tiff = mark + (42).to_bytes(2, order) + (8).to_bytes(4, order) + (1).to_bytes(2, order)
    tiff += (0x112).to_bytes(2, order) + (3).to_bytes(2, order) + (1).to_bytes(4, order)
    tiff += orientation.to_bytes(2, order) + bytes(6)
    return b"\xff\xe1" + (8 + len(tiff)).to_bytes(2, "big") + kind + tiff


def test_the_exif_orientation_of_a_jpeg_is_read():
    data = made([0], codec="mjpeg", size=(64, 48))[0].data
    for orientation in range(1, 9):
        for order in ("big", "little"):
            size = (64, 48) if orientation < 5 else (48, 64)
            turned = data[:2] + exif(orientation, order) + data[2:]
            assert jpeg_header.read_jpeg_format(turned) == (*size, orientation)
    short = b"\xff\xe1\0\x0c" + exif(6)[4:14]
    for odd in (exif(0), exif(9), exif(6, kind=b"http:\0"), short):
        assert jpeg_header.read_jpeg_format(data[:2] + odd + data[2:]) == (64, 48, 1)


def test_the_size_of_a_jpeg_is_read_from_its_header():
    for width, height in ((320, 240), (1279, 719)):
        (unit,) = made([0.0], codec="mjpeg", size=(width, height))
        assert jpeg_header.read_jpeg_format(unit.data) == (width, height, 1)
        # Fill bytes and a comment in front of the frame header.
        odd = unit.data[:2] + b"\xff\xfe\0\6abcd\xff" + unit.data[2:]
        assert jpeg_header.read_jpeg_format(odd) == (width, height, 1)


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8", b"GIF89a" * 9, b"\xff\xd8\xff\xe0\0\4ab", b"\xff\xd8" * 9]
)
def test_data_that_is_no_jpeg_has_no_size(data):
    with pytest.raises(ValueError):
        jpeg_header.read_jpeg_format(data)
