"""Every kind of sound, from RTP packets as cameras send them to a file: the right tone in time."""

from __future__ import annotations

import os
import signal
import struct
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from clips import kept
from test_readers_rtp import Sender
from test_recording import Studio, assert_shows, expected, ffmpeg, studio  # noqa: F401
from units_made import SECOND, mixed, pictures, until

from camrec.readers import sdp
from camrec.readers.sounds import sound_of
from camrec.units import Unit

PITCH = 1000.0  # Hz, of a beep of 0.1 s in the middle of each second
BEEP = 0.1  # seconds
LENGTH = 9  # seconds
MOST = 1400  # bytes of a packet
FIRST = 2**32 - 12_345  # RTP time of the moment 0: its 32 bits end soon after

ENCODERS = {
    "PCMA": ("pcm_alaw", 8000, 1),
    "PCMU": ("pcm_mulaw", 8000, 1),
    "OPUS": ("libopus", 48_000, 2),
    "L8": ("pcm_u8", 16_000, 1),
    "L16": ("pcm_s16be", 48_000, 2),
    "L24": ("pcm_s24be", 48_000, 2),
    "G722": ("g722", 16_000, 1),
    "G726-16": ("g726le", 8000, 1),
    "G726-24": ("g726le", 8000, 1),
    "G726-32": ("g726le", 8000, 1),
    "G726-40": ("g726le", 8000, 1),
    "AAL2-G726-16": ("g726", 8000, 1),
    "AAL2-G726-24": ("g726", 8000, 1),
    "AAL2-G726-32": ("g726", 8000, 1),
    "AAL2-G726-40": ("g726", 8000, 1),
    "MPA mp2": ("mp2", 48_000, 2),
    "MPA mp2, low rate": ("mp2", 22_050, 1),
    "MPA mp3": ("libmp3lame", 44_100, 2),
    "MPA mp3, low rate": ("libmp3lame", 16_000, 1),
    "AC3": ("ac3", 48_000, 2),
    "AC3, 5.1": ("ac3", 48_000, 6),
    "MP4A-LATM": ("aac", 48_000, 2),
    "MPEG4-GENERIC": ("aac", 44_100, 1),
}
LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1"}
FORMATS = {"libopus": "flt", "libmp3lame": "fltp", "ac3": "fltp", "aac": "fltp", "pcm_u8": "u8"}


@kept
def encoded(encoder: str, rate: int, channels: int, bits: int) -> tuple:
    """(sample, bytes) of each piece of the beeps, and the encoder's description of them."""
    context = av.CodecContext.create(encoder, "w")
    context.sample_rate, context.layout = rate, LAYOUTS[channels]
    context.format = FORMATS.get(encoder, "s32" if encoder == "pcm_s24be" else "s16")
    context.time_base = Fraction(1, rate)
    if bits:
        context.bit_rate = rate * bits
    context.open()
    length = rate // 50 if encoder.startswith("pcm") else context.frame_size
    pieces, plan = [], np.arange(LENGTH * rate) / rate
    wave = 0.4 * np.sin(2 * np.pi * PITCH * plan) * (abs(plan % 1 - 0.5 - BEEP / 2) <= BEEP / 2)
    for at in range(0, len(wave) - length, length):
        frame = framed(wave[at : at + length], context)
        frame.pts = at
        for packet in context.encode(frame):
            data = bytes(packet)
            step = 20 * rate * bits // 8000 or len(data)  # 20 ms of what has no frames
            for place in range(0, len(data), step):
                sample = packet.pts + place * 8 // (bits or 1)
                pieces.append((sample, data[place : place + step]))
    return tuple(pieces), bytes(context.extradata or b"")


def framed(wave: np.ndarray, context) -> av.AudioFrame:
    name, count = context.format.name, len(context.layout.channels)
    scale = {"s16": (np.int16, 32767), "s32": (np.int32, 2**31 - 1)}.get(name)
    if name == "u8":
        samples = (128 + wave * 127).astype(np.uint8)
    elif scale:
        samples = (wave * scale[1]).astype(scale[0])
    else:
        samples = wave.astype(np.float32)
    planar = name.endswith("p")
    packed = np.stack([samples] * count) if planar else np.repeat(samples, count)[None]
    frame = av.AudioFrame.from_ndarray(packed, format=name, layout=context.layout.name)
    frame.sample_rate, frame.time_base = context.sample_rate, context.time_base
    return frame


def described(name: str, rate: int, channels: int, config: bytes) -> sdp.Medium:
    """As MediaMTX describes it."""
    codec = name.split(",")[0].split(" ")[0]
    clock = {"G722": 8000, "MPA": 90_000}.get(codec, rate)
    format = {}
    if codec == "MPEG4-GENERIC":
        format = {"config": config.hex(), "sizelength": "13"}
    elif codec == "MP4A-LATM":
        # Two AAC units an element: 15 bits, the configuration, and what follows it.
        whole = (1 << 13 | 1 << 7) << 16 | int.from_bytes(config[:2], "big")
        format = {"cpresent": "0", "config": f"{(whole << 13 | 0xFF << 2) << 4:012x}"}
    return sdp.Medium("audio", 96, codec, clock, channels, format)


