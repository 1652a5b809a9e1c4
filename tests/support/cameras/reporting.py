"""An RTSP camera on raw sockets that says what its wall clock shows, rightly or wrongly."""

from __future__ import annotations

import itertools
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from support.beeps import encoded
from support.cameras.raw_rtsp import Frame, RawRtspCamera, RtspConnection, encode
from support.cameras.raw_server import SentFrame

SECOND = 10**9
NTP_TO_UNIX_S = 2_208_988_800
SSRC = 0x11223344
SOUND_RATE, SOUND_TYPE = 8000, 8  # G.711 A-law


@dataclass(frozen=True)
class CapturedFrame:
    """A frame that was sent.

    stamp : its 32-bit RTP timestamp.
    captured : when it was taken, UTC nanoseconds by this machine's clock.
    """

    stamp: int
    captured: int


def two_seconds() -> tuple[Frame, ...]:
    """A film for it."""
    return encode("-g", "25", size="320x240", rate=25, seconds=2)


class ReportingCamera(RawRtspCamera):
    """It takes a frame, encodes it for `encoding` seconds, and sends it and sender reports.

    captured : each frame that was sent.

    Parameters
    ----------
    sent_fps, counted_fps
        Frames a second, and frames in a second of the RTP timestamps.
    wall
        How far its wall clock is ahead of UTC, in seconds, at so many seconds from PLAY.
    reports_every
        Seconds between two sender reports of a track; 0: it sends none.
    sound_late
        Seconds after which a packet of its sound is sent; None: it has no sound. There is a beep of
        0.1 s in the middle of each second of `sound_began`.
    sends_capture_times
        Each frame has ONVIF's header extension.
    """

    payload_type = 96

    def __init__(
        self,
        frames: tuple[Frame, ...],
        *,
        sent_fps: float = 25,
        counted_fps: float | None = None,
        wall: Callable[[float], float] = lambda at: 0.0,
        reports_every: float = 1.0,
        encoding: float = 0.04,
        sound_late: float | None = None,
        sends_capture_times: bool = False,
    ) -> None:
        super().__init__(frames)
        self._sent_fps = sent_fps
        self._counted_fps = counted_fps or sent_fps
        self._wall = wall
        self._reports_every = reports_every
        self._encoding = encoding
        self._sound_late = sound_late
        self._sends_capture_times = sends_capture_times
        self._sound = encoded("pcm_alaw", SOUND_RATE, 1, 0)[0] if sound_late is not None else ()
        self.captured: list[CapturedFrame] = []
        self.sound_began = 0  # UTC nanoseconds

    def media(self) -> list[str]:
        sound = [f"m=audio 0 RTP/AVP {SOUND_TYPE}", "a=control:trackID=1"] if self._sound else []
        return [*super().media(), *sound]

    def setup(self, connection: RtspConnection, url: str, headers: dict[str, str]):
        before = connection.video_channel
        reply = super().setup(connection, url, headers)
        if "trackID=1" in url:
            connection.video_channel = before
        return reply

    def stream(self, connection: RtspConnection) -> None:
        to_utc = time.time_ns() - time.perf_counter_ns()
        begin = time.perf_counter()
        begin_utc = round(begin * SECOND) + to_utc
        self.sound_began = begin_utc
        for due, send in _merge(self._video(begin_utc), self._audio(begin_utc)):
            if connection.over.wait(max(0.0, begin + due - time.perf_counter())):
                return
            send(connection)

    def _video(self, begin_utc: int) -> Iterator[tuple[float, Callable[[RtspConnection], None]]]:
        sequence, reported = itertools.count(1000), -self._reports_every
        for number in itertools.count():
            at = number / self._sent_fps
            stamp = 1000 + round(number / self._counted_fps * 90_000) & 0xFFFFFFFF
            captured = begin_utc + round(at * SECOND)
            ntp = _to_ntp(captured + round(self._wall(at) * SECOND))

            def send(connection, number=number, stamp=stamp, captured=captured, ntp=ntp):
                frame = self.frames[number % len(self.frames)]
                self._send_frame(connection, frame, stamp, ntp, sequence)
                self.captured.append(CapturedFrame(stamp, captured))
                self.sent.append(SentFrame(number, time.perf_counter_ns(), connection.number))

            yield at + self._encoding, send
            if self._reports_every and at >= reported + self._reports_every:
                reported = at
                yield at + self._encoding, _report(0, ntp, stamp)

    def _audio(self, begin_utc: int) -> Iterator[tuple[float, Callable[[RtspConnection], None]]]:
        reported = -self._reports_every
        units = self._sound[: 8 * SOUND_RATE // 160]  # 8 s, repeated
        for number in itertools.count() if units else ():
            data = units[number % len(units)][1]
            at = number * 160 / SOUND_RATE
            stamp = 7000 + number * 160 & 0xFFFFFFFF
            due = at + 0.02 + (self._sound_late or 0.0)

            def send(connection, number=number, stamp=stamp, data=data):
                head = struct.pack(">BBHII", 0x80, SOUND_TYPE, number & 0xFFFF, stamp, SSRC + 1)
                connection.send_packet(2, head + data)

            yield due, send
            if self._reports_every and at >= reported + self._reports_every:
                reported = at
                ntp = _to_ntp(begin_utc + round((at + self._wall(at)) * SECOND))
                yield due, _report(2, ntp, stamp)

    def _send_frame(self, connection, frame, stamp, ntp, sequence) -> None:
        first = True
        for payload, marker in self.payloads(frame):
            kind = (0x80 if marker else 0) | self.payload_type
            extension = b""
            if self._sends_capture_times and first:
                extension = struct.pack(">HHQBBH", 0xABAC, 3, ntp, 0x80, 1, 0)
            number = next(sequence) & 0xFFFF
            version = 0x90 if extension else 0x80
            head = struct.pack(">BBHII", version, kind, number, stamp, SSRC)
            connection.send_packet(connection.video_channel, head + extension + payload)
            first = False


def _report(channel: int, ntp: int, stamp: int) -> Callable[[RtspConnection], None]:
    data = struct.pack(">BBHIQIII", 0x80, 200, 6, SSRC + channel // 2, ntp, stamp, 1, 1)
    return lambda connection: connection.send_packet(channel + 1, data)


def _to_ntp(utc_ns: int) -> int:
    return (((utc_ns // SECOND + NTP_TO_UNIX_S) << 32) + ((utc_ns % SECOND) << 32) // SECOND) & (
        2**64 - 1
    )


def _merge(*streams: Iterator[tuple[float, Callable[[RtspConnection], None]]]):
    """What is due next, of any of these."""
    heads = [[next(stream, None), stream] for stream in streams]
    while waiting := [head for head in heads if head[0] is not None]:
        first = min(waiting, key=lambda head: head[0][0])
        yield first[0]
        first[0] = next(first[1], None)
