"""What the dispatcher gets each time: cameras, recordings, free sessions, outages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from camrec.planning.plan import RecordingPlan

# closed: it has no session, or one that a person opened in vain. failed: the session that was
# opened for a plan could not get its camera, and does not try any more. opening: also if a session
# tries for hours. ready: a recording can start now.
CameraState = Literal["closed", "failed", "opening", "ready"]
CLOSED_STATES: frozenset[CameraState] = frozenset({"closed", "failed"})
# Why nothing could be recorded for a while. clock_forward: somebody set this computer's clock, so
# these times never came.
OutageKind = Literal["asleep", "off", "not_running", "clock_forward"]


@dataclass(frozen=True)
class PlanEntry:
    """A stored plan.

    counts_from : when it was made, changed or resumed, UTC nanoseconds. What was over by then is
        not missed.
    """

    plan_id: str
    plan: RecordingPlan
    counts_from: int


@dataclass(frozen=True)
class RunningRecording:
    """A recording that is not over. Times are UTC nanoseconds.

    began_at : None: it has not begun.
    ends_at : when its time will be over; None: when somebody stops it.
    """

    recording_id: str
    began_at: int | None
    ends_at: int | None


@dataclass(frozen=True)
class EndedRecording:
    """A recording whose time is over; its video may still be being saved.

    is_by_person : somebody stopped it, or closed its camera.
    """

    began_at: int | None
    ended_at: int
    is_by_person: bool = False


@dataclass(frozen=True)
class CameraFacts:
    """One camera.

    recordings : those that are scheduled or running: of plans and of people.
    is_needed : it must stay open even if no plan needs it: somebody watches it or opened it, or it
        stays open, or a recording is scheduled.
    failure : the code of the error that opening or recording it ended with the last time; empty:
        the last attempt succeeded.
    """

    state: CameraState
    recordings: tuple[RunningRecording, ...] = ()
    is_needed: bool = False
    failure: str = ""


@dataclass(frozen=True)
class Outage:
    """A time in which camrec could do nothing. Times are UTC nanoseconds."""

    kind: OutageKind
    start: int
    end: int


@dataclass(frozen=True)
class StationFacts:
    """Everything that decides what happens now.

    cameras : by id. One that is missing counts as closed.
    free_sessions : how many more cameras may be open.
    is_disk_full : whether a recording would end at once.
    outages : those of the last time, so that what was missed or late can be explained.
    ended : the recordings of `PlanState.open_recording_ids` that are over.
    """

    cameras: Mapping[str, CameraFacts] = field(default_factory=dict)
    free_sessions: int = 0
    is_disk_full: bool = False
    outages: tuple[Outage, ...] = ()
    ended: Mapping[str, EndedRecording] = field(default_factory=dict)

    def camera(self, camera_id: str) -> CameraFacts:
        """The facts of a camera."""
        return self.cameras.get(camera_id, _CLOSED_CAMERA)


_CLOSED_CAMERA = CameraFacts("closed")
