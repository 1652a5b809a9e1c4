"""One camera: what is wanted, what is so."""

from camrec.session.diagnosis import diagnose
from camrec.session.session import (
    ENDED_SESSION_STATES,
    OPEN_SESSION_STATES,
    Session,
    SessionState,
)

__all__ = ["ENDED_SESSION_STATES", "OPEN_SESSION_STATES", "Session", "SessionState", "diagnose"]
