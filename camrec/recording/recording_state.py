"""The states of a recording, and which states may follow each."""

from __future__ import annotations

from enum import Enum


class RecordingState(Enum):
    """What a recording does. SCHEDULED and WRITING can be the first state."""

    SCHEDULED = "scheduled"
    WRITING = "writing"
    WAITING = "waiting"
    FINALISING = "finalising"
    SAVED = "saved"
    FAILED = "failed"


ENDED_RECORDING_STATES = (RecordingState.SAVED, RecordingState.FAILED)
GROWING_RECORDING_STATES = (RecordingState.WRITING, RecordingState.WAITING)
RUNNING_RECORDING_STATES = (
    RecordingState.WRITING,
    RecordingState.WAITING,
    RecordingState.FINALISING,
)
RECORDING_TRANSITIONS = {
    RecordingState.SCHEDULED: frozenset({RecordingState.WRITING, RecordingState.FAILED}),
    RecordingState.WRITING: frozenset({RecordingState.WAITING, RecordingState.FINALISING}),
    RecordingState.WAITING: frozenset({RecordingState.WRITING, RecordingState.FINALISING}),
    RecordingState.FINALISING: frozenset({RecordingState.SAVED, RecordingState.FAILED}),
}
