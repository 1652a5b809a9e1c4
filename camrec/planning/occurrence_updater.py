"""Notes what has happened to the occurrences of one camera since they were last decided."""

from __future__ import annotations

from collections.abc import Mapping

from camrec.planning.due_window import ENDLESS_NS, MIN_REST_NS, DueWindow
from camrec.planning.facts import EndedRecording, RunningRecording
from camrec.planning.occurrence_records import OccurrenceRecords
from camrec.planning.plan_state import OccurrenceKey, OccurrenceRecord, PlanRun


class OccurrenceUpdater:
    """Changes `records` and `runs` as the facts say; nothing is decided here.

    windows : those of plans that are not paused by these facts.
    paused_plans : plans that are paused from now on.
    """

    def __init__(
        self,
        now: int,
        windows: Mapping[OccurrenceKey, DueWindow],
        records: OccurrenceRecords,
        runs: dict[str, PlanRun],
    ) -> None:
        self.windows = dict(windows)
        self.paused_plans: frozenset[str] = frozenset()
        self._now = now
        self._records = records
        self._runs = runs

    def take(
        self, found: Mapping[str, RunningRecording], ended: Mapping[str, EndedRecording]
    ) -> None:
        """Note which recordings run and which are over, and what is due and what is over."""
        for run in list(self._runs.values()):
            running = found.get(run.recording_id)
            if running is not None:
                self._note_running(run, running)
            else:
                self._note_ended(run, ended.get(run.recording_id))
        for window in self.windows.values():
            self._note_window(window)
        for record in self._records.open():
            self._finish_if_over(record)

    def _note_running(self, run: PlanRun, found: RunningRecording) -> None:
        seen = ENDLESS_NS if found.ends_at is None else found.ends_at
        is_moved = run.is_moved or seen not in (run.ordered_end, run.seen_end)
        began = found.began_at is not None
        changes = {"seen_end": seen, "is_moved": is_moved, "began": began}
        self._runs[run.recording_id] = run.model_copy(update=changes)
        if found.began_at is not None:
            for record in list(self._records.of_recording(run.recording_id)):
                self._records.begin(record.key, found.began_at)

    def _note_ended(self, run: PlanRun, ended: EndedRecording | None) -> None:
        """The recording is over; None: it never began, or nobody knows what became of it."""
        del self._runs[run.recording_id]
        for record in list(self._records.of_recording(run.recording_id)):
            if ended is None or ended.began_at is None:
                if ended is not None and ended.is_by_person:
                    self._records.stop(record, ended.ended_at)
                elif record.began_at is None or record.state != "recording":
                    self._records.unlink(record)
                else:
                    self._records.interrupt(record)
                continue
            self._records.begin(record.key, ended.began_at)
            is_by_person = ended.is_by_person or (
                run.is_moved and ended.ended_at >= run.seen_end - MIN_REST_NS
            )
            left = record.ends_at - ended.ended_at
            self._note_rest(record, ended.ended_at, is_by_person and left > 0)

    def _note_rest(self, record: OccurrenceRecord, ended_at: int, is_by_person: bool) -> None:
        """What becomes of an occurrence whose recording is over."""
        record = self._records.get(record.key) or record
        window = self.windows.get(record.key)
        if not is_by_person:
            self._records.interrupt(record, ended_at)
        elif window is None or not window.entry.plan.always:
            self._records.stop(record, ended_at)
        else:
            self._records.interrupt(record)
            self.paused_plans |= {record.plan_id}
            self.windows = {
                key: each for key, each in self.windows.items() if key.plan_id != record.plan_id
            }

    def _note_window(self, window: DueWindow) -> None:
        record = self._records.get(window.key)
        if record is None:
            if window.starts_at <= self._now:
                self._records.create(window)
        elif record.is_final:
            # The clock was set back, or the plan is not paused any more.
            if record.state != "stopped" and window.ends_at > self._now:
                self._records.set_state(record, "due")
        elif record.ends_at != window.ends_at:
            self._records.set_end(record, window.ends_at)

    def _finish_if_over(self, record: OccurrenceRecord) -> None:
        if record.ends_at <= self._now:
            self._records.finish(record)
            return
        is_wanted = record.key in self.windows
        run = self._runs.get(record.recording_ids[-1]) if record.recording_ids else None
        if is_wanted or (run is not None and run.began):
            return  # what runs goes on, even if its plan was paused, changed or removed
        if record.began_at is not None:
            self._records.set_state(record, "recorded")
        else:
            self._records.remove(record)
