"""What counts as a gap in a recording."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Sequence
from statistics import median
from typing import Protocol

from camrec.clock import NS_PER_SECOND
from camrec.receipt import Gap

MIN_GAP_S = 2.0
MIN_GAP_FRAME_INTERVALS = 5  # times the usual frame interval, if that is longer
MIN_GAP_UNKNOWN_RATE_S = 15.0  # if the usual frame interval is not known
MIN_DISCONTINUITY_FRAME_INTERVALS = 2  # if the stream broke: then a frame is missing
MIN_MEDIAN_INTERVALS = 3  # with fewer the median frame interval is not reliable
GAP_ROUNDING_S = 1 / 20_000  # times are rounded differently in each segment


def gap_between(
    earlier: float,
    later: float,
    frame_interval: float,
    is_discontinuity: bool = False,
    left_out: bool = False,
) -> Gap | None:
    """The gap from one frame to the next, or to the end; None if they are close enough.

    Parameters
    ----------
    earlier, later
        Seconds from the start of the video.
    frame_interval
        The usual number of seconds between two frames; 0: not known.
    is_discontinuity
        The stream broke between them, so a short gap counts too.
    left_out
        Frames between them were left out on purpose, so any gap counts.
    """
    shortest = MIN_GAP_UNKNOWN_RATE_S
    if frame_interval:
        shortest = max(MIN_GAP_S, MIN_GAP_FRAME_INTERVALS * frame_interval)
    if is_discontinuity:
        shortest = MIN_DISCONTINUITY_FRAME_INTERVALS * frame_interval
    if left_out:
        shortest = 0.0
    if later - earlier <= shortest:
        return None
    return Gap(start=round(earlier, 6), duration=round(later - earlier, 6))


def find_gaps(
    times: Sequence[float],
    end: float,
    discontinuities: Sequence[float] = (),
    frame_interval: float = 0.0,
    left_out: Sequence[float] = (),
) -> list[Gap]:
    """The gaps in a finished video, including one at its end. All times are in seconds.

    Parameters
    ----------
    times
        When each frame is shown, sorted.
    end
        When the recording ended.
    discontinuities
        The times of frames before which the stream broke.
    frame_interval
        The frame interval of the feed, 0 if not known. It is used if there are too few frames to
        compute one.
    left_out
        The times of frames before which others were left out on purpose. A time after all frames
        means that frames were left out at the end.
    """
    if not times:
        return []
    intervals = [later - earlier for earlier, later in itertools.pairwise(times)]
    if len(intervals) >= MIN_MEDIAN_INTERVALS or (intervals and not frame_interval):
        frame_interval = median(intervals)
    broken, missing = (
        {bisect_left(times, at - GAP_ROUNDING_S) for at in places}
        for places in (discontinuities, left_out)
    )
    pairs = enumerate(zip(times, [*times[1:], end], strict=True), 1)
    gaps = (
        gap_between(a, b, frame_interval, index in broken, index in missing)
        for index, (a, b) in pairs
    )
    return [gap for gap in gaps if gap is not None]


class FrameInterval(Protocol):
    """An object that knows the recent frame interval, such as a feed."""

    @property
    def frame_interval(self) -> float:
        """Seconds between two frames; 0 before there are two."""


class GapTracker:
    """The gaps of a recording that is still running. Times are monotonic nanoseconds.

    newest : when the newest frame was sent.
    is_discontinuous : the stream broke after it.
    left_out : frames were left out on purpose after it.
    """

    def __init__(self, origin: int) -> None:
        self.newest = origin
        self.is_discontinuous = False
        self.left_out = False
        self._newest_delay = 0
        self._origin = origin
        self._gaps: list[Gap] = []

    def note(self, sent: int, arrived: int, feed: FrameInterval) -> bool:
        """Add a frame that was written; True if there is a gap before it."""
        if sent <= self.newest:
            return False
        gap = self._gap_before(sent, feed)
        self.newest, self._newest_delay = sent, arrived - sent
        self.is_discontinuous = self.left_out = False
        if gap is not None:
            self._gaps.append(gap)
        return gap is not None

    def gaps_until(self, now: int, feed: FrameInterval) -> list[Gap]:
        """All gaps so far, including one that still lasts."""
        # The camera's clock may have drifted, so silence is measured by this machine's clock.
        lasting = self._gap_before(now - self._newest_delay, feed)
        return [*self._gaps, lasting] if lasting else list(self._gaps)

    def _gap_before(self, sent: int, feed: FrameInterval) -> Gap | None:
        if sent - self.newest <= MIN_GAP_S * NS_PER_SECOND and not (
            self.is_discontinuous or self.left_out
        ):
            return None  # most frames end here, so their frame interval need not be computed
        earlier, later = ((each - self._origin) / NS_PER_SECOND for each in (self.newest, sent))
        return gap_between(
            earlier, later, feed.frame_interval, self.is_discontinuous, self.left_out
        )
