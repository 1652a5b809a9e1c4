"""One camera: opens it, watches it, reconnects to it, and records it."""

from camrec.session.camera_turns import CameraTurns
from camrec.session.diagnosis import diagnose
from camrec.session.mjpeg_upstream import MjpegUpstream
from camrec.session.probe import PROBE_FRAMES
from camrec.session.retry_policy import MAX_OPEN_ATTEMPTS
from camrec.session.routes import CameraRoute, CameraRoutes
from camrec.session.rtsp_upstream import RtspUpstream
from camrec.session.session import Session
from camrec.session.session_state import (
    ENDED_SESSION_STATES,
    OPEN_SESSION_STATES,
    RECORD_LATER_STATES,
    RECORD_NOW_STATES,
    SessionState,
)
from camrec.session.upstream import Upstream

__all__ = [
    "ENDED_SESSION_STATES",
    "MAX_OPEN_ATTEMPTS",
    "OPEN_SESSION_STATES",
    "PROBE_FRAMES",
    "RECORD_LATER_STATES",
    "RECORD_NOW_STATES",
    "CameraRoute",
    "CameraRoutes",
    "CameraTurns",
    "MjpegUpstream",
    "RtspUpstream",
    "Session",
    "SessionState",
    "Upstream",
    "diagnose",
]
