"""Audio in frames and elements: put together, split, and skipped if it is broken."""

from __future__ import annotations

import random

import pytest

from camrec.rtp import sdp
from camrec.rtp.audio_codecs import create_audio_depacketizer
from camrec.rtp.mpeg_audio import parse_ac3_header, parse_mpeg_header
from support.beeps import ENCODERS, encoded
from support.rtp_sender import Sender
from support.units_made import SECOND


def sender(codec: str, rate: int, **format: str) -> Sender:
    return Sender(
        create_audio_depacketizer(sdp.MediaDescription("audio", 96, codec, rate, 2, format))
    )


def frames(name: str) -> list[bytes]:
    return [data for _, data in encoded(*ENCODERS[name], 0)[0]]


def ticks(units: list, rate: int) -> list[int]:
    return [round(unit.time * rate / 1e9) for unit in units]


@pytest.mark.parametrize("name", [name for name in ENCODERS if name.startswith(("MPA", "AC3"))])
def test_every_audio_frame_header_states_its_size(name):
    codec, rate, channels = ENCODERS[name]
    kind = {"mp2": "mp2", "libmp3lame": "mp3", "ac3": "ac3"}[codec]
    head = parse_ac3_header if codec == "ac3" else parse_mpeg_header
    for frame in frames(name):
        found = head(frame)
        assert (found.codec, found.size) == (kind, len(frame))
        assert (found.sampling, found.channels) == (rate, channels)


def test_the_audio_frames_of_a_packet_have_their_own_timestamps():
    track = sender("MPA", 90_000)
    one, two, three = frames("MPA mp2")[:3]
    units = track.send(5000, bytes(4) + one + two + three)
    assert [unit.data for unit in units] == [one, two, three]
    assert ticks(units, 90_000) == [5000, 7160, 9320]
    (told,) = {unit.track for unit in units}
    assert (told.codec, told.rate, told.samples, told.channels) == ("mp2", 90_000, 48_000, 2)


def test_another_audio_format_within_a_packet_is_another_track():
    track = sender("MPA", 90_000)
    one, two = frames("MPA mp2")[0], frames("MPA mp3")[0]
    first, second = track.send(5000, bytes(4) + one + two)
    assert (first.track.codec, second.track.codec) == ("mp2", "mp3")
    assert (first.track.samples, second.track.samples) == (48_000, 44_100)
    (third,) = track.send(9000, bytes(4) + frames("MPA mp3")[1])
    assert third.track is second.track


@pytest.mark.parametrize(("codec", "name"), [("MPA", "MPA mp2"), ("AC3", "AC3")])
def test_an_audio_frame_with_a_lost_fragment_is_dropped(codec, name):
    rate = {"MPA": 90_000, "AC3": 48_000}[codec]
    whole, second, third = frames(name)[:3]
    pieces = [whole[at : at + 300] for at in range(0, len(whole), 300)]
    if codec == "MPA":
        heads = [b"\0\0" + (at * 300).to_bytes(2, "big") for at in range(len(pieces))]
        alone = bytes(4)
    else:
        heads = [bytes([3 if at else 2, len(pieces)]) for at in range(len(pieces))]
        alone = bytes([0, 1])
    cut = [head + piece for head, piece in zip(heads, pieces, strict=True)]
    track = sender(codec, rate)
    for piece in cut[:-1]:
        assert track.send(1000, piece) == []
    (unit,) = track.send(1000, cut[-1], marker=True)
    assert unit.data == whole
    track.send(4000, cut[0])
    assert track.send(4000, cut[-1], lose=1) == []
    (unit,) = track.send(7000, alone + second)
    assert (unit.data, unit.lost) == (second, 1)
    # The rest of one that began before we connected, or of one whose end was lost.
    assert track.send(8000, cut[-1]) == []
    track.send(9000, cut[0])
    (unit,) = track.send(12_000, alone + third)
    assert unit.data == third and ticks([unit], rate) == [12_000]


@pytest.mark.parametrize("payload", [b"\0", bytes(4), bytes(40), b"\0\1\x0b\x77", b"\xff" * 30])
@pytest.mark.parametrize("codec", ["MPA", "AC3"])
def test_a_payload_without_an_audio_frame_is_skipped(codec, payload):
    assert sender(codec, 90_000).send(1, payload) == []


