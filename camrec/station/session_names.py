"""Which name a new session gets: that of its camera, unless an open one has it."""

from __future__ import annotations

from collections.abc import Iterable

from camrec.camera_address import CameraAddress, default_name, unused_name
from camrec.camera_registry import KnownCamera
from camrec.session import OPEN_SESSION_STATES, Session


def used_names(sessions: Iterable[Session]) -> dict[str, CameraAddress]:
    """The addresses of the open cameras, by name."""
    return {each.name: each.source for each in sessions if each.state in OPEN_SESSION_STATES}


def unused_session_name(
    camera: KnownCamera, source: CameraAddress, sessions: Iterable[Session]
) -> str:
    """A name for a session of `camera` that none of the open `sessions` has."""
    if camera.name == source.host:  # nobody chose this name
        return default_name(source, used_names(sessions))
    return unused_name(camera.name, used_names(sessions))
