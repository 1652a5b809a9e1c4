"""The records of one camera's occurrences while the dispatcher decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from camrec.planning.due_window import DueWindow
from camrec.planning.facts import Outage
from camrec.planning.missing_time import MIN_LATENESS_NS, explain_missing_time
from camrec.planning.plan_state import (
    Delay,
    DelayReason,
    OccurrenceKey,
    OccurrenceRecord,
    RecordState,
)


class OccurrenceRecords:
    """The records of one camera, which are replaced as they change. Times are UTC nanoseconds."""

    def __init__(self, records: Iterable[OccurrenceRecord], outages: tuple[Outage, ...]) -> None:
        self._records = {record.key: record for record in records}
        self._outages = outages

    def all(self) -> list[OccurrenceRecord]:
        """All records as they are now."""
        return list(self._records.values())

    def get(self, key: OccurrenceKey) -> OccurrenceRecord | None:
        """The record of an occurrence, if it was due."""
        return self._records.get(key)

    def open(self) -> list[OccurrenceRecord]:
        """The records that are not final."""
        return [each for each in self._records.values() if not each.is_final]

    def of_recording(self, recording_id: str) -> Iterator[OccurrenceRecord]:
        """The open records whose last recording this is."""
        return (each for each in self.open() if each.recording_ids[-1:] == (recording_id,))

    def create(self, window: DueWindow) -> OccurrenceRecord:
        """A record for an occurrence that is due, or will be in a moment."""
        delays: tuple[Delay, ...] = ()
        if window.starts_at < window.entry.counts_from:
            end = window.entry.counts_from
            delays = (Delay(reason="plan_made", start=window.starts_at, end=end),)
        record = OccurrenceRecord(
            plan_id=window.entry.plan_id,
            camera_id=window.camera_id,
            starts_at=window.starts_at,
            ends_at=window.ends_at,
            delays=delays,
        )
        self._records[record.key] = record
        return record

    def remove(self, record: OccurrenceRecord) -> None:
        """Forget an occurrence that is not wanted any more."""
        del self._records[record.key]

    def set_end(self, record: OccurrenceRecord, ends_at: int) -> None:
        """The plan has another end now."""
        self._change(record, ends_at=ends_at)

    def set_state(self, record: OccurrenceRecord, state: RecordState) -> None:
        """Change the state alone."""
        self._change(record, state=state, interrupted_at=None)

    def link(self, key: OccurrenceKey, recording_id: str) -> None:
        """A recording is or will be one of this occurrence."""
        record = self._records[key]
        self._change(record, recording_ids=(*record.recording_ids, recording_id))

    def unlink(self, record: OccurrenceRecord) -> None:
        """The last recording never began."""
        self._change(record, state="due", recording_ids=record.recording_ids[:-1])

    def begin(self, key: OccurrenceKey, at: int) -> None:
        """Its recording began, or another one after an interruption."""
        record = self._records[key]
        if record.state == "recording":
            return
        at = max(at, record.starts_at)
        began_at = at if record.began_at is None else record.began_at
        delays = self._closed_delays(record, at)
        changes = {"began_at": began_at, "interrupted_at": None, "delays": delays}
        self._change(record, state="recording", **changes)

    def interrupt(self, record: OccurrenceRecord, at: int | None = None) -> None:
        """Its recording ended before its time; `at`: when, if that is known."""
        self._change(record, state="due", interrupted_at=at)

    def stop(self, record: OccurrenceRecord, at: int) -> None:
        """A person ended it."""
        delays = record.delays if record.began_at else self._closed_delays(record, at)
        self._change(record, state="stopped", stopped_at=at, delays=delays)

    def obstruct(
        self, key: OccurrenceKey, reason: DelayReason, now: int, hand_id: str | None = None
    ) -> None:
        """It cannot be recorded now, for this reason."""
        record = self._records[key]
        hand_ids = record.hand_ids
        if hand_id is not None and hand_id not in hand_ids:
            hand_ids = (*hand_ids, hand_id)
        delays = record.delays
        last = delays[-1] if delays and delays[-1].end is None else None
        if last is None or last.reason != reason:
            if last is not None:
                delays = (*delays[:-1], last.model_copy(update={"end": now}))
            delays = (*delays, Delay(reason=reason, start=now))
        if (hand_ids, delays) != (record.hand_ids, record.delays):
            self._change(record, hand_ids=hand_ids, delays=delays)

    def last_hand_id(self, key: OccurrenceKey) -> str | None:
        """The recording of a person that kept this occurrence waiting until now."""
        record = self._records[key]
        is_waiting = record.delays and record.delays[-1].end is None
        if is_waiting and record.delays[-1].reason == "by_hand":
            return record.hand_ids[-1]
        return None

    def finish(self, record: OccurrenceRecord) -> None:
        """Its time is over, or nobody wants the rest of it."""
        delays = record.delays
        if record.state != "recording":
            delays = self._closed_delays(record, record.ends_at)
        self._change(record, state="recorded" if record.was_recorded else "missed", delays=delays)

    def _closed_delays(self, record: OccurrenceRecord, at: int) -> tuple[Delay, ...]:
        """Its delays until `at`, at which it is recorded again, or over."""
        if record.began_at is None:
            if at - record.starts_at <= MIN_LATENESS_NS:
                return ()
            return explain_missing_time(record.starts_at, at, record.delays, self._outages)
        since = record.interrupted_at
        if since is not None and at - since > MIN_LATENESS_NS:
            earlier = tuple(each for each in record.delays if each.start < since)
            later = record.delays[len(earlier) :]
            return earlier + explain_missing_time(since, at, later, self._outages, otherwise=None)
        closed = tuple(each for each in record.delays if each.end is not None)
        for each in record.delays[len(closed) :]:
            closed += explain_missing_time(each.start, at, [each], self._outages)
        return closed

    def _change(self, record: OccurrenceRecord, **changes: object) -> None:
        self._records[record.key] = record.model_copy(update=changes)
