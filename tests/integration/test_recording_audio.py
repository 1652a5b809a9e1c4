"""Every audio codec, from RTP packets as cameras send them to a file: the right tone, in sync."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from camrec.media import MediaUnit
from camrec.rtp import sdp
from camrec.rtp.audio_codecs import create_audio_depacketizer
from support.beeps import ENCODERS, LENGTH, PITCH, beeps, encoded
from support.rtp_sender import Sender
from support.studio import Studio, assert_shows, expected
from support.units_made import SECOND, mixed, until, video_units

pytestmark = pytest.mark.slow(0.9)

MOST = 1400  # bytes of a packet
FIRST = 2**32 - 12_345  # RTP timestamp of time 0: its 32 bits overflow soon after


def described(name: str, rate: int, channels: int, config: bytes) -> sdp.MediaDescription:
    """As MediaMTX describes it."""
    codec = name.split(",")[0].split(" ")[0]
    clock = {"G722": 8000, "MPA": 90_000}.get(codec, rate)
    format = {}
    if codec == "MPEG4-GENERIC":
        format = {"config": config.hex(), "sizelength": "13"}
    elif codec == "MP4A-LATM":
        # Two AAC units per element: 15 bits, the configuration, and what follows it.
        whole = (1 << 13 | 1 << 7) << 16 | int.from_bytes(config[:2], "big")
        format = {"cpresent": "0", "config": f"{(whole << 13 | 0xFF << 2) << 4:012x}"}
    return sdp.MediaDescription("audio", 96, codec, clock, channels, format)


def payloads(name: str, pieces: tuple) -> Iterator[tuple[int, int, bytes, bool]]:
    """(samples at which its first and its last unit start, payload, marker) of each packet."""
    codec = name.split(",")[0].split(" ")[0]
    if codec == "MP4A-LATM":
        for (sample, first), (last, second) in zip(pieces[::2], pieces[1::2], strict=False):
            element = b"".join(
                b"\xff" * (len(each) // 255) + bytes([len(each) % 255]) + each
                for each in (first, second)
            )
            cut = len(element) // 2
            yield sample, last, element[:cut], False
            yield sample, last, element[cut:], True
        return
    for place, (sample, data) in enumerate(pieces):
        if codec == "MPEG4-GENERIC":
            yield sample, sample, b"\0\x10" + struct.pack(">H", len(data) << 3) + data, True
        elif codec == "MPA":
            if place % 3 == 2:  # in three fragments
                third = len(data) // 3
                for at in (0, third, 2 * third):
                    end = at + third if at < 2 * third else len(data)
                    yield sample, sample, b"\0\0" + struct.pack(">H", at) + data[at:end], True
            elif place % 3 == 0 and place + 1 < len(pieces):  # two in one packet
                last, second = pieces[place + 1]
                yield sample, last, bytes(4) + data + second, True
        elif codec == "AC3":
            if place % 2:
                yield sample, sample, bytes([2, 2]) + data[:300], False
                yield sample, sample, bytes([3, 2]) + data[300:], True
            else:
                yield sample, sample, bytes([0, 1]) + data, True
        else:
            yield sample, sample, data, True


def packets(name: str, begin: int) -> list[MediaUnit]:
    """The units that the packets become; the last fragment of each arrives 5 ms after its time."""
    encoder, rate, channels = ENCODERS[name]
    bits = int(name[-2:]) // 8 if "G726" in name else 4 if name == "G722" else 0
    pieces, config = encoded(encoder, rate, channels, bits)
    medium = described(name, rate, channels, config)
    sender = Sender(create_audio_depacketizer(medium))
    units: list[MediaUnit] = []
    for sample, last, payload, marker in payloads(name, pieces):
        ticks = FIRST + sample * medium.rate // rate
        # The sender itself adds up to a millisecond.
        sender.now = max(sender.now, begin + last * SECOND // rate + 4_000_000)
        units += sender.send(ticks & 0xFFFFFFFF, payload, marker)
    return units


@pytest.mark.parametrize("name", ["PCMA", "G726-32", "MPA mp3", "MPEG4-GENERIC"])
def test_killing_ffmpeg_in_the_middle_loses_no_audio(studio: Studio, name: str):
    """Its second half is written by another FFmpeg, and its decoder starts again."""
    film = video_units([number / 25 for number in range(25 * LENGTH)])
    units = mixed(film, packets(name, studio.begin))
    studio.play(units, -1, 1.23)
    recording = studio.record(6)
    studio.play(units, 1.23, 4.1)
    begun = studio.begin + round(1.23 * SECOND)
    until(lambda: recording.bytes > 40_000)
    studio.child(recording).kill()
    until(lambda: recording.segment_count == 2)
    studio.play(units, 4.1, LENGTH)
    assert recording.wait(60)
    ((path, receipt),) = studio.saved
    assert_shows(path, *expected(units, begun, begun + 6 * SECOND))
    assert receipt.parts == 2 and receipt.warnings[0].code == "ffmpeg_stopped"
    found = [start for start, _, _ in beeps(path)]
    assert found == pytest.approx([second + 0.3 for second in range(6)], abs=0.01)


@pytest.mark.parametrize("name", ["PCMA", "G726-32", "OPUS", "MPA mp3", "MPEG4-GENERIC"])
def test_a_gap_in_the_audio_shifts_neither_audio_nor_frames(studio: Studio, name: str):
    """What comes after the gap is in sync, and no frame is missing."""
    film = video_units([number / 25 for number in range(25 * LENGTH)])
    hole = studio.begin + round(2.9 * SECOND), studio.begin + round(5.1 * SECOND)
    heard = [unit for unit in packets(name, studio.begin) if not hole[0] < unit.arrived < hole[1]]
    units = mixed(film, heard)
    studio.play(units, -1, 1.23)
    recording = studio.record(6)
    studio.play(units, 1.23, LENGTH)
    assert recording.wait(60)
    ((path, receipt),) = studio.saved
    begun = studio.begin + round(1.23 * SECOND)
    assert_shows(path, *expected(units, begun, begun + 6 * SECOND))
    assert receipt.parts == 1 and receipt.warnings == [] and receipt.gaps == []
    found = [start for start, _, _ in beeps(path)]
    assert found == pytest.approx([0.3, 1.3, 4.3, 5.3], abs=0.01)


@pytest.mark.parametrize("name", ENCODERS)
def test_recorded_audio_has_the_right_pitch_at_the_right_time(
    studio: Studio, ffmpeg: Path, name: str
):
    film = video_units([number / 25 for number in range(25 * LENGTH)])
    units = mixed(film, packets(name, studio.begin))
    button, length = 1.23, 6
    studio.play(units, -1, button)
    recording = studio.record(length, ffmpeg=ffmpeg)
    studio.play(units, button, LENGTH)
    assert recording.wait(60)
    ((path, receipt),) = studio.saved
    begun = studio.begin + round(button * SECOND)
    assert_shows(path, *expected(units, begun, begun + length * SECOND))
    assert receipt.audio_codec == "aac" and receipt.av_offset < 0.02
    assert receipt.warnings == [] and receipt.parts == 1
    found = beeps(path)
    wanted = [second + 0.5 - 1.2 for second in range(1, 1 + length)]  # the frame at the button
    assert [start for start, _, _ in found] == pytest.approx(wanted, abs=0.01)
    assert [pitch for _, pitch, _ in found] == pytest.approx([PITCH] * length, abs=15)
    assert min(pure for _, _, pure in found) > 0.98
