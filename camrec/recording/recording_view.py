"""What a recording says of itself, whether it becomes one video or several."""

from __future__ import annotations

from abc import ABC, abstractmethod

from camrec.media import MediaUnit
from camrec.receipt import EndReason
from camrec.recording.options import RecordingOptions
from camrec.recording.recorder import Recorder
from camrec.recording.recording_state import RecordingState
from camrec.state_machine import StateMachine


class RecordingView(ABC):
    """What other modules read of a recording and of a series of videos alike. For any thread.

    It has no state and no lock: all of it follows from what the recording is (`options`), from its
    life cycle, and from the recorder of its newest video.

    machine : its life cycle.
    """

    machine: StateMachine[RecordingState]

    @property
    @abstractmethod
    def options(self) -> RecordingOptions:
        """What is recorded: the options of the newest video."""

    @property
    @abstractmethod
    def recorder(self) -> Recorder | None:
        """What writes the newest video; None before that has begun."""

    @property
    @abstractmethod
    def filenames(self) -> list[str]:
        """The file names of the saved videos, in order."""

    @property
    def session_id(self) -> str:
        """The id of the session that is recorded."""
        return self.options.session_id

    @property
    def camera_id(self) -> str:
        """The id of the camera, which outlives the session."""
        return self.options.camera_id

    @property
    def plan_id(self) -> str | None:
        """The plan that it is recorded for."""
        return self.options.plan_id

    @property
    def name(self) -> str:
        """The name of the videos."""
        return self.options.name

    @property
    def state(self) -> RecordingState:
        """The state now."""
        return self.machine.state

    @property
    def filename(self) -> str | None:
        """The file name of the first saved video."""
        return next(iter(self.filenames), None)

    @property
    def segment_count(self) -> int:
        """How many segments of the newest video were begun."""
        recorder = self.recorder
        return 0 if recorder is None else len(recorder.segments)

    @property
    def last_frame(self) -> MediaUnit | None:
        """The last frame that it has taken."""
        recorder = self.recorder
        return None if recorder is None else recorder.newest_frame

    @property
    def ended_at(self) -> int | None:
        """When it ended, UTC nanoseconds; None while it runs."""
        recorder = self.recorder
        if recorder is None or recorder.end is None:
            return None
        return recorder.period.to_utc(recorder.end.at)

    @property
    def ended_monotonic_ns(self) -> int | None:
        """`ended_at` on the monotonic clock."""
        recorder = self.recorder
        return None if recorder is None or recorder.end is None else recorder.end.at

    @property
    def end_reason(self) -> EndReason | None:
        """Why it ended, as the receipt says; None while it runs."""
        recorder = self.recorder
        return None if recorder is None or recorder.end is None else recorder.end.reason
