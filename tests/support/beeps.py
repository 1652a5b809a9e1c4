"""Beeps at known moments, in every codec, and where they are in a file."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from support.clips import kept

PITCH = 1000.0  # Hz, of a beep of 0.1 s in the middle of each second
BEEP = 0.1  # seconds
LENGTH = 9  # seconds
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
    """(sample, bytes) of each unit of the beeps, and the encoder's description of them."""
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
            step = 20 * rate * bits // 8000 or len(data)  # 20 ms for codecs without frames
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


def beeps(path: Path, shortest: float = BEEP / 2) -> list[tuple[float, float, float]]:
    """(start in seconds, Hz, share of the power at that pitch) of each whole beep in the file."""
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
