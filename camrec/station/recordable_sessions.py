"""Which open cameras can be recorded now."""

from __future__ import annotations

from collections.abc import Sequence

from camrec.errors import StateError
from camrec.recording import GROWING_RECORDING_STATES, RUNNING_RECORDING_STATES
from camrec.session import Session, SessionState
from camrec.station.cameras import StationCameras
from camrec.station.recording_registry import RecordingRegistry


class RecordableSessions:
    """The cameras that a person can record: each once at a time. Any thread may use it."""

    def __init__(self, cameras: StationCameras, registry: RecordingRegistry) -> None:
        self._cameras = cameras
        self._registry = registry

    def all(self) -> list[Session]:
        """The cameras that deliver and are not being recorded."""
        return [
            session
            for session in self._cameras.sessions()
            if session.state is SessionState.LIVE
            and (
                session.recording is None or session.recording.state not in RUNNING_RECORDING_STATES
            )
        ]

    def check(self, session_ids: Sequence[str], *, is_now: bool) -> None:
        """Check that each camera is named only once; if they start now, that each can be recorded.

        It can be if it delivers and is not being recorded.

        Raises
        ------
        NotFoundError
        StateError
            ``already_recording``, ``session_not_live``, ``plan_records``.
        """
        if not is_now:
            if len(set(session_ids)) < len(session_ids):
                raise StateError("already_recording")
            return
        recordable = self.all()
        for session in map(self._cameras.session, session_ids):
            self.reject_planned(session)
            if session in recordable:
                recordable.remove(session)
            else:
                is_live = session.state is SessionState.LIVE
                raise StateError("already_recording" if is_live else "session_not_live")

    def reject_planned(self, session: Session) -> None:
        """Check that no plan records this camera now: a camera records once at a time.

        Raises
        ------
        StateError
            ``plan_records``.
        """
        for recording in self._registry.all():
            if (
                recording.plan_id is not None
                and recording.camera_id == session.camera_id
                and recording.state in GROWING_RECORDING_STATES
            ):
                raise StateError("plan_records", name=session.name, plan_id=recording.plan_id)