def payloads(name: str, pieces: tuple) -> Iterator[tuple[int, int, bytes, bool]]:
    """(samples at which its first and its last piece begin, payload, marker) of each packet."""
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
            if place % 3 == 2:  # in three pieces
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


def packets(name: str, begin: int) -> list[Unit]:
    """The units that come of the packets; the last piece of each comes 5 ms after its time."""
    encoder, rate, channels = ENCODERS[name]
    bits = int(name[-2:]) // 8 if "G726" in name else 4 if name == "G722" else 0
    pieces, config = encoded(encoder, rate, channels, bits)
    medium = described(name, rate, channels, config)
    sender = Sender(sound_of(medium))
    units: list[Unit] = []
    for sample, last, payload, marker in payloads(name, pieces):
        ticks = FIRST + sample * medium.rate // rate
        # A millisecond is what the sender itself adds.
        sender.now = max(sender.now, begin + last * SECOND // rate + 4_000_000)
        units += sender.send(ticks & 0xFFFFFFFF, payload, marker)
    return units


def beeps(path: Path, shortest: float = BEEP / 2) -> list[tuple[float, float, float]]:
    """(seconds of its start, Hz, the share of its power at that pitch) of each whole beep in the
    file that lasts so many seconds.
    """
    with av.open(str(path)) as container:
        audio = container.streams.audio[0]
        rate, begin, found = audio.rate, None, []
        for frame in container.decode(audio):
            samples = frame.to_ndarray()
            at = float(frame.pts * frame.time_base)
            begin = at if begin is None else begin
            place = round((at - begin) * rate)
            found.append((place, samples[0]))
    wave = np.zeros(found[-1][0] + len(found[-1][1]))
    for place, samples in found:
        wave[place : place + len(samples)] = samples
    window = rate // 200
    loud = np.sqrt(np.convolve(wave**2, np.ones(window) / window, "same")) > 0.1
    edges = np.flatnonzero(np.diff(np.concatenate([[0], loud.astype(int), [0]])))
    told = []
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if start > window and end < len(wave) - window and end - start > rate * shortest:
            part = wave[start:end]
            power = abs(np.fft.rfft(part * np.hanning(len(part)), 8 * len(part))) ** 2
            top, reach = power.argmax(), 8 * len(part) * 50 // rate
            pure = power[max(0, top - reach) : top + reach].sum() / power.sum()
            told.append((begin + start / rate, top * rate / len(part) / 8, pure))
    return told


@pytest.mark.parametrize("name", ["PCMA", "G726-32", "MPA mp3", "MPEG4-GENERIC"])
def test_ffmpeg_killed_in_the_middle_costs_no_sound(studio: Studio, name: str):  # noqa: F811
    """Its second half is written by another FFmpeg, and what is decoded begins anew."""
    film = pictures([number / 25 for number in range(25 * LENGTH)])
    units = mixed(film, packets(name, studio.begin))
    studio.play(units, -1, 1.23)
    recording = studio.record(6)
    studio.play(units, 1.23, 4.1)
    begun = studio.begin + round(1.23 * SECOND)
    until(lambda: recording.bytes > 40_000)
    os.kill(studio.child(recording).pid, signal.SIGKILL)
    until(lambda: recording.parts == 2)
    studio.play(units, 4.1, LENGTH)
    assert recording.wait(60)
    ((path, receipt),) = studio.saved
    assert_shows(path, *expected(units, begun, begun + 6 * SECOND))
    assert receipt.parts == 2 and receipt.warnings[0].code == "ffmpeg_stopped"
    found = [start for start, _, _ in beeps(path)]
    assert found == pytest.approx([second + 0.3 for second in range(6)], abs=0.01)


@pytest.mark.parametrize("name", ["PCMA", "G726-32", "OPUS", "MPA mp3", "MPEG4-GENERIC"])
def test_a_hole_in_the_sound_moves_nothing(studio: Studio, name: str):  # noqa: F811
    """What comes after it is in step, and no picture is missing."""
    film = pictures([number / 25 for number in range(25 * LENGTH)])
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
def test_the_right_tone_at_the_right_time(studio: Studio, ffmpeg: Path, name: str):  # noqa: F811
    film = pictures([number / 25 for number in range(25 * LENGTH)])
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
    wanted = [second + 0.5 - 1.2 for second in range(1, 1 + length)]  # the picture at the button
    assert [start for start, _, _ in found] == pytest.approx(wanted, abs=0.01)
    assert [pitch for _, pitch, _ in found] == pytest.approx([PITCH] * length, abs=15)
    assert min(pure for _, _, pure in found) > 0.98
