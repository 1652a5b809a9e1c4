"""Warns when the disk will be full within two days, if something is planned or has no end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timezone

from camrec.alerts import WELL_BEFORE_FULL_NS, Alert, judge_disk
from camrec.clock import NS_PER_HOUR, NS_PER_SECOND, Clock
from camrec.library import VideoLibrary
from camrec.plans import PlannedSpan, WallClock, forecast_disk
from camrec.recording import ENDED_RECORDING_STATES, AnyRecording, RecordingState
from camrec.session import Session
from camrec.station.alert_book import AlertBook
from camrec.station.recordings import StationRecordings

DISK_CHECK_INTERVAL_NS = 60 * NS_PER_SECOND

# What plans record between two moments, UTC nanoseconds.
FindPlanned = Callable[[int, int], Iterable[PlannedSpan]]


class DiskWatch:
    """Adds up what will be written at the measured rates. Used by one thread.

    Parameters
    ----------
    retention_bytes
        What all videos may take: the oldest are deleted beyond it. 0: no limit.
    find_planned
        What plans record.
    """

    def __init__(
        self,
        clock: Clock,
        recordings: StationRecordings,
        library: VideoLibrary,
        retention_bytes: int,
        find_planned: FindPlanned,
        book: AlertBook,
    ) -> None:
        self._clock = clock
        self._recordings = recordings
        self._library = library
        self._retention_bytes = retention_bytes
        self._find_planned = find_planned
        self._book = book
        self._next_check = clock.monotonic_ns()

    def check(self, sessions: Sequence[Session]) -> None:
        """Warn, or note that all is well again; once a minute."""
        monotonic = self._clock.monotonic_ns()
        if monotonic < self._next_check:
            return
        self._next_check = monotonic + DISK_CHECK_INTERVAL_NS
        now = self._clock.utc_ns()
        warned = next((e for e in self._book.store.lasting() if e.kind == "disk_full_soon"), None)
        spans = self._find_spans(now)
        if spans is None:
            if warned is not None:
                self._book.end(warned.alert_id, now, "disk_idle")
            return
        full_at = self._find_full(now, spans, sessions)
        verdict = judge_disk(now, full_at, is_warned=warned is not None)
        if verdict == "warn" and full_at is not None:
            facts = {"hours": max(1, round((full_at - now) / NS_PER_HOUR))}
            self._book.add(Alert.create("disk_full_soon", "disk_full_soon", now, facts=facts))
        elif verdict == "well" and warned is not None:
            self._book.end(warned.alert_id, now, "disk_well")

    def _find_spans(self, now: int) -> list[PlannedSpan] | None:
        """What will be written; None if nothing is planned, and nothing records without an end."""
        until = now + 2 * WELL_BEFORE_FULL_NS
        active = [e for e in self._recordings.all() if e.state not in ENDED_RECORDING_STATES]
        planned = list(self._find_planned(now, until))
        if not planned and not any(map(_is_unattended, active)):
            return None
        return [
            *planned,
            *(
                PlannedSpan(each.camera_id, each.started_at, each.ends_at or until)
                for each in active
            ),
        ]

    def _find_full(
        self, now: int, spans: Iterable[PlannedSpan], sessions: Iterable[Session]
    ) -> int | None:
        disk = self._library.disk_space
        if self._retention_bytes and self._fits_retention(disk.available_bytes):
            return None
        rates = {
            each.camera_id: self._recordings.estimate_disk([each]).file_bit_rate / 8
            for each in sessions
        }
        return forecast_disk(
            now, spans, rates, disk.free_bytes, disk.min_free_bytes, (), WallClock(timezone.utc)
        ).full_at

    def _fits_retention(self, available_bytes: int) -> bool:
        """Whether old videos are deleted before the disk is full."""
        used = sum(video.size for video in self._library.videos())
        return self._retention_bytes - used < available_bytes


def _is_unattended(recording: AnyRecording) -> bool:
    """Whether it goes on, or begins, although nobody may be there."""
    return recording.state is RecordingState.SCHEDULED or recording.ends_at is None
