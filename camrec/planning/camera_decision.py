"""Decides what happens with one camera at one moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from camrec.clock import NS_PER_SECOND
from camrec.planning.due_window import ENDLESS_NS, MIN_REST_NS, DueWindow
from camrec.planning.facts import CLOSED_STATES, RunningRecording, StationFacts
from camrec.planning.occurrence_records import OccurrenceRecords
from camrec.planning.occurrence_updater import OccurrenceUpdater
from camrec.planning.orders import (
    CancelRecording,
    EndRecording,
    MoveEnd,
    PlanOrder,
    StartPlannedRecording,
)
from camrec.planning.plan_state import DelayReason, OccurrenceRecord, PlanRun

# A camera is opened so long before it is recorded.
OPEN_AHEAD_NS = 90 * NS_PER_SECOND
# A recording that follows another one without a gap is ordered so long before, and an end that
# moves later is moved so long before.
JOIN_AHEAD_NS = 10 * NS_PER_SECOND
MIN_MOVE_NS = NS_PER_SECOND  # an end can be moved to a time that is so far ahead, not to now
# A recording ends by its own clock; it says so within this time, unless this computer's was set.
MAX_OVERRUN_NS = 2 * NS_PER_SECOND


class CameraDecision:
    """One camera at one moment: `decide`, then read the fields.

    orders : in the order in which to carry them out.
    runs : the recordings of plans that are not over.
    paused_plans : those that are paused from now on.
    start_is_ordered : whether one of the orders starts a recording at once.

    Parameters
    ----------
    windows
        The occurrences of this camera that start until `OPEN_AHEAD_NS` from now, and that are not
        over or were not when this was last decided. None of a paused plan.
    may_start
        False if the last attempt to start a recording was a moment ago.
    """

    def __init__(
        self,
        camera_id: str,
        now: int,
        windows: Iterable[DueWindow],
        records: OccurrenceRecords,
        runs: Iterable[PlanRun],
        facts: StationFacts,
        new_id: Callable[[], str],
        may_start: bool = True,
    ) -> None:
        self.orders: list[PlanOrder] = []
        self.runs = {run.recording_id: run for run in runs}
        self.paused_plans: frozenset[str] = frozenset()
        self.start_is_ordered = False
        self._camera_id = camera_id
        self._now = now
        self._windows = {window.key: window for window in windows}
        self._records = records
        self._facts = facts
        self._camera = facts.camera(camera_id)
        self._found = {each.recording_id: each for each in self._camera.recordings}
        self._new_id = new_id
        self._may_start = may_start

    def decide(self) -> None:
        """Compare what should be recorded with what is, and fill the fields."""
        updater = OccurrenceUpdater(self._now, self._windows, self._records, self.runs)
        updater.take(self._found, self._facts.ended)
        self._windows, self.paused_plans = updater.windows, updater.paused_plans
        self._cancel_what_is_not_wanted()
        self._record()

    @property
    def is_recording(self) -> bool:
        """Whether a recording of this camera runs, is scheduled or is started now."""
        return bool(self.runs or self._found)

    @property
    def is_waiting(self) -> bool:
        """Whether something is not recorded now that should be."""
        return not all(map(self._is_assigned, self.windows_until(self._now)))

    def ends(self) -> set[int]:
        """When recordings end, and when to prepare what follows them."""
        ends = {record.ends_at for record in self._records.open()}
        for run in self.runs.values():
            ends |= {run.seen_end, run.seen_end - JOIN_AHEAD_NS, run.ordered_end - JOIN_AHEAD_NS}
            ends.add(run.seen_end + MAX_OVERRUN_NS)
        return ends

    def windows_until(self, moment: int) -> list[DueWindow]:
        """What is not over or final and starts until `moment`; the first plan first."""
        found = []
        for window in self._windows.values():
            record = self._records.get(window.key)
            is_final = record is not None and record.is_final
            if window.starts_at <= moment and window.ends_at > self._now and not is_final:
                found.append(window)
        return sorted(found, key=lambda each: (each.starts_at, each.rank))

    def obstruct(self, reason: DelayReason) -> None:
        """Note why nothing is recorded that should be."""
        for window in self.windows_until(self._now):
            if not self._is_assigned(window):
                self._records.obstruct(window.key, reason, self._now)

    def _cancel_what_is_not_wanted(self) -> None:
        for run in list(self.runs.values()):
            if run.began:
                continue
            before = self._found.get(run.follows or "")
            is_in_time = before is None or before.ends_at == run.begins_at
            is_free = all(each is before for each in self._running_by_hand())
            records = list(self._records.of_recording(run.recording_id))
            if records and is_in_time and is_free:
                continue
            for record in records:
                self._records.unlink(record)
            del self.runs[run.recording_id]
            self.orders.append(CancelRecording(run.recording_id))

    def _record(self) -> None:
        running = [run for run in self.runs.values() if run.began]
        by_hand = self._running_by_hand()
        if running:
            self._keep_running(max(running, key=lambda run: run.seen_end))
        elif by_hand:
            self._wait_for_person(max(by_hand, key=_end_of))
        elif self.runs:
            return  # it begins in a moment
        else:
            self._start_or_wait()

    def _running_by_hand(self) -> list[RunningRecording]:
        return [
            each
            for each in self._camera.recordings
            if each.began_at is not None and each.recording_id not in self.runs
        ]

    def _keep_running(self, run: PlanRun) -> None:
        """Let a recording end when the last of its occurrences ends."""
        if run.seen_end <= self._now:
            if run.seen_end + MAX_OVERRUN_NS <= self._now:
                self.orders.append(EndRecording(run.recording_id))
            return
        overlapping = [
            each
            for each in self.windows_until(self._now)
            if each.starts_at < run.seen_end and not self._is_assigned(each)
        ]
        for window in overlapping:
            self._records.link(window.key, run.recording_id)
            self._records.begin(window.key, self._found[run.recording_id].began_at or self._now)
        if run.is_moved:
            # The end is the person's, unless a further occurrence needs a later one.
            ends = [run.seen_end, *(each.recorded_until for each in overlapping)]
        else:
            ends = list(map(self._wanted_end, self._records.of_recording(run.recording_id)))
        end = self._extended(max(ends, default=self._now))
        soonest = self._now + MIN_MOVE_NS
        if end != run.seen_end and max(end, run.seen_end) > soonest:
            end = max(end, soonest)
            self.runs[run.recording_id] = run.model_copy(update={"ordered_end": end})
            self.orders.append(MoveEnd(run.recording_id, _optional(end)))
        elif end - JOIN_AHEAD_NS <= self._now < end:
            touching = [each for each in self.windows_until(end) if each.starts_at == end]
            self._start(touching, begins_at=end, follows=run.recording_id)

    def _wait_for_person(self, recording: RunningRecording) -> None:
        """A person's recording goes on. When it ends, the plan's follows without a gap."""
        for window in self.windows_until(self._now):
            self._records.obstruct(window.key, "by_hand", self._now, recording.recording_id)
        if self.runs:
            return  # it begins in a moment
        end = _end_of(recording)
        if end - JOIN_AHEAD_NS <= self._now < end:
            waiting = [
                each for each in self.windows_until(end) if each.ends_at >= end + MIN_REST_NS
            ]
            self._start(waiting, begins_at=end, follows=recording.recording_id)

    def _start_or_wait(self) -> None:
        windows = [
            each
            for each in self.windows_until(self._now)
            if each.ends_at - self._now >= MIN_REST_NS
        ]
        if not windows:
            return
        if self._facts.is_disk_full:
            self.obstruct("disk_full")
        elif self._camera.state != "ready" or not self._may_start:
            if self._camera.state not in CLOSED_STATES:
                self.obstruct("camera")
        else:
            follows = self._records.last_hand_id(windows[0].key)
            self._start(windows, begins_at=None, follows=follows)
            self.start_is_ordered = True

    def _start(
        self, windows: list[DueWindow], *, begins_at: int | None, follows: str | None
    ) -> None:
        """Order one recording for all these occurrences; the first one's plan describes it."""
        windows = [each for each in windows if not self._is_assigned(each)]
        if not windows:
            return
        end = self._extended(max(each.recorded_until for each in windows))
        recording_id = self._new_id()
        for window in windows:
            if self._records.get(window.key) is None:
                self._records.create(window)
            self._records.link(window.key, recording_id)
        self.runs[recording_id] = PlanRun(
            recording_id=recording_id,
            camera_id=self._camera_id,
            ordered_end=end,
            seen_end=end,
            begins_at=begins_at,
            follows=follows,
        )
        self.orders.append(
            StartPlannedRecording(
                recording_id,
                self._camera_id,
                windows[0].entry.plan_id,
                begins_at,
                _optional(end),
                follows,
            )
        )

    def _extended(self, end: int) -> int:
        """`end`, moved later by the occurrences that start before it, one after another."""
        for window in self.windows_until(self._now + JOIN_AHEAD_NS):
            if window.starts_at < end and not self._is_assigned(window):
                end = max(end, window.recorded_until)
        return end

    def _wanted_end(self, record: OccurrenceRecord) -> int:
        """When a running recording of this occurrence ends: as its plan says, or said."""
        window = self._windows.get(record.key)
        return record.ends_at if window is None else window.recorded_until

    def _is_assigned(self, window: DueWindow) -> bool:
        """Whether a recording of it runs or is scheduled."""
        record = self._records.get(window.key)
        if record is None or not record.recording_ids:
            return False
        return record.recording_ids[-1] in self.runs


def _end_of(recording: RunningRecording) -> int:
    return ENDLESS_NS if recording.ends_at is None else recording.ends_at


def _optional(end: int) -> int | None:
    return None if end == ENDLESS_NS else end
