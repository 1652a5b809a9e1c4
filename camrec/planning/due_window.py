"""The occurrences of one camera that count now or soon."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from camrec.clock import NS_PER_SECOND
from camrec.planning.facts import PlanEntry
from camrec.planning.occurrences import ONE_DAY, Occurrence, occurrences
from camrec.planning.plan import RecordingPlan
from camrec.planning.plan_state import OccurrenceKey
from camrec.planning.sun import Coordinates
from camrec.planning.wall_clock import WallClock

# The end of a recording without an end: later than any time in UTC nanoseconds.
ENDLESS_NS = 2**63 - 1
# If less of an occurrence is left, no recording is started.
MIN_REST_NS = 2 * NS_PER_SECOND
# An occurrence takes less than two days, so one that started earlier is over.
_LOOK_BACK = timedelta(days=2)
_LOOK_AHEAD = timedelta(days=2)


@dataclass(frozen=True)
class DueWindow:
    """An occurrence of a plan that is not paused, for one camera. Times are UTC nanoseconds.

    key : the key of its record.
    recorded_until : when its recording may end: `ends_at`, or the end of all occurrences of a plan
        that records without a break.
    rank : the place of its plan in the list; the first of two that start at once has priority.
    """

    entry: PlanEntry
    key: OccurrenceKey
    ends_at: int
    recorded_until: int
    rank: int

    @property
    def camera_id(self) -> str:
        """Its camera."""
        return self.key.camera_id

    @property
    def starts_at(self) -> int:
        """When it starts."""
        return self.key.starts_at


class WindowFinder:
    """Computes the occurrences around a moment, each once."""

    def __init__(self, clock: WallClock, place: Coordinates | None) -> None:
        self._clock = clock
        self._place = place
        self._windows = lru_cache(maxsize=256)(self._compute)

    def at(self, place: Coordinates | None) -> WindowFinder:
        """The same for another place."""
        return self if place == self._place else WindowFinder(self._clock, place)

    def find(
        self,
        entries: Sequence[PlanEntry],
        since: int,
        now: int,
        recorded: Collection[OccurrenceKey],
    ) -> Iterator[DueWindow]:
        """What ends after `since` and starts until two days after `now`, for all cameras.

        recorded : what is being recorded. It is found too if its plan says now that it is over.
        """
        first = self._clock.day_of(since) - _LOOK_BACK
        last = self._clock.day_of(now) + _LOOK_AHEAD
        for rank, entry in enumerate(entries):
            if entry.plan.enabled:
                over = max(since, entry.counts_from)
                for window in self._windows(rank, entry, first, last):
                    if window.ends_at > over or window.key in recorded:
                        yield window

    def _compute(
        self, rank: int, entry: PlanEntry, first: date, last: date
    ) -> tuple[DueWindow, ...]:
        plan = entry.plan
        return tuple(
            DueWindow(
                entry,
                OccurrenceKey(entry.plan_id, camera_id, each.starts_at),
                each.ends_at,
                self._recorded_until(plan, each),
                rank,
            )
            for each in occurrences(plan, first, last, self._clock, self._place)
            if each.reason is None
            for camera_id in plan.cameras
        )

    def _recorded_until(self, plan: RecordingPlan, occurrence: Occurrence) -> int:
        if not plan.always:
            return occurrence.ends_at
        if plan.until is None:
            return ENDLESS_NS
        return self._clock.start_of_day(plan.until + ONE_DAY)
