"""Gathers what the dispatcher of plans has to know about this station."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from camrec.clock import NS_PER_SECOND, Clock, iso_to_utc_ns
from camrec.config import Config
from camrec.library import VideoLibrary
from camrec.planning import (
    ENDLESS_NS,
    CameraFacts,
    CameraState,
    EndedRecording,
    Outage,
    PlanRun,
    PlanState,
    RunningRecording,
    StationFacts,
)
from camrec.receipt import EndReason, Receipt
from camrec.recording import ENDED_RECORDING_STATES, AnyRecording, RecordingState
from camrec.session import OPEN_SESSION_STATES, Session, SessionState
from camrec.station.cameras import StationCameras
from camrec.station.plans.sessions import PlanSessions
from camrec.station.recordings import StationRecordings

# A recording computes its end from its start and its length.
END_ROUNDING_NS = NS_PER_SECOND // 1000
# After the disk was full, so much has to be free before a plan records again. Otherwise the little
# that finalizing frees would begin recordings of a few seconds, one after another.
MIN_FREED_BYTES = 64 << 20
REASONS_OF_PEOPLE: frozenset[EndReason] = frozenset({"stopped", "closed"})


class StationFactsReader:
    """Reads the facts at one moment. It changes nothing, and remembers only a full disk."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        cameras: StationCameras,
        recordings: StationRecordings,
        library: VideoLibrary,
        sessions: PlanSessions,
        staying_ids: Callable[[], frozenset[str]],
    ) -> None:
        self._config = config
        self._clock = clock
        self._cameras = cameras
        self._recordings = recordings
        self._library = library
        self._sessions = sessions
        self._staying_ids = staying_ids
        self._was_disk_full = False

    def read(self, state: PlanState, outages: tuple[Outage, ...]) -> StationFacts:
        """The facts now. What ended is looked up for the open recordings of `state`."""
        recordings = self._recordings.all()
        sessions = self._cameras.sessions()
        is_open = sum(each.state in OPEN_SESSION_STATES for each in sessions)
        return StationFacts(
            cameras=self._read_cameras(sessions, recordings, state),
            free_sessions=self._config.max_sessions - is_open,
            is_disk_full=self._is_disk_full(),
            outages=outages,
            ended=self._find_ended(recordings, state),
        )

    def _is_disk_full(self) -> bool:
        room = self._recordings.disk.room_bytes
        is_too_little = self._was_disk_full and room < MIN_FREED_BYTES
        self._was_disk_full = room <= 0 or is_too_little
        return self._was_disk_full

    def _read_cameras(
        self, sessions: Sequence[Session], recordings: Sequence[AnyRecording], state: PlanState
    ) -> dict[str, CameraFacts]:
        runs = {run.recording_id: run for run in state.runs}
        busy, failures = self._sessions.busy, self._sessions.failures
        staying = self._staying_ids()
        ids = {each.camera_id for each in sessions} | busy | failures.keys()
        ids |= {each.camera_id for each in recordings}
        facts = {}
        for camera_id in ids:
            own = [each for each in sessions if each.camera_id == camera_id]
            own_ids = {each.session_id for each in own}
            unsaved = [
                each
                for each in recordings
                if each.camera_id == camera_id and each.state not in ENDED_RECORDING_STATES
            ]
            facts[camera_id] = CameraFacts(
                state=self._state_of(own, camera_id in busy),
                recordings=tuple(_describe(each, runs) for each in unsaved if not is_over(each)),
                is_needed=camera_id in staying
                or any(map(self._is_needed, own))
                or any(_needs_camera(each) for each in unsaved if each.session_id in own_ids),
                failure=failures.get(camera_id, ""),
            )
        return facts

    def _state_of(self, sessions: Sequence[Session], is_busy: bool) -> CameraState:
        if is_busy:
            return "opening"
        states = {each.state for each in sessions}
        if SessionState.LIVE in states:
            return "ready"
        if not states.isdisjoint(OPEN_SESSION_STATES):
            return "opening"
        return "failed" if any(map(self._sessions.is_own, sessions)) else "closed"

    def _is_needed(self, session: Session) -> bool:
        if session.state not in OPEN_SESSION_STATES:
            return False
        return not self._sessions.is_own(session) or self._sessions.is_watched(session)

    def _find_ended(
        self, recordings: Sequence[AnyRecording], state: PlanState
    ) -> dict[str, EndedRecording]:
        wanted = state.open_recording_ids()
        found = {
            each.recording_id: self._describe_ended(each)
            for each in recordings
            if each.recording_id in wanted and is_over(each)
        }
        unknown = wanted - {each.recording_id for each in recordings}
        if unknown:
            found |= self._find_saved(unknown)
        return found

    def _describe_ended(self, recording: AnyRecording) -> EndedRecording:
        reason = recording.end_reason
        ended_at = recording.ended_at
        return EndedRecording(
            recording.started_at if recording.has_started else None,
            self._clock.utc_ns() if ended_at is None else ended_at,
            reason in REASONS_OF_PEOPLE,
        )

    def _find_saved(self, recording_ids: frozenset[str]) -> Mapping[str, EndedRecording]:
        """What an earlier camrec saved, of these recordings."""
        receipts: dict[str, list[Receipt]] = {}
        for video in self._library.videos():
            receipt = video.receipt
            if receipt is not None and receipt.recording_id in recording_ids:
                receipts.setdefault(receipt.recording_id, []).append(receipt)
        return {recording_id: _ended_of(found) for recording_id, found in receipts.items()}


def is_over(recording: AnyRecording) -> bool:
    """Whether it takes no more frames. Its video may still be being saved."""
    resume = recording.options.resume
    return (
        recording.state in ENDED_RECORDING_STATES
        or recording.state is RecordingState.FINALISING
        or recording.end_reason is not None
        or (resume is not None and resume.end_reason is not None)
    )


def _needs_camera(recording: AnyRecording) -> bool:
    """Whether its camera stays open for it, even if it is of a plan: closing waits for it."""
    return recording.plan_id is None or is_over(recording)


def _describe(recording: AnyRecording, runs: Mapping[str, PlanRun]) -> RunningRecording:
    ends_at = recording.ends_at
    run = runs.get(recording.recording_id)
    if run is not None and ends_at is not None:
        for known in (run.ordered_end, run.seen_end):
            if known != ENDLESS_NS and abs(ends_at - known) < END_ROUNDING_NS:
                ends_at = known
                break
    started_at = recording.started_at if recording.has_started else None
    return RunningRecording(recording.recording_id, started_at, ends_at)


def _ended_of(receipts: Sequence[Receipt]) -> EndedRecording:
    last = max(receipts, key=lambda each: each.ended_at)
    return EndedRecording(
        min(iso_to_utc_ns(each.started_at) for each in receipts),
        iso_to_utc_ns(last.ended_at),
        last.ended in REASONS_OF_PEOPLE,
    )
