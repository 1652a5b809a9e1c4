"""What counts as a time without pictures."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from statistics import median

from camrec.clock import NS_PER_SECOND
from camrec.feed import MediaFeed
from camrec.receipt import Gap

MIN_GAP_S = 2.0  # seconds
MIN_GAP_FRAME_INTERVALS = 5  # times the usual distance between two pictures, if that is more
MIN_GAP_UNKNOWN_RATE_S = 15.0  # seconds, where nobody knows how far apart they are usually
MIN_DISCONTINUITY_FRAME_INTERVALS = (
    2  # times the usual distance where the stream broke: a picture is missing there
)
MIN_MEDIAN_INTERVALS = 3  # distances that tell the usual one
GAP_ROUNDING_S = 1 / 20_000  # seconds: a moment is rounded differently in each part


def gap_between(
    earlier: float, later: float, usual: float, broken: bool = False, left_out: bool = False
) -> Gap | None:
    """The gap from one picture to the next, or to the end; all in seconds."""
    silent = max(MIN_GAP_S, MIN_GAP_FRAME_INTERVALS * usual) if usual else MIN_GAP_UNKNOWN_RATE_S
    shortest = MIN_DISCONTINUITY_FRAME_INTERVALS * usual if broken else silent
    shortest = 0.0 if left_out else shortest
    if later - earlier <= shortest:
        return None
    return Gap(start=round(earlier, 6), duration=round(later - earlier, 6))


def find_gaps(
    times: Sequence[float],
    end: float,
    breaks: Sequence[float] = (),
    usual: float = 0.0,
    left_out: Sequence[float] = (),
) -> list[Gap]:
    """The gaps between pictures shown at `times` (sorted), silence up to `end` included.

    breaks : the times of pictures before which the stream broke; there a short gap is one too.
    usual : seconds from picture to picture as they came lately, where that was known: it counts
        where too few are shown to tell.
    left_out : those before which pictures were left out on purpose: there is a gap whatever its
        length. One that lies behind all pictures means the end.
    """
    if not times:
        return []
    distances = [later - earlier for earlier, later in zip(times, times[1:], strict=False)]
    if len(distances) >= MIN_MEDIAN_INTERVALS or (distances and not usual):
        usual = median(distances)
    broken, missing = (
        {bisect_left(times, at - GAP_ROUNDING_S) for at in places} for places in (breaks, left_out)
    )
    pairs = enumerate(zip(times, [*times[1:], end], strict=True), 1)
    found = (
        gap_between(a, b, usual, number in broken, number in missing) for number, (a, b) in pairs
    )
    return [gap for gap in found if gap is not None]


class GapTracker:
    """The gaps of a recording that still runs; moments are monotonic nanoseconds.

    newest : the moment of the newest picture.
    is_discontinuous : the stream broke after it.
    left_out : pictures were left out on purpose after it.
    """

    def __init__(self, zero: int) -> None:
        self.newest = zero
        self.is_discontinuous = False
        self.left_out = False
        self._newest_delay = 0
        self._origin = zero
        self._gaps: list[Gap] = []

    def note(self, moment: int, arrived: int, feed: MediaFeed) -> bool:
        """A picture was written; True when there was a gap before it."""
        if moment <= self.newest:
            return False
        gap = self._gap_before(moment, feed)
        self.newest, self._newest_delay = moment, arrived - moment
        self.is_discontinuous = self.left_out = False
        if gap is not None:
            self._gaps.append(gap)
        return gap is not None

    def gaps_until(self, now: int, feed: MediaFeed) -> list[Gap]:
        """All so far, one that still lasts included."""
        # The camera's clock may have moved away from ours: silence is counted by ours.
        lasting = self._gap_before(now - self._newest_delay, feed)
        return [*self._gaps, lasting] if lasting else list(self._gaps)

    def _gap_before(self, moment: int, feed: MediaFeed) -> Gap | None:
        if moment - self.newest <= MIN_GAP_S * NS_PER_SECOND and not (
            self.is_discontinuous or self.left_out
        ):
            return None  # of most pictures, without asking for the usual distance
        earlier, later = ((each - self._origin) / NS_PER_SECOND for each in (self.newest, moment))
        return gap_between(
            earlier, later, feed.frame_interval, self.is_discontinuous, self.left_out
        )
