"""Estimates how far audio and video of a segment are apart, from when both arrived.

The symbols in the comments are those of ``docs/timing.md``.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from camrec.clock import NS_PER_SECOND
from camrec.media import AudioDelayEstimator, Track, VideoTrack
from camrec.recording.segment_clock import SegmentClock

DELAY_WINDOW_NS = 10 * NS_PER_SECOND
MIN_WINDOW_UNITS = 5  # with fewer the minimum delay of a window is not reliable
AUDIBLE_OFFSET_S = 0.01  # less is inaudible, and may be the estimate's own error
ARRIVAL_RESOLUTION_S = 0.001  # arrivals are not known more exactly
# By a camera's reports the offset is known to a millisecond.
REPORTED_OFFSET_S = 0.002
MAX_REPORT_DISAGREEMENT_S = 1.0  # reports that differ by more from the arrivals are wrong
MJPEG_ARRIVAL_ERROR_S = 0.005  # how well the arrival of an MJPEG camera's frame is known

# (seconds from the segment's origin, seconds to move by), sorted; linear between the points.
DriftCurve = tuple[tuple[float, float], ...]


@dataclass
class MinDelay:
    """The minimum delay of one window in nanoseconds, and how many units arrived in it."""

    delay: int
    units: int = 0


class _Offsets(NamedTuple):
    """How far audio and video are apart.

    offsets : (monotonic nanoseconds, seconds that the audio is too early).
    smallest : seconds; less is not corrected.
    """

    offsets: list[tuple[int, float]]
    smallest: float


class AvSync:
    """Collects the delays of a segment's frames and audio packets as they are written.

    The delay of a unit is d = a - m, its arrival less its time on the monotonic clock. In each
    window of ten seconds the minimum delay of a track shows how far its clock has drifted. The
    difference between audio and video, μ_audio - μ_video, is how much too early the audio is in the
    file. Long audio packets have a delay because of their length, which is subtracted first
    (`AudioDelayEstimator`). Any other delay inside the camera cannot be measured.

    If the camera reports its wall clock for both tracks, these reports are used instead of the
    delays: they also show a delay inside the camera.

    newest : when the newest frame arrived, monotonic nanoseconds; None before the first.
    late_by_ns : ε, nanoseconds by which all noted times turned out to be too late.
    clock : the camera's clock; None if it is not used.

    Parameters
    ----------
    windows
        The minimum delays so far, by medium and window.
    """

    def __init__(self, windows: dict[str, dict[int, MinDelay]] | None = None) -> None:
        self.newest: int | None = None
        self.late_by_ns = 0
        self.clock: SegmentClock | None = None
        self._windows = windows or {"video": {}, "audio": {}}
        self._timed_by_arrival = False
        self._audio_delay = AudioDelayEstimator()

    def note(self, track: Track, sent: int, arrived: int) -> None:
        """Add a frame or audio packet: when it was sent and arrived, monotonic nanoseconds."""
        if isinstance(track, VideoTrack):
            self.newest = max(self.newest or arrived, arrived)
            self._timed_by_arrival = track.timed_by_arrival
        else:
            arrived -= self._audio_delay.estimate_delay(sent)
        windows = self._windows[track.medium]
        delay, index = arrived - sent, arrived // DELAY_WINDOW_NS
        window = windows.get(index)
        if window is None:
            window = windows[index] = MinDelay(delay)
        window.delay = min(window.delay, delay)
        window.units += 1

    def audio_shift(self, origin: int, origin_shift: int = 0) -> DriftCurve:
        """How to move the audio so that it is in sync; empty if it needs no moving.

        Parameters
        ----------
        origin
            The time that the curve's seconds count from, monotonic nanoseconds.
        origin_shift
            By how many nanoseconds everything was moved already.
        """
        measured = self._measure_offsets()
        back = origin_shift / NS_PER_SECOND
        offsets = [(time, offset - back) for time, offset in measured.offsets]
        if not offsets or max(abs(offset) for _, offset in offsets) <= measured.smallest:
            return ()
        return tuple(
            ((time - origin) / NS_PER_SECOND, offset) for time, offset in self._smooth(offsets)
        )

    @property
    def av_offset(self) -> float | None:
        """Seconds by which audio and video may be apart after the audio was moved."""
        offsets, smallest = self._measure_offsets()
        if not offsets:
            return None
        worst = max(abs(offset) for _, offset in offsets)
        if worst > smallest:
            smooth = self._smooth(offsets)
            worst = max(abs(a - b) for (_, a), (_, b) in zip(offsets, smooth, strict=True))
        return round(max(worst, ARRIVAL_RESOLUTION_S), 6)

    @property
    def uncertainty(self) -> float | None:
        """Seconds by which the time of a frame may be wrong on this machine's clock."""
        drifts = [
            abs(window.delay + self.late_by_ns)
            for window in self._reliable_windows("video").values()
        ]
        if not drifts:
            return None
        error = MJPEG_ARRIVAL_ERROR_S if self._timed_by_arrival else ARRIVAL_RESOLUTION_S
        return round(max(drifts) / NS_PER_SECOND + error, 6)

    def _reliable_windows(self, medium: str) -> dict[int, MinDelay]:
        """The windows with enough units; if there are none, all windows as one."""
        windows = self._windows[medium]
        reliable = {
            index: window for index, window in windows.items() if window.units >= MIN_WINDOW_UNITS
        }
        if reliable or not windows:
            return reliable
        return {min(windows): MinDelay(min(window.delay for window in windows.values()))}

    def retimed(self, delays: Sequence[tuple[int, int]]) -> AvSync:
        """The same with corrected times of the frames.

        delays : when frames arrived, and their delays after the correction, nanoseconds.
        """
        windows: dict[int, MinDelay] = {}
        for arrived, delay in delays:
            index = arrived // DELAY_WINDOW_NS
            if index in self._windows["video"]:
                window = windows.setdefault(index, MinDelay(delay, MIN_WINDOW_UNITS))
                window.delay = min(window.delay, delay)
        corrected = AvSync({"video": windows, "audio": self._windows["audio"]})
        corrected.newest = self.newest
        corrected.late_by_ns = -min(delay for _, delay in delays)
        return corrected

    def _measure_offsets(self) -> _Offsets:
        by_arrival = self._measure_by_arrival()
        by_reports = self._measure_by_reports([time for time, _ in by_arrival])
        if by_reports:
            pairs = zip(by_arrival, by_reports, strict=True)
            if max(abs(a - b) for (_, a), (_, b) in pairs) <= MAX_REPORT_DISAGREEMENT_S:
                return _Offsets(by_reports, REPORTED_OFFSET_S)
        return _Offsets(by_arrival, AUDIBLE_OFFSET_S)

    def _measure_by_reports(self, times: Sequence[int]) -> list[tuple[int, float]]:
        """As `_measure_by_arrival`, at monotonic times; empty if one of them is not known."""
        found: list[tuple[int, float]] = []
        for time in times:
            early = None if self.clock is None else self.clock.audio_early_by(time)
            if early is None:
                return []
            found.append((time, early))
        return found

    def _measure_by_arrival(self) -> list[tuple[int, float]]:
        """(middle of a window, seconds that the audio is too early), for each window with both.

        The middle is in monotonic nanoseconds.
        """
        video, audio = self._reliable_windows("video"), self._reliable_windows("audio")
        return [
            (
                index * DELAY_WINDOW_NS + DELAY_WINDOW_NS // 2,
                (_min_delay_near(audio, index) - _min_delay_near(video, index)) / NS_PER_SECOND,
            )
            for index in sorted(video.keys() & audio.keys())
        ]

    @staticmethod
    def _smooth(offsets: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
        """The median of each offset and its neighbours.

        It removes windows in which a busy machine read everything late.
        """
        return [
            (time, median(offset for _, offset in offsets[max(0, index - 1) : index + 2]))
            for index, (time, _) in enumerate(offsets)
        ]


def _min_delay_near(windows: dict[int, MinDelay], index: int) -> int:
    """The minimum delay of a window and its neighbours.

    If a window has few units, most of them may be late.
    """
    return min(windows[near].delay for near in (index - 1, index, index + 1) if near in windows)


def shift_at(curve: DriftCurve, seconds: float) -> float:
    """How many seconds to move the audio that is at `seconds`, by linear interpolation.

    Before the first point of the curve, and after the last one, the value of that point is used.
    """
    after = bisect(curve, (seconds, 0.0))
    if after == 0 or after == len(curve):
        return curve[min(after, len(curve) - 1)][1]
    (left, low), (right, high) = curve[after - 1], curve[after]
    return low + (high - low) * (seconds - left) / (right - left)
