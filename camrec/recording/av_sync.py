"""How sound and pictures keep step, and both with our clock, told by when they arrived."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from camrec.clock import NS_PER_SECOND
from camrec.media import AudioDelayEstimator, Track, VideoTrack

DELAY_WINDOW_NS = 10 * NS_PER_SECOND
MIN_WINDOW_UNITS = 5  # units that make a window's least delay worth something
AUDIBLE_OFFSET_S = (
    0.01  # seconds: a difference below it nobody hears, and it may be the estimate's own
)
ARRIVAL_RESOLUTION_S = 0.001  # seconds: arrivals are not told more exactly
MJPEG_ARRIVAL_ERROR_S = (
    0.005  # seconds: how well the arrival of a picture of an MJPEG camera is known
)

DriftCurve = tuple[tuple[float, float], ...]


@dataclass
class MinDelay:
    """The least delay of a window, nanoseconds, and of how many units."""

    delay: int
    units: int = 0


class AvSync:
    """Takes notes of a part's units as they are written.

    A unit's delay is its arrival less its moment. In each window of ten seconds the least delay of
    either medium tells how its clock lies to ours; the difference of the two tells how far the
    sound is off the picture; a long piece of sound comes late by its length
    (`AudioDelayEstimator`). All else that either is delayed by in the camera is not seen.

    newest : when the newest picture arrived; None before the first.
    late_by_ns : nanoseconds by which all moments that were noted turned out to be too late.
    """

    def __init__(self) -> None:
        self.newest: int | None = None
        self.late_by_ns = 0
        self._windows: dict[str, dict[int, MinDelay]] = {"video": {}, "audio": {}}
        self._timed_by_arrival = False
        self._delay_estimator = AudioDelayEstimator()

    def note(self, track: Track, moment: int, arrived: int) -> None:
        if isinstance(track, VideoTrack):
            self.newest = max(self.newest or arrived, arrived)
            self._timed_by_arrival = track.timed_by_arrival
        else:
            arrived -= self._delay_estimator.estimate_delay(moment)
        windows = self._windows[track.medium]
        place = arrived // DELAY_WINDOW_NS
        least = windows.get(place)
        if least is None:
            least = windows[place] = MinDelay(arrived - moment)
        least.delay = min(least.delay, arrived - moment)
        least.units += 1

    def sound(self, zero: int) -> DriftCurve:
        """How to move the sound so that it is in step; empty where it is so as it lies.

        (seconds from the moment `zero`, seconds to move by) at some times; between them the way
        is straight.
        """
        apart = self._measure_offsets()
        if not apart or max(abs(off) for _, off in apart) <= AUDIBLE_OFFSET_S:
            return ()
        return tuple(((moment - zero) / NS_PER_SECOND, off) for moment, off in self._smooth(apart))

    @property
    def av_offset(self) -> float | None:
        """Seconds that the sound may be off, after it was moved."""
        apart = self._measure_offsets()
        if not apart:
            return None
        worst = max(abs(off) for _, off in apart)
        if worst > AUDIBLE_OFFSET_S:
            smooth = self._smooth(apart)
            worst = max(abs(a - b) for (_, a), (_, b) in zip(apart, smooth, strict=True))
        return round(max(worst, ARRIVAL_RESOLUTION_S), 6)

    @property
    def uncertainty(self) -> float | None:
        """Seconds that a picture's moment may be off our clock."""
        delays = [
            abs(least.delay + self.late_by_ns) for least in self._reliable_windows("video").values()
        ]
        if not delays:
            return None
        return round(
            max(delays) / NS_PER_SECOND
            + (MJPEG_ARRIVAL_ERROR_S if self._timed_by_arrival else ARRIVAL_RESOLUTION_S),
            6,
        )

    def _reliable_windows(self, medium: str) -> dict[int, MinDelay]:
        """The windows with enough in them; where none has, all as one."""
        windows = self._windows[medium]
        sure = {place: least for place, least in windows.items() if least.units >= MIN_WINDOW_UNITS}
        if sure or not windows:
            return sure
        return {min(windows): MinDelay(min(least.delay for least in windows.values()))}

    def _measure_offsets(self) -> list[tuple[int, float]]:
        """(moment, seconds that the sound lies too early) in the middle of each window."""
        video, audio = self._reliable_windows("video"), self._reliable_windows("audio")
        return [
            (
                place * DELAY_WINDOW_NS + DELAY_WINDOW_NS // 2,
                (_min_delay_near(audio, place) - _min_delay_near(video, place)) / NS_PER_SECOND,
            )
            for place in sorted(video.keys() & audio.keys())
        ]

    @staticmethod
    def _smooth(apart: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
        """Each as the median of it and its neighbours: a loaded machine shows late arrivals."""
        return [
            (moment, median(off for _, off in apart[max(0, at - 1) : at + 2]))
            for at, (moment, _) in enumerate(apart)
        ]


def _min_delay_near(windows: dict[int, MinDelay], place: int) -> int:
    """The least delay of a window and its neighbours: where few units come, most come late."""
    return min(windows[at].delay for at in (place - 1, place, place + 1) if at in windows)


def shift_at(moves: DriftCurve, seconds: float) -> float:
    """How far to move what lies at `seconds`."""
    after = bisect(moves, (seconds, 0.0))
    if after == 0 or after == len(moves):
        return moves[min(after, len(moves) - 1)][1]
    (left, low), (right, high) = moves[after - 1], moves[after]
    return low + (high - low) * (seconds - left) / (right - left)
