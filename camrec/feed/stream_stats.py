"""Measures a feed: frame rate, bit rate, lost packets."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import pairwise
from math import exp
from statistics import median

from camrec.clock import NS_PER_SECOND
from camrec.media import MediaUnit

STATS_WINDOW_NS = 5 * NS_PER_SECOND
RATE_LULL_NS = NS_PER_SECOND  # after this long without a unit, the usual rate is not updated
RATE_SETTLING_S = 30.0  # the time constant with which the usual rate follows the latest one
INTERVAL_SAMPLE_FRAMES = 33  # the usual interval is the median among this many newest frames


@dataclass(frozen=True)
class StreamStats:
    """The statistics of a stream at one time.

    fps : frames per second over the last five seconds.
    bit_rate : bits of video and audio per second over the last five seconds.
    key_distance : seconds between the last two key frames; 0 before there are two.
    lost : packets known to be missing since the feed began.
    frames : frames since the feed began.
    age : seconds since the newest frame; None before the first.
    usual_bit_rate : bits per second, smoothed over `RATE_SETTLING_S`; it stays while nothing
        arrives.
    """

    fps: float
    bit_rate: float
    key_distance: float
    lost: int
    frames: int
    age: float | None
    usual_bit_rate: float = 0.0


class StreamMeter:
    """Measures units as they arrive."""

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
        self._usual_rate_at = 0  # when the usual rate was updated, monotonic nanoseconds
        self._usual_rate_known = False  # whether it covers a whole window

    def add(self, unit: MediaUnit) -> None:
        """Count a unit."""
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
                self._key_distance = (unit.time - self._last_key_time) / NS_PER_SECOND
            self._last_key_time = unit.time

    def interrupt(self) -> None:
        """Start again because the stream is interrupted. The frame interval is kept for now."""
        self._previous_interval = self.frame_interval
        self._frame_arrivals.clear()
        self._arrivals.clear()
        self._first = None
        self._last_key_time = None

    @property
    def frame_interval(self) -> float:
        """Seconds between two recent frames (the median); 0 before there are two."""
        intervals = [later - earlier for earlier, later in pairwise(self._frame_arrivals)]
        return median(intervals) / NS_PER_SECOND if intervals else self._previous_interval

    @property
    def has_frame_interval(self) -> bool:
        """Whether at least two frames have arrived since the last interruption."""
        return len(self._frame_arrivals) > 1

    def figures(self, now: int, newest: MediaUnit | None) -> StreamStats:
        """Return the statistics at a monotonic time (ns); `newest` is the newest frame."""
        self._expire(now)
        known = now - self._first if self._first is not None else 0
        # A rate that is measured over less than a second would not be reliable.
        span = max(min(known, STATS_WINDOW_NS) / NS_PER_SECOND, 1.0)
        bit_rate = 8 * sum(size for _, size, _ in self._arrivals) / span
        self._update_usual_rate(now, bit_rate)
        fps = sum(video for _, _, video in self._arrivals) / span
        usual = self.frame_interval
        if usual * NS_PER_SECOND > STATS_WINDOW_NS / 2 and newest is not None:
            # The window contains too few frames for counting.
            fps = 1 / usual if now - newest.arrived < 2 * usual * NS_PER_SECOND else 0.0
        return StreamStats(
            fps=fps,
            bit_rate=bit_rate,
            key_distance=self._key_distance,
            lost=self._lost,
            frames=self._frames,
            age=(now - newest.arrived) / NS_PER_SECOND if newest is not None else None,
            usual_bit_rate=self._usual_rate,
        )

    def _update_usual_rate(self, now: int, bit_rate: float) -> None:
        """Let the usual rate follow the latest rate, but not while nothing arrives."""
        if not self._arrivals or now - self._arrivals[-1][0] > RATE_LULL_NS or self._first is None:
            return
        known = now - self._first
        if self._usual_rate_known and known < RATE_LULL_NS:
            return  # the stream has just resumed, so its rate is not reliable yet
        share = (
            1 - exp(-(now - self._usual_rate_at) / NS_PER_SECOND / RATE_SETTLING_S)
            if self._usual_rate_known
            else 1.0
        )
        self._usual_rate += share * (bit_rate - self._usual_rate)
        self._usual_rate_at = now
        self._usual_rate_known = self._usual_rate_known or known >= STATS_WINDOW_NS

    def _expire(self, now: int) -> None:
        while self._arrivals and now - self._arrivals[0][0] >= STATS_WINDOW_NS:
            self._arrivals.popleft()
