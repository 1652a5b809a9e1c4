"""Lets plans record: asks the dispatcher what has to be done, and does it."""

from __future__ import annotations

import logging
import threading

from camrec.callbacks import Callbacks
from camrec.clock import NS_PER_SECOND, Clock
from camrec.errors import CamrecError, ServiceError
from camrec.planning import (
    CancelRecording,
    CloseCamera,
    EndRecording,
    MoveEnd,
    OpenCamera,
    PlanDispatcher,
    PlanOrder,
    PlanState,
    PlanStore,
    StartPlannedRecording,
)
from camrec.session import OPEN_SESSION_STATES
from camrec.station.cameras import StationCameras
from camrec.station.changes import PlansChanged, StationChange
from camrec.station.plans.outages import PlanOutages
from camrec.station.plans.planned_recordings import PlannedRecordings
from camrec.station.plans.sessions import PlanSessions
from camrec.station.plans.station_facts import StationFactsReader

log = logging.getLogger(__name__)

# A waiting thread notices neither that the clock was set nor that the computer slept, and nothing
# reports that nobody watches a camera any more or that the disk is not full any more.
LOOK_INTERVAL_S = 10.0
# Changes come in groups.
MIN_LOOK_INTERVAL_S = 0.05
ERROR_PAUSE_S = 5.0


class PlanRunner:
    """A thread that looks at the station at each change, and carries out what follows from it.

    Before the first order is carried out, the disk has what the dispatcher remembers.

    sessions : the cameras that are open for plans.
    """

    def __init__(
        self,
        clock: Clock,
        store: PlanStore,
        dispatcher: PlanDispatcher,
        cameras: StationCameras,
        sessions: PlanSessions,
        recordings: PlannedRecordings,
        facts: StationFactsReader,
        outages: PlanOutages,
        changed: Callbacks[[StationChange]],
    ) -> None:
        self._clock = clock
        self._store = store
        self._dispatcher = dispatcher
        self._cameras = cameras
        self.sessions = sessions
        self._recordings = recordings
        self._facts = facts
        self._outages = outages
        self._changed = changed
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._is_resting = False
        self._is_save_refused = False
        self._has_failed = False
        self._thread = threading.Thread(target=self._run, name="plans", daemon=True)
        changed.connect(lambda _: self._wake.set())

    def wake(self) -> None:
        """Look at the station now."""
        self._wake.set()

    def start(self) -> None:
        """Begin, after the recordings of an earlier camrec have been resumed."""
        self._outages.load()
        self._adopt_sessions()
        self._thread.start()

    def stop(self) -> None:
        """Carry out no more orders. Does nothing if it was not started."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
            self.sessions.wait()
            if self._has_plans():
                self._outages.write()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                seconds = self._look() if self._has_plans() else None
                self._has_failed = False
            except Exception:
                if not self._has_failed:  # it is tried again every few seconds
                    log.exception("the plans could not be looked at")
                self._has_failed = True
                seconds = ERROR_PAUSE_S
            self._is_resting = seconds is None
            pause = MIN_LOOK_INTERVAL_S if seconds is None else min(seconds, MIN_LOOK_INTERVAL_S)
            self._stopping.wait(pause)
            self._wake.wait(None if seconds is None else seconds - pause)

    def _has_plans(self) -> bool:
        state = self._store.state
        # Of a plan that was removed something may be left to decide.
        is_undecided = not all(each.is_final for each in state.records)
        return bool(self._store.entries() or state.runs or state.opened or is_undecided)

    def _look(self) -> float:
        """Find out what has to be done now, and do it. Returns when to look again, in seconds."""
        if self._is_resting:
            self._outages.watch_again()
        self.sessions.review()
        outages = self._outages.check()
        before = self._store.state
        facts = self._facts.read(before, outages)
        now = self._clock.utc_ns()
        decision = self._dispatcher.decide(now, self._store.entries(), before, facts)
        try:
            self._store.save_decision(decision)
        except ServiceError as error:
            if not self._is_save_refused:
                log.error("what plans have recorded cannot be stored: %s", error)
            self._is_save_refused = True
        else:
            self._is_save_refused = False
        for order in decision.orders:
            if self._stopping.is_set():
                break
            self._carry_out(order, decision.state)
        if decision.must_save:
            self._changed.emit(PlansChanged())
        left = (decision.wake_at - self._clock.utc_ns()) / NS_PER_SECOND
        return max(0.0, min(left, LOOK_INTERVAL_S))

    def _carry_out(self, order: PlanOrder, state: PlanState) -> None:
        """An order that fails is given again: the facts show that it was not carried out."""
        log.debug("plans: %s", order)  # the same one again and again, if a camera is away
        try:
            if isinstance(order, OpenCamera):
                self.sessions.open(order.camera_id)
            elif isinstance(order, CloseCamera):
                self.sessions.close(order.camera_id)
            elif isinstance(order, StartPlannedRecording):
                self._start_recording(order, state)
            elif isinstance(order, MoveEnd):
                self._recordings.move_end(order.recording_id, order.ends_at)
            elif isinstance(order, CancelRecording):
                self._recordings.cancel(order.recording_id)
            elif isinstance(order, EndRecording):
                self._recordings.end(order.recording_id)
        except CamrecError as error:
            log.info("plans: %s failed: %s", order, error)
        except Exception:
            log.exception("plans: %s", order)

    def _start_recording(self, order: StartPlannedRecording, state: PlanState) -> None:
        plan = self._store.get(order.plan_id).plan
        not_before = min(
            (
                record.starts_at
                for record in state.records
                if record.recording_ids[-1:] == (order.recording_id,)
            ),
            default=0,
        )
        try:
            self._recordings.start(order, plan, not_before)
        except CamrecError as error:
            self.sessions.fail(order.camera_id, error)
            raise
        self.sessions.note_success(order.camera_id)

    def _adopt_sessions(self) -> None:
        """The sessions of recordings that continue, if their cameras were opened for plans."""
        opened = self._store.state.opened
        for session in self._cameras.sessions():
            recording = session.recording
            if (
                session.camera_id in opened
                and session.state in OPEN_SESSION_STATES
                and recording is not None
                and recording.plan_id is not None
            ):
                self.sessions.adopt(session)
