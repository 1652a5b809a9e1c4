"""Warns when the disk will be full within two days, if something is planned or has no end."""

from __future__ import annotations

from datetime import timedelta

from camrec.alerts import Alert, judge_disk
from camrec.clock import NS_PER_HOUR, NS_PER_SECOND, Clock
from camrec.recording import ENDED_RECORDING_STATES
from camrec.station.alerts.alert_book import AlertBook
from camrec.station.plans import StationPlans
from camrec.station.recordings import StationRecordings

DISK_CHECK_INTERVAL_NS = 60 * NS_PER_SECOND
# So that an alert that is there can be compared with what is a bit later.
LOOK_AHEAD = timedelta(days=4)
_COMING_STATES = ("planned", "recording", "impossible")


class DiskWatch:
    """Asks the calendar of plans, which adds up what will be written. Used by one thread."""

    def __init__(
        self,
        clock: Clock,
        recordings: StationRecordings,
        plans: StationPlans,
        book: AlertBook,
    ) -> None:
        self._clock = clock
        self._recordings = recordings
        self._plans = plans
        self._book = book
        self._next_check = clock.monotonic_ns()

    def check(self) -> None:
        """Warn, or note that all is well again; once a minute."""
        monotonic = self._clock.monotonic_ns()
        if monotonic < self._next_check:
            return
        self._next_check = monotonic + DISK_CHECK_INTERVAL_NS
        now = self._clock.utc_ns()
        warned = next((e for e in self._book.store.lasting() if e.kind == "disk_full_soon"), None)
        is_unattended, full_at = self._look_ahead(now)
        if not is_unattended:
            if warned is not None:
                self._book.end(warned.alert_id, now, "disk_idle")
            return
        verdict = judge_disk(now, full_at, is_warned=warned is not None)
        if verdict == "warn" and full_at is not None:
            facts = {"hours": max(1, round((full_at - now) / NS_PER_HOUR))}
            self._book.add(Alert.create("disk_full_soon", "disk_full_soon", now, facts=facts))
        elif verdict == "well" and warned is not None:
            self._book.end(warned.alert_id, now, "disk_well")

    def _look_ahead(self, now: int) -> tuple[bool, int | None]:
        """Whether something is planned or records without an end, and when the disk is full.

        It does not count as full as long as old videos are deleted.
        """
        active = [e for e in self._recordings.all() if e.state not in ENDED_RECORDING_STATES]
        if not active and not self._plans.all():
            return False, None
        today = self._plans.clock.day_of(now)
        calendar = self._plans.calendar(today, today + LOOK_AHEAD)
        is_planned = any(
            each.state in _COMING_STATES and each.ends_at > now for each in calendar.occurrences
        )
        is_unattended = is_planned or any(each.ends_at is None for each in active)
        return is_unattended, calendar.disk.stops_at
