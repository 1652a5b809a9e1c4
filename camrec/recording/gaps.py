"""What counts as a time without pictures."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from statistics import median
from typing import Protocol

from camrec.receipt import Gap
from camrec.recording.timeline import SECOND

SHORTEST = 2.0  # seconds
DISTANCES = 5  # times the usual distance between two pictures, if that is more
UNKNOWN = 15.0  # seconds, where nobody knows how far apart they are usually
BROKEN = 2  # times the usual distance where the stream broke: a picture is missing there
ENOUGH = 3  # distances that tell the usual one
SLACK = 1 / 20_000  # seconds: a moment is rounded differently in each part


def between(
    earlier: float, later: float, usual: float, broken: bool = False, left_out: bool = False
) -> Gap | None:
    """The gap from one picture to the next, or to the end; all in seconds."""
    silent = max(SHORTEST, DISTANCES * usual) if usual else UNKNOWN
    shortest = BROKEN * usual if broken else silent
    shortest = 0.0 if left_out else shortest
    if later - earlier <= shortest:
        return None
    return Gap(start=round(earlier, 6), duration=round(later - earlier, 6))


def find(
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
    if len(distances) >= ENOUGH or (distances and not usual):
        usual = median(distances)
    broken, missing = (
        {bisect_left(times, at - SLACK) for at in places} for places in (breaks, left_out)
    )
    pairs = enumerate(zip(times, [*times[1:], end], strict=True), 1)
    found = (between(a, b, usual, number in broken, number in missing) for number, (a, b) in pairs)
    return [gap for gap in found if gap is not None]


class Pace(Protocol):
    """Seconds between two pictures as they come lately; 0 before there are two."""

    usual_distance: float


class Account:
    """The gaps of a recording that still runs; moments are monotonic nanoseconds.

    newest : the moment of the newest picture.
    broken : the stream broke after it.
    left_out : pictures were left out on purpose after it.
    """

    def __init__(self, zero: int) -> None:
        self.newest = zero
        self.broken = False
        self.left_out = False
        self._late = 0
        self._zero = zero
        self._found: list[Gap] = []

    def note(self, moment: int, arrived: int, pace: Pace) -> bool:
        """A picture was written; True when there was a gap before it."""
        if moment <= self.newest:
            return False
        gap = self._between(moment, pace)
        self.newest, self._late = moment, arrived - moment
        self.broken = self.left_out = False
        if gap is not None:
            self._found.append(gap)
        return gap is not None

    def until(self, now: int, pace: Pace) -> list[Gap]:
        """All so far, one that still lasts included."""
        # The camera's clock may have moved away from ours: silence is counted by ours.
        lasting = self._between(now - self._late, pace)
        return [*self._found, lasting] if lasting else list(self._found)

    def _between(self, moment: int, pace: Pace) -> Gap | None:
        if moment - self.newest <= SHORTEST * SECOND and not (self.broken or self.left_out):
            return None  # of most pictures, without asking for the usual distance
        earlier, later = ((each - self._zero) / SECOND for each in (self.newest, moment))
        return between(earlier, later, pace.usual_distance, self.broken, self.left_out)
