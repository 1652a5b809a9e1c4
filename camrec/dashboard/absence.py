"""The sum at the top of the bell: what was recorded while somebody was away, what is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from camrec.alerts import DELAYS_BY_PERSON, MAX_ALERT_AGE_DAYS, sum_recorded_time
from camrec.clock import NS_PER_DAY, NS_PER_SECOND
from camrec.dashboard.wire_types import AbsenceFields
from camrec.planning import find_begun_days
from camrec.receipt import gap_spans
from camrec.recording import RUNNING_RECORDING_STATES
from camrec.time_spans import TimeSpan, without_gaps

if TYPE_CHECKING:
    from camrec.alerts import Alert
    from camrec.library import VideoFile
    from camrec.planning import OccurrenceRecord
    from camrec.receipt import Gap
    from camrec.recording import AnyRecording
    from camrec.station import Station


class AbsenceSpans:
    """The time in which each camera was recorded, and in which it should have been.

    Spans that end before `since` are left out. All that is given to it is in memory.
    """

    def __init__(self, since: int, now: int) -> None:
        self.recorded: defaultdict[str, list[TimeSpan]] = defaultdict(list)
        self.wanted: defaultdict[str, list[TimeSpan]] = defaultdict(list)
        self._since = since
        self._now = now
        self._saved_until: dict[str, int] = {}  # by recording

    def add_videos(self, videos: Iterable[VideoFile]) -> None:
        """Add what was saved. Videos without a receipt are of no known camera."""
        for video in videos:
            end = video.started_at + round(video.duration * NS_PER_SECOND)
            if video.receipt is None or end <= self._since:
                continue
            receipt = video.receipt
            camera = receipt.camera_id or receipt.camera or ""
            span = TimeSpan(video.started_at, end)
            self._add_recorded(camera, span, video.started_at, receipt.gaps)
            saved = self._saved_until.get(receipt.recording_id, end)
            self._saved_until[receipt.recording_id] = max(saved, end)

    def add_recordings(self, recordings: Iterable[AnyRecording]) -> None:
        """Add what is not saved yet; call it after `add_videos`."""
        for each in recordings:
            if each.state in RUNNING_RECORDING_STATES and each.has_started:
                # The earlier videos of a series are saved.
                start = max(each.started_at, self._saved_until.get(each.recording_id, 0))
                end = self._now if each.ended_at is None else each.ended_at
                self._add_recorded(each.camera_id, TimeSpan(start, end), each.started_at, each.gaps)

    def add_alerts(self, alerts: Iterable[Alert]) -> None:
        """Add lost cameras, what ended early, and what was missed."""
        for each in alerts:
            end = self._now if each.lasts else each.until
            camera = each.camera_id or each.camera
            if each.kind in ("camera_lost", "ended_early", "plan_missed") and camera and end:
                self._add_wanted(camera, TimeSpan(each.at, end))

    def add_occurrences(self, records: Iterable[OccurrenceRecord]) -> None:
        """Add the times in which plans should have recorded and could not."""
        for each in records:
            if each.ends_at <= self._since:
                continue
            for delay in each.delays:
                if delay.reason not in DELAYS_BY_PERSON:
                    end = min(delay.end or self._now, each.stopped_at or each.ends_at, each.ends_at)
                    start = max(delay.start, each.starts_at)
                    self._add_wanted(each.camera_id, TimeSpan(start, end))

    def _add_recorded(self, camera: str, span: TimeSpan, origin: int, gaps: Iterable[Gap]) -> None:
        self.recorded[camera] += without_gaps(span, gap_spans(gaps, origin))
        self.wanted[camera].append(span)

    def _add_wanted(self, camera: str, span: TimeSpan) -> None:
        if span.end > self._since:
            self.wanted[camera].append(span)


def read_absence(
    station: Station, videos: Iterable[VideoFile], alerts: Iterable[Alert], since_ms: float
) -> AbsenceFields:
    """Read the sum since a moment. It reads no file.

    since_ms : milliseconds since 1970; older than the alerts counts as their greatest age.
    """
    now = station.clock.utc_ns()
    since = min(max(round(since_ms * 1e6), now - MAX_ALERT_AGE_DAYS * NS_PER_DAY), now)
    plans = station.plans
    records = plans.store.state.all_records()
    spans = AbsenceSpans(since, now)
    spans.add_videos(videos)
    spans.add_recordings(station.recordings.listed())
    spans.add_alerts(alerts)
    spans.add_occurrences(records)
    found = sum_recorded_time(spans.recorded, spans.wanted, since, now)
    days = find_begun_days(plans.all(), records, plans.clock, plans.place, now)
    return {
        "since": since / 1e6,
        "recorded": found.recorded / NS_PER_SECOND,
        "missing": found.missing / NS_PER_SECOND,
        "begun": [{"at": each.at / 1e6, "plans": each.plans} for each in days],
    }
