"""What the dispatcher orders. Times are UTC nanoseconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class OpenCamera:
    """Open a camera for a plan."""

    camera_id: str


@dataclass(frozen=True)
class CloseCamera:
    """Close a camera that was opened for a plan: no plan needs it now."""

    camera_id: str


@dataclass(frozen=True)
class StartPlannedRecording:
    """Start a recording with this id.

    plan_id : the plan whose name, details and length of videos it gets.
    begins_at : None: now. Otherwise soon: schedule it.
    ends_at : None: until somebody stops it.
    follows : a recording of the same camera. The new one begins with the frame with which that one
        ends, so that no frame is lost or recorded twice.
    """

    recording_id: str
    camera_id: str
    plan_id: str
    begins_at: int | None
    ends_at: int | None
    follows: str | None = None


@dataclass(frozen=True)
class CancelRecording:
    """Cancel a recording that has not begun."""

    recording_id: str


@dataclass(frozen=True)
class MoveEnd:
    """Give a running recording another end; None: until somebody stops it."""

    recording_id: str
    ends_at: int | None


@dataclass(frozen=True)
class EndRecording:
    """End a recording whose time is over. It goes on because the clock was set forward since."""

    recording_id: str


PlanOrder = (
    OpenCamera | CloseCamera | StartPlannedRecording | CancelRecording | MoveEnd | EndRecording
)
