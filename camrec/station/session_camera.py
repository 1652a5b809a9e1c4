"""Stores the camera of a session once it delivers, and releases it when the session ends."""

from __future__ import annotations

import logging
from collections.abc import Callable

from camrec.camera_registry import CameraRegistry
from camrec.errors import ServiceError
from camrec.session import ENDED_SESSION_STATES, Session, SessionState

log = logging.getLogger(__name__)


def release_when_ended(session: Session, registry: CameraRegistry) -> None:
    """Release the camera of a session when the session ends: then it is not open any more."""

    def release(old: SessionState, new: SessionState) -> None:
        if old not in ENDED_SESSION_STATES and new in ENDED_SESSION_STATES:
            registry.release(session.camera_id)

    session.machine.changed.connect(release)


def remember_when_live(
    session: Session,
    registry: CameraRegistry,
    on_stored: Callable[[], None],
    given_name: str | None = None,
) -> None:
    """Store the camera of a session once it delivers.

    on_stored : called then, also if the camera could not be stored.
    given_name : what the user called it when it was opened; None: its name stays.
    """

    def remember(old: SessionState, new: SessionState) -> None:
        if new is SessionState.LIVE:
            disconnect()
            name = None if given_name is None else session.name  # it may be renamed by now
            clock = session.given_clock  # None if another was chosen meanwhile
            try:
                registry.remember(session.camera_id, session.source, name, clock, session.stays)
            except ServiceError as error:
                log.warning("the camera %s cannot be stored: %s", session.source.url, error)
                session.storing_error = error
            on_stored()

    disconnect = session.machine.changed.connect(remember)
