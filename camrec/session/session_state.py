"""The states of a session, and which states may follow each."""

from __future__ import annotations

from enum import Enum


class SessionState(Enum):
    """Whether a session has its camera.

    OPENING : it connects for the first time.
    LIVE : frames arrive.
    STALE : the camera was live, and its newest frame is old; camrec reconnects. Or it has not been
        live yet, and camrec tries to connect until the session is closed: see
        `Session.keep_trying`, and the parameter `session_id` of a session.
    CLOSED : it was closed.
    FAILED : it could not be opened.
    """

    OPENING = "opening"
    LIVE = "live"
    STALE = "stale"
    CLOSED = "closed"
    FAILED = "failed"


SESSION_TRANSITIONS = {
    SessionState.OPENING: frozenset(
        {SessionState.LIVE, SessionState.STALE, SessionState.FAILED, SessionState.CLOSED}
    ),
    SessionState.LIVE: frozenset({SessionState.STALE, SessionState.CLOSED}),
    SessionState.STALE: frozenset({SessionState.LIVE, SessionState.CLOSED}),
    SessionState.FAILED: frozenset({SessionState.CLOSED}),
}

OPEN_SESSION_STATES = (SessionState.OPENING, SessionState.LIVE, SessionState.STALE)
ENDED_SESSION_STATES = (SessionState.CLOSED, SessionState.FAILED)
RECORD_NOW_STATES = (SessionState.LIVE,)
RECORD_LATER_STATES = (SessionState.LIVE, SessionState.STALE)
