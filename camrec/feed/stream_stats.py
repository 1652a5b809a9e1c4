"""What a feed's figures are computed from."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import pairwise
from math import exp
from statistics import median

from camrec.media import MediaUnit

STATS_WINDOW_NS = 5 * 10**9
RATE_LULL_NS = 10**9  # nanoseconds without anything, after which the latest rate tells of the lull
RATE_SETTLING_S = 30.0  # seconds in which the usual rate follows the latest one
INTERVAL_SAMPLE_FRAMES = 33  # pictures, whose distances tell the usual one


@dataclass(frozen=True)
class StreamStats:
    """How a stream does.

    fps, bit_rate : pictures and bits (sound too) a second over the last five seconds.
    key_distance : seconds between the last two key pictures; 0 while there was one only.
    lost : packets known to be missing since the feed began.
    frames : pictures since then.
    age : seconds since the newest picture; None before the first.
    usual_bit_rate : bits a second as they usually are: it follows slowly, and stays while nothing
        comes.
    """

    fps: float
    bit_rate: float
    key_distance: float
    lost: int
    frames: int
    age: float | None
    usual_bit_rate: float = 0.0


class StreamMeter:
    """Takes notes of units as they arrive."""

    def __init__(self) -> None:
        self._arrivals: deque[tuple[int, int, bool]] = deque()
        self._frame_arrivals: deque[int] = deque(maxlen=INTERVAL_SAMPLE_FRAMES)
        self._previous_interval = 0.0
        self._first: int | None = None
        self._last_key_time: int | None = None
        self._key_distance = 0.0
        self._lost = 0
        self._frames = 0
        self._usual_rate = 0.0
        self._usual_rate_at = 0  # when the usual rate was looked at
        self._usual_rate_known = False  # it is one of a whole window

    def add(self, unit: MediaUnit) -> None:
        video = unit.track.medium == "video"
        self._first = unit.arrived if self._first is None else self._first
        self._arrivals.append((unit.arrived, len(unit.data), video))
        self._expire(unit.arrived)
        self._lost += unit.lost
        if not video:
            return
        self._frames += 1
        self._frame_arrivals.append(unit.arrived)
        if unit.key:
            if self._last_key_time is not None:
                self._key_distance = (unit.time - self._last_key_time) / 1e9
            self._last_key_time = unit.time

    def interrupt(self) -> None:
        """What comes next has no tie to what was; how far apart its pictures are is likely so."""
        self._previous_interval = self.frame_interval
        self._frame_arrivals.clear()
        self._arrivals.clear()
        self._first = None
        self._last_key_time = None

    @property
    def frame_interval(self) -> float:
        """Seconds between two pictures, the median of the latest; 0 before there are two."""
        distances = [later - earlier for earlier, later in pairwise(self._frame_arrivals)]
        return median(distances) / 1e9 if distances else self._previous_interval

    @property
    def has_frame_interval(self) -> bool:
        """Whether there are two pictures since the stream last broke."""
        return len(self._frame_arrivals) > 1

    def figures(self, now: int, newest: MediaUnit | None) -> StreamStats:
        self._expire(now)
        span = min(now - self._first, STATS_WINDOW_NS) / 1e9 if self._first is not None else 0.0
        # Over less than a second a rate would say more than is known.
        span = max(span, 1.0)
        bit_rate = 8 * sum(size for _, size, _ in self._arrivals) / span
        self._update_usual_rate(now, bit_rate)
        fps = sum(video for _, _, video in self._arrivals) / span
        usual = self.frame_interval
        if usual * 1e9 > STATS_WINDOW_NS / 2 and newest is not None:
            # Too few of them are in the window to be counted.
            fps = 1 / usual if now - newest.arrived < 2 * usual * 1e9 else 0.0
        return StreamStats(
            fps=fps,
            bit_rate=bit_rate,
            key_distance=self._key_distance,
            lost=self._lost,
            frames=self._frames,
            age=(now - newest.arrived) / 1e9 if newest is not None else None,
            usual_bit_rate=self._usual_rate,
        )

    def _update_usual_rate(self, now: int, bit_rate: float) -> None:
        """Have the usual rate follow, unless what is known fades because nothing comes."""
        if not self._arrivals or now - self._arrivals[-1][0] > RATE_LULL_NS or self._first is None:
            return
        known = now - self._first
        if self._usual_rate_known and known < RATE_LULL_NS:
            return  # it has come back: over less than a second a rate says too little
        share = (
            1 - exp(-(now - self._usual_rate_at) / 1e9 / RATE_SETTLING_S)
            if self._usual_rate_known
            else 1.0
        )
        self._usual_rate += share * (bit_rate - self._usual_rate)
        self._usual_rate_at = now
        self._usual_rate_known = self._usual_rate_known or known >= STATS_WINDOW_NS

    def _expire(self, now: int) -> None:
        while self._arrivals and now - self._arrivals[0][0] >= STATS_WINDOW_NS:
            self._arrivals.popleft()