def test_an_audio_frame_that_never_completes_is_bounded_in_memory():
    track = sender("MPA", 90_000)
    head = frames("MPA mp2")[0][:4]
    for number in range(100):
        track.send(1, b"\0\0\0\0" + head if not number else b"\0\0\0\1" + bytes(1000))
        assert len(track.track._partial) < 1 << 14


# AAC LC, 48 kHz, stereo; as GStreamer describes it, and with two units per element.
LATM = {"cpresent": "0", "config": "40002320adca00"}
PAIR = "410023203fc0"


def test_latm_elements_are_put_together():
    track = sender("MP4A-LATM", 48_000, **LATM)
    assert track.track._track.parameters == bytes.fromhex("119056e500")
    long = bytes(range(250)) * 3
    element = b"\xff\xff\xf0" + long
    assert track.send(5000, element[:400]) == []
    (unit,) = track.send(5000, element[400:], marker=True)
    assert unit.data == long and ticks([unit], 48_000) == [5000]
    # Half of it lost, then the beginning lost; the next one is complete again.
    track.send(6024, element[:100])
    assert track.send(6024, element[400:], marker=True, lose=1) == []
    assert track.send(7048, element[400:], marker=True, lose=1) == []
    (unit,) = track.send(8072, b"\3abc", marker=True)
    assert (unit.data, unit.lost) == (b"abc", 2)
    for stunted in (b"\0", b"\5abc", b"\xff"):
        assert track.send(9096, stunted, marker=True) == []


def test_latm_with_two_access_units_per_element_is_split():
    track = sender("MP4A-LATM", 48_000, cpresent="0", config=PAIR)
    assert track.track._track.parameters == bytes.fromhex("1190")
    units = track.send(5000, b"\3one\6twotwo", marker=True)
    assert [unit.data for unit in units] == [b"one", b"twotwo"]
    assert ticks(units, 48_000) == [5000, 6024]


@pytest.mark.parametrize(
    "format",
    [
        {},
        {"cpresent": "1"},
        {"cpresent": "0"},
        {"cpresent": "0", "config": "zz"},
        {"cpresent": "0", "config": "4000"},
        {"cpresent": "0", "config": "c0002320adca00"},  # another version
        {"cpresent": "0", "config": "40042320adca00"},  # two layers
        {"cpresent": "0", "config": "4000a320adca00"},  # not plain AAC
    ],
)
def test_latm_of_a_rare_kind_is_left_out(format):
    assert (
        create_audio_depacketizer(sdp.MediaDescription("audio", 96, "MP4A-LATM", 48_000, 2, format))
        is None
    )


@pytest.mark.parametrize(
    ("payload", "codec", "rate", "samples"),
    [(3, "gsm", 8000, 8000), (9, "g722", 8000, 16_000), (11, "l16", 44_100, 44_100)],
)
def test_audio_of_a_static_payload_type_needs_no_description(payload, codec, rate, samples):
    (medium,) = sdp.parse_sdp(f"v=0\r\nm=audio 0 RTP/AVP {payload}\r\n")
    (unit,) = Sender(create_audio_depacketizer(medium)).send(0, b"abc")
    assert (unit.track.codec, unit.track.rate, unit.track.samples) == (codec, rate, samples)
    (medium,) = sdp.parse_sdp("v=0\r\nm=audio 0 RTP/AVP 14\r\n")
    (unit,) = Sender(create_audio_depacketizer(medium)).send(0, bytes(4) + frames("MPA mp3")[0])
    assert unit.track.codec == "mp3"


@pytest.mark.parametrize("length", [0.02, 0.064, 0.128, 0.256])
def test_a_long_audio_packet_is_timed_by_its_first_sample(length):
    """It is sent when its last sample is there. Frames are 40 ms late too: only the rest counts."""
    track = sender("PCMA", 8000)
    chance = random.Random(4)
    for number in range(100):
        made = 10 + number * length
        track.now = round((made + length + chance.expovariate(200)) * SECOND)
        (unit,) = track.send(round(number * length * 8000), b"abc")
    assert unit.time + unit.offset == pytest.approx((made + min(length, 0.04)) * SECOND, abs=3e6)
