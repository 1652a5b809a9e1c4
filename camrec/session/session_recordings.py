"""The recordings of one session."""

from __future__ import annotations

from camrec.errors import StateError
from camrec.feed import MediaFeed
from camrec.receipt import EndReason
from camrec.recording import (
    ENDED_RECORDING_STATES,
    GROWING_RECORDING_STATES,
    AnyRecording,
    FollowedRecording,
    RecordingOptions,
    RecordingServices,
    create_recording,
)
from camrec.session.camera_turns import CameraTurns
from camrec.session.session_state import (
    RECORD_LATER_STATES,
    RECORD_NOW_STATES,
    SessionState,
)
from camrec.state_machine import StateMachine


class SessionRecordings:
    """Keeps the scheduled and running recordings, and the latest. Any thread may use it."""

    def __init__(
        self, feed: MediaFeed, machine: StateMachine[SessionState], turns: CameraTurns
    ) -> None:
        self._feed = feed
        self._machine = machine
        self._turns = turns
        self._closed = False
        self._recordings: tuple[AnyRecording, ...] = ()

    @property
    def latest(self) -> AnyRecording | None:
        """The newest recording that has begun, or None."""
        begun = (each for each in self._recordings if each.has_started)
        return max(begun, key=lambda each: each.started_at, default=None)

    @property
    def is_recording(self) -> bool:
        """Whether a recording is being written, or waits for frames."""
        return any(each.state in GROWING_RECORDING_STATES for each in self._recordings)

    @property
    def is_saved(self) -> bool:
        """Whether no recording is scheduled, is running or is being finalized."""
        return all(each.state in ENDED_RECORDING_STATES for each in self._recordings)

    def start(
        self,
        options: RecordingOptions,
        services: RecordingServices,
        followed: FollowedRecording | None = None,
    ) -> AnyRecording:
        """As `Session.record`."""
        with self._turns.lock:
            if self._closed:
                raise StateError("session_closed")
            is_now = options.start_at is None and options.resume is None
            if is_now:
                self._reject_recorded(options)
            if self._machine.state not in (RECORD_NOW_STATES if is_now else RECORD_LATER_STATES):
                raise StateError("session_not_live")
            take_turn = self._turns.for_recording(options)
            recording = create_recording(self._feed, options, services, followed, take_turn)
            recording.start()
            latest = self.latest
            kept = [
                each
                for each in self._recordings
                if each is latest or each.state not in ENDED_RECORDING_STATES
            ]
            self._recordings = (*kept, recording)
            self._turns.add(recording)
            return recording

    def _reject_recorded(self, options: RecordingOptions) -> None:
        """Check that no other recording has to be over first; a plan's need not be saved."""
        running = self._turns.find_running(options)
        if running is not None and running.plan_id is not None and options.plan_id is None:
            raise StateError("plan_records", name=options.camera, plan_id=running.plan_id)
        latest = self.latest
        is_unsaved = latest is not None and latest.state not in ENDED_RECORDING_STATES
        if running is not None or (options.plan_id is None and is_unsaved):
            raise StateError("already_recording")

    def replace(self, old: AnyRecording, new: AnyRecording) -> None:
        """Keep a recording under another object: it has become a series of videos."""
        with self._turns.lock:
            self._recordings = tuple(new if each is old else each for each in self._recordings)
            self._turns.replace(old, new)

    def close(self, reason: EndReason) -> None:
        """End all recordings, wait until they are saved, and accept no more."""
        with self._turns.lock:
            self._closed = True
            recordings = self._recordings
        for recording in recordings:
            recording.stop(reason)
        for recording in recordings:
            recording.wait()
