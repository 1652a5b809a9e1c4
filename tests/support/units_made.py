"""Units with known times, created for a test: frames with a bar code, and audio."""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

from camrec.clock import Clock
from camrec.media import AudioTrack, MediaUnit, VideoTrack
from support.cameras import barcode, schedule
from support.clips import kept

SECOND = 10**9


class MadeClock(Clock):
    """A clock that only the test moves, with a UTC that the test may set.

    A stand-in: no test can set this computer's clock, or let the computer sleep.

    utc_set_by : nanoseconds by which UTC was set.
    asleep : nanoseconds that the computer slept while `monotonic_ns` stood still.
    """

    def __init__(self) -> None:
        self.now = 1000 * SECOND
        self.utc_set_by = 0
        self.asleep = 0

    def monotonic_ns(self) -> int:
        return self.now

    def utc_ns(self) -> int:
        return 1_790_000_000 * SECOND + self.now + self.asleep + self.utc_set_by

    def asleep_ns(self) -> int:
        return self.asleep


class CoarseClock(Clock):
    """A stand-in for the clocks of Python before 3.13 on Windows, which step by 15.625 ms."""

    STEP_NS = 15_625_000

    def monotonic_ns(self) -> int:
        return super().monotonic_ns() // self.STEP_NS * self.STEP_NS

    def utc_ns(self) -> int:
        return super().utc_ns() // self.STEP_NS * self.STEP_NS


def make_system_clocks_coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `time.monotonic` and `time.time` step as they do on Windows before Python 3.13.

    A stand-in: there is no such Python for the Windows that the tests run in.
    """
    for name in ("monotonic_ns", "time_ns"):
        read, step = getattr(time, name), CoarseClock.STEP_NS
        coarse = _in_steps(read, step)
        monkeypatch.setattr(time, name, coarse)
        monkeypatch.setattr(time, name[:-3], _in_seconds(coarse))


def _in_steps(read: Callable[[], int], step: int) -> Callable[[], int]:
    return lambda: read() // step * step


def _in_seconds(read: Callable[[], int]) -> Callable[[], float]:
    return lambda: read() / SECOND


def irregular(seconds: float) -> list[float]:
    return list(itertools.takewhile(lambda at: at < seconds, schedule.irregular()))


def video_units(
    times: Sequence[float],
    *,
    codec: str = "h264",
    size: tuple[int, int] = (320, 240),
    gop: int = 25,
    b_frames: int = 0,
    begin: int = 1000 * SECOND,
    number: int = 0,
    rate: int = 90_000,
) -> list[MediaUnit]:
    """One unit for each time (seconds after `begin`, monotonic nanoseconds), in decoding order."""
    ticks = [round(at * rate) + 123_457 for at in times]
    made = _jpegs if codec == "mjpeg" else _coded
    packets, parameters = made(tuple(ticks), codec, size, gop, b_frames, number, rate)
    track = VideoTrack(codec, *size, rate, parameters, reorder=2 if b_frames else 0)
    offset = begin - 123_457 * SECOND // rate
    latest = 0
    units = []
    for tick, key, data in packets:
        moment = _nanoseconds(tick, rate)
        latest = max(latest, moment)
        units.append(MediaUnit(track, data, moment, offset, latest + offset, key))
    return units


def audio_units(
    seconds: float, *, codec: str = "aac", begin: int = 1000 * SECOND, start: float = 0.0
) -> list[MediaUnit]:
    """Audio packets of a tone from `start` to `seconds` after `begin`."""
    packets, track = _tone(seconds - start, codec)
    offset = begin + int(start * SECOND) - _nanoseconds(54_321, track.rate)
    units = []
    for tick, data in packets:
        moment = _nanoseconds(tick + 54_321, track.rate)
        units.append(MediaUnit(track, data, moment, offset, moment + offset, True))
    return units


def mixed(*streams: Iterable[MediaUnit]) -> list[MediaUnit]:
    """All in the order of arrival; each stream keeps its own order."""
    return sorted(itertools.chain(*streams), key=lambda unit: unit.arrived)


def _nanoseconds(tick: int, rate: int) -> int:
    return (tick * SECOND + rate // 2) // rate


@kept
def _coded(ticks, codec, size, gop, b_frames, number, rate):
    context = av.CodecContext.create({"h264": "libx264", "h265": "libx265"}[codec], "w")
    context.width, context.height = size
    context.pix_fmt = "yuv420p"
    context.time_base = Fraction(1, rate)
    context.framerate = Fraction(25)
    private = f"keyint={gop}:min-keyint={gop}:scenecut=0:bframes={b_frames}"
    quiet = ":log-level=none:repeat-headers=1" if codec == "h265" else ":force-cfr=0:b-adapt=0"
    context.options = {
        "preset": "ultrafast",
        {"h264": "x264-params", "h265": "x265-params"}[codec]: private + quiet,
    }
    packets = []
    for place, tick in enumerate(ticks):
        frame = av.VideoFrame.from_ndarray(_frame_image(number + place, size), format="gray")
        frame = frame.reformat(format="yuv420p")
        frame.pts, frame.time_base = tick, context.time_base
        packets += context.encode(frame)
    packets += context.encode(None)
    coded = [(packet.pts, packet.is_keyframe, bytes(packet)) for packet in packets]
    return coded, b""


@kept
def _jpegs(ticks, codec, size, gop, b_frames, number, rate):
    return [
        (tick, True, cv2.imencode(".jpg", _frame_image(number + place, size))[1].tobytes())
        for place, tick in enumerate(ticks)
    ], b""


def _frame_image(number: int, size: tuple[int, int]) -> np.ndarray:
    width, height = size
    picture = np.full((height, width), 60 + number * 7 % 120, np.uint8)
    picture[: height // 8] = np.frombuffer(barcode.rows(number, width), np.uint8)
    return picture


@kept
def _tone(seconds: float, codec: str):
    if codec in ("pcma", "pcmu"):
        pieces = [(place * 160, b"\x55\xd5" * 80) for place in range(int(seconds * 50))]
        return pieces, AudioTrack(codec, 8000, 1)
    if codec == "l16":
        pieces = [(place * 960, b"\0\x40\xff\xc0" * 960) for place in range(int(seconds * 50))]
        return pieces, AudioTrack(codec, 48_000, 2)
    name = {"aac": "aac", "opus": "libopus"}[codec]
    context = av.CodecContext.create(name, "w")
    context.rate, context.layout, context.format = 48_000, "stereo", "fltp"
    if codec == "opus":
        context.format = "flt"
    context.open()
    length = context.frame_size
    packets = []
    for place in range(int(seconds * 48_000 / length)):
        wave = 0.2 * np.sin(np.arange(length) * 0.06).astype(np.float32)
        packed = np.repeat(wave, 2)[None] if codec == "opus" else np.stack([wave, wave])
        frame = av.AudioFrame.from_ndarray(packed, format=context.format.name, layout="stereo")
        frame.rate, frame.pts = 48_000, place * length
        packets += context.encode(frame)
    ticks = [(place * length, bytes(packet)) for place, packet in enumerate(packets)]
    return ticks, AudioTrack(
        codec, 48_000, 2, bytes(context.extradata or b"") if codec == "aac" else b""
    )


def patience(seconds: float) -> float:
    """`seconds`, or four times as many on Windows, because programs start slowly under Wine."""
    return seconds * (4 if sys.platform == "win32" else 1)


def until(true, seconds: float = 20.0) -> None:
    """Wait for a state; fails after the `patience` of `seconds`."""
    end = time.monotonic() + patience(seconds)
    while not true():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)
