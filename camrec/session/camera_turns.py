"""Which recording of a camera may begin now: a camera is recorded once at a time."""

from __future__ import annotations

import threading
from functools import partial

from camrec.recording import (
    ENDED_RECORDING_STATES,
    GROWING_RECORDING_STATES,
    AnyRecording,
    FollowedRecording,
    RecordingOptions,
    RecordingState,
    TakeTurn,
    follow_recording,
)


class CameraTurns:
    """The recordings of all sessions of one camera. Any thread may use it.

    Two recordings of one session never run at once, and a plan's never runs at once with another
    one of its camera. People may record two sessions of a camera at once.

    lock : hold it from the question whether a recording may begin until it was added.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._recordings: tuple[AnyRecording, ...] = ()
        self._beginning: frozenset[str] = frozenset()  # scheduled ones that begin at this moment

    def add(self, recording: AnyRecording) -> None:
        """Note a recording that has begun or is scheduled. The caller holds the lock."""
        kept = [each for each in self._recordings if each.state not in ENDED_RECORDING_STATES]
        self._recordings = (*kept, recording)

    def replace(self, old: AnyRecording, new: AnyRecording) -> None:
        """Keep a recording under another object. The caller holds the lock."""
        self._recordings = tuple(new if each is old else each for each in self._recordings)

    def find_running(self, options: RecordingOptions) -> AnyRecording | None:
        """A recording that must end before the one with these options begins.

        The caller holds the lock.
        """
        for each in self._recordings:
            is_shared = each.session_id == options.session_id or each.plan_id or options.plan_id
            if each.recording_id != options.recording_id and is_shared and self._runs(each):
                return each
        return None

    def for_recording(self, options: RecordingOptions) -> TakeTurn:
        """What a scheduled recording calls when it is to begin; see `RecordingJob`."""
        return partial(self._take, options)

    def _take(self, options: RecordingOptions, recording_id: str) -> FollowedRecording | None:
        with self.lock:
            running = self.find_running(options)
            if running is not None:
                return follow_recording(running)
            known = {each.recording_id for each in self._recordings}
            self._beginning = (self._beginning & known) | {recording_id}
            return None

    def _runs(self, recording: AnyRecording) -> bool:
        if recording.state is RecordingState.SCHEDULED:
            return recording.recording_id in self._beginning
        return recording.state in GROWING_RECORDING_STATES and recording.ended_at is None
