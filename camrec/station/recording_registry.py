"""The recordings of this run that can be looked up."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from camrec.callbacks import Callbacks
from camrec.errors import NotFoundError
from camrec.recording import ENDED_RECORDING_STATES, AnyRecording, RecordingState
from camrec.station.changes import RecordingChanged, StationChange

MAX_ENDED_RECORDINGS = 100  # ended recordings that can still be looked up


class RecordingRegistry:
    """All recordings that are scheduled or running, and the latest that ended.

    Safe to call from any thread.

    changed : emits each change of a recording that is here.
    """

    def __init__(self, changed: Callbacks[[StationChange]]) -> None:
        self._changed = changed
        self._lock = threading.Lock()
        self._recordings: dict[str, AnyRecording] = {}
        self._ended_ids: list[str] = []  # in the order in which they ended
        self._hidden_ids: set[str] = set()

    def add(self, recording: AnyRecording) -> None:
        """Add a started recording, or put it in the place of another one with the same id.

        After it has ended it may be removed by later ones.
        """
        with self._lock:
            self._recordings[recording.recording_id] = recording
        recording.changed.connect(self._on_change)
        self._on_change(recording)
        change = RecordingChanged(recording.recording_id)
        recording.changed.connect(lambda _: self._changed.emit(change))
        self._changed.emit(change)

    def remove(self, recording_id: str) -> None:
        """Forget a recording that was cancelled before anyone was told of it."""
        with self._lock:
            self._recordings.pop(recording_id, None)
            if recording_id in self._ended_ids:
                self._ended_ids.remove(recording_id)

    def get(self, any_id: str) -> AnyRecording:
        """The recording of this id, or the latest one of the session of this id.

        Raises
        ------
        NotFoundError
            ``no_recording``.
        """
        with self._lock:
            found = self._recordings.get(any_id)
            if found is None:
                of_session = [r for r in self._recordings.values() if r.session_id == any_id]
                found = of_session[-1] if of_session else None
        if found is None:
            raise NotFoundError("no_recording", recording_id=any_id)
        return found

    def all(self) -> list[AnyRecording]:
        """All recordings that can be looked up, the oldest first."""
        with self._lock:
            return list(self._recordings.values())

    def listed(self) -> list[AnyRecording]:
        """The recordings in the order of ``GET /record/list``, without those that are hidden.

        The scheduled ones are first, the next of them last; then the running ones; then those that
        ended, the latest first.
        """
        with self._lock:
            listed = [each for key, each in self._recordings.items() if key not in self._hidden_ids]
            positions = {ended: at for at, ended in enumerate(self._ended_ids)}
        active = [each for each in listed if each.recording_id not in positions]
        active.sort(key=lambda each: each.started_at, reverse=True)
        ended = [each for each in listed if each.recording_id in positions]
        ended.sort(key=lambda each: positions[each.recording_id], reverse=True)
        return [*active, *ended]

    def scheduled(self, session_id: str) -> list[AnyRecording]:
        """The scheduled recordings of a camera, the next one first."""
        return [
            each
            for each in reversed(self.listed())
            if each.session_id == session_id and each.state is RecordingState.SCHEDULED
        ]

    def hide_recording(self, recording_id: str) -> None:
        """Leave a recording out of `listed`, until `show_recordings`."""
        with self._lock:
            self._hidden_ids.add(recording_id)

    def show_recordings(self, recording_ids: Iterable[str]) -> None:
        """List recordings that were hidden."""
        with self._lock:
            self._hidden_ids.difference_update(recording_ids)

    def _on_change(self, recording: AnyRecording) -> None:
        """Drop the oldest of the ended recordings if there are too many."""
        with self._lock:
            is_ended = recording.state in ENDED_RECORDING_STATES
            is_known = self._recordings.get(recording.recording_id) is recording
            if not is_ended or not is_known or recording.recording_id in self._ended_ids:
                return
            self._ended_ids.append(recording.recording_id)
            while len(self._ended_ids) > MAX_ENDED_RECORDINGS:
                self._recordings.pop(self._ended_ids.pop(0), None)
