"""The recordings of one session."""

from __future__ import annotations

import threading

from camrec.errors import StateError
from camrec.feed import MediaFeed
from camrec.receipt import EndReason
from camrec.recording import (
    ENDED_RECORDING_STATES,
    AnyRecording,
    FollowedRecording,
    RecordingOptions,
    RecordingServices,
    RecordingState,
    create_recording,
    follow_recording,
)
from camrec.session.session_state import (
    RECORD_LATER_STATES,
    RECORD_NOW_STATES,
    SessionState,
)
from camrec.state_machine import StateMachine

GROWING_RECORDING_STATES = (RecordingState.WRITING, RecordingState.WAITING)


class SessionRecordings:
    """Keeps the scheduled and running recordings, and the latest. Any thread may use it."""

    def __init__(self, feed: MediaFeed, machine: StateMachine[SessionState]) -> None:
        self._feed = feed
        self._machine = machine
        self._lock = threading.Lock()
        self._closed = False
        self._beginning_id = ""
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

    def start(
        self,
        options: RecordingOptions,
        services: RecordingServices,
        followed: FollowedRecording | None = None,
    ) -> AnyRecording:
        """As `Session.record`."""
        with self._lock:
            if self._closed:
                raise StateError("session_closed")
            is_now = options.start_at is None and options.resume is None
            if is_now and self._is_recorded(options):
                raise StateError("already_recording")
            if self._machine.state not in (RECORD_NOW_STATES if is_now else RECORD_LATER_STATES):
                raise StateError("session_not_live")
            recording = create_recording(self._feed, options, services, followed, self._take_turn)
            recording.start()
            latest = self.latest
            kept = [
                each
                for each in self._recordings
                if each is latest or each.state not in ENDED_RECORDING_STATES
            ]
            self._recordings = (*kept, recording)
            return recording

    def _is_recorded(self, options: RecordingOptions) -> bool:
        """Whether another recording has to be over first; a plan's need not be saved."""
        if self._find_beginning() is not None:
            return True
        running = self.latest
        if running is None or running.state in ENDED_RECORDING_STATES:
            return False
        return options.plan_id is None or running.ended_at is None

    def _take_turn(self, recording_id: str) -> FollowedRecording | None:
        """See `RecordingJob`: a camera is recorded once at a time."""
        with self._lock:
            running = self._find_beginning(other_than=recording_id) or next(
                (
                    each
                    for each in self._recordings
                    if each.state in GROWING_RECORDING_STATES
                    and each.ended_at is None
                    and each.recording_id != recording_id
                ),
                None,
            )
            if running is None:
                self._beginning_id = recording_id
            return None if running is None else follow_recording(running)

    def _find_beginning(self, other_than: str = "") -> AnyRecording | None:
        """The scheduled recording that begins at this moment."""
        for each in self._recordings:
            is_beginning = each.recording_id == self._beginning_id != other_than
            if is_beginning and each.state is RecordingState.SCHEDULED:
                return each
        return None

    def replace(self, old: AnyRecording, new: AnyRecording) -> None:
        """Keep a recording under another object: it has become a series of videos."""
        with self._lock:
            self._recordings = tuple(new if each is old else each for each in self._recordings)

    def close(self, reason: EndReason) -> None:
        """End all recordings, wait until they are saved, and accept no more."""
        with self._lock:
            self._closed = True
            recordings = self._recordings
        for recording in recordings:
            recording.stop(reason)
        for recording in recordings:
            recording.wait()
