"""Cameras with a clock of their own, as numbers: timestamps, sender reports and arrivals.

Nothing of camrec is used here, so the truth is independent: when each frame was captured.
"""

from __future__ import annotations

import math
import random
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

SECOND = 10**9
RATE = 90_000
STARTED_AT = 1_795_964_400  # 2026-11-29T15:00:00Z, seconds since 1970
UPTIME = 5000 * SECOND  # what this machine's monotonic clock shows then
NTP_TO_UNIX_S = 2_208_988_800

# What a network adds to a frame that is sent at a number of seconds.
Network = Callable[[random.Random, float], float]
# How far a camera's wall clock is ahead of UTC at a number of seconds; in seconds.
WallClock = Callable[[float], float]


def lan(chance: random.Random, at: float) -> float:
    return chance.expovariate(1 / 0.006)


def quiet(chance: random.Random, at: float) -> float:
    return chance.expovariate(1 / 0.0005)


def rounded(chance: random.Random, at: float) -> float:
    """Few frames are as fast as the network can be."""
    return chance.gammavariate(2, 0.004)


def wifi(chance: random.Random, at: float) -> float:
    return chance.expovariate(1 / 0.02) + (0.5 * chance.random() if chance.random() < 0.03 else 0)


def right(at: float) -> float:
    return 0.0


def ahead_by(seconds: float) -> WallClock:
    return lambda at: seconds


def drifting(ppm: float) -> WallClock:
    return lambda at: at * ppm / 1e6


def set_at(moment: float, before: float, after: float) -> WallClock:
    return lambda at: before if at < moment else after


class SentFrame(NamedTuple):
    """ticks : the 32-bit RTP timestamp. captured : UTC. arrived : monotonic. In nanoseconds."""

    ticks: int
    captured: int
    arrived: int


class SentReport(NamedTuple):
    """A sender report with its 32-bit NTP and RTP times, and when it arrived (monotonic ns)."""

    ntp: int
    ticks: int
    arrived: int


@dataclass(frozen=True)
class SimulatedCamera:
    """A camera that captures, encodes and sends frames.

    rtp_ppm : how much faster its RTP clock runs.
    wall : its wall clock.
    counted : frames per second that its timestamps count; None for the true times.
    reports_every, first_report, last_report : seconds.
    report_ticks : an error of the RTP timestamps in its reports.
    of_last_frame : reports have the RTP timestamp of the last frame, not that of the moment.
    stamped_when_sent : the wall clock in reports is later by the time that encoding takes.
    """

    seconds: float = 70.0
    fps: float = 25.0
    encoding: float = 0.040
    network: Network = lan
    rtp_ppm: float = 0.0
    wall: WallClock = right
    counted: float | None = None
    reports_every: float = 5.0
    first_report: float = 0.02
    last_report: float = math.inf
    report_ticks: int = 0
    of_last_frame: bool = False
    stamped_when_sent: bool = False
    first_ticks: int = 1_000_000
    seed: int = 1

    def rtp_at(self, at: float) -> float:
        """RTP ticks of a moment, unwrapped."""
        return self.first_ticks + at * RATE * (1 + self.rtp_ppm / 1e6)

    def frame_ticks(self, number: int) -> int:
        """RTP ticks of a frame, unwrapped."""
        if self.counted is not None:
            return self.first_ticks + round(number * RATE / self.counted)
        return round(self.rtp_at(number / self.fps))

    def frames(self) -> tuple[SentFrame, ...]:
        """In the order of their arrival; no frame overtakes another."""
        return self._frames

    @cached_property
    def _frames(self) -> tuple[SentFrame, ...]:
        chance, latest, sent = random.Random(self.seed), 0.0, []
        for number in range(int(self.seconds * self.fps)):
            at = number / self.fps
            latest = max(latest, at + self.encoding + self.network(chance, at))
            captured = STARTED_AT * SECOND + round(at * SECOND)
            arrived = UPTIME + round(latest * SECOND)
            sent.append(SentFrame(self.frame_ticks(number) % 2**32, captured, arrived))
        return tuple(sent)

    def raw_reports(self) -> list[tuple[float, float, int]]:
        """(sent at, seconds since 1970 less `STARTED_AT`, unwrapped RTP ticks) of each report."""
        made, at = [], self.first_report
        while at < min(self.seconds, self.last_report):
            number = int(at * self.fps)
            ticks = self.frame_ticks(number) if self.of_last_frame else round(self.rtp_at(at))
            late = self.encoding if self.stamped_when_sent else 0.0
            made.append((at, at + self.wall(at) + late, ticks + self.report_ticks))
            at += self.reports_every
        return made

    def reports(self) -> list[SentReport]:
        """Reports as the camera sends them."""
        return [
            SentReport(to_ntp(utc), ticks % 2**32, UPTIME + round((at + 0.001) * SECOND))
            for at, utc, ticks in self.raw_reports()
        ]

    def relayed_reports(self, gop: float = 1.0) -> list[SentReport]:
        """Reports as MediaMTX computes them from the camera's (`useAbsoluteTimestamp: true`).

        One in ten seconds. It extends the camera's newest report at the nominal rate to the last
        key frame, and from there to now.
        """
        raw, made = self.raw_reports(), []
        if not raw:
            return []
        first = math.ceil(raw[0][0] / gop) * gop
        for step in range(int((self.seconds - first) / 10) + 1):
            now = first + 10 * step
            key = math.floor(now / gop) * gop
            heard = bisect_right([at for at, _, _ in raw], key) - 1
            if heard < 0:
                continue
            _, utc, ticks = raw[heard]
            key_ticks = self.frame_ticks(round(key * self.fps))
            by_key = utc + (key_ticks - ticks) / RATE + now - key
            made.append(
                SentReport(
                    to_ntp(by_key),
                    round(key_ticks + (now - key) * RATE) % 2**32,
                    UPTIME + round((now + 0.001) * SECOND),
                )
            )
        return made


def stamped_later(camera: SimulatedCamera, seconds: float) -> SimulatedCamera:
    """A camera that sends the same, but takes longer before it gives a frame its timestamp.

    It sends it `seconds` later: so much more time passes between capturing and sending.
    """
    ticks = round(camera.rtp_at(seconds) - camera.first_ticks)
    return replace(
        camera,
        encoding=camera.encoding + seconds,
        wall=lambda at: camera.wall(at - seconds),
        first_report=camera.first_report + seconds,
        last_report=camera.last_report + seconds,
        report_ticks=camera.report_ticks - ticks,
    )


def to_ntp(since_start: float) -> int:
    """The 64-bit NTP timestamp of a number of seconds after `STARTED_AT`; modulo an era."""
    whole = math.floor(since_start)
    seconds = STARTED_AT + whole + NTP_TO_UNIX_S
    return (seconds % 2**32) << 32 | int((since_start - whole) * 2**32)
