"""The Python API: cameras, recordings and videos as objects, for a cell, a script or a thread."""

from camrec.annotations import Event
from camrec.api.camera import Camera, cameras, open, open_demo
from camrec.api.connection import Connection, connect
from camrec.api.events import mark
from camrec.api.library import Library, align, videos
from camrec.api.multi_camera import record_together
from camrec.api.planning import Plan, PlanOccurrence, plan, plans
from camrec.api.process_state import save_when_ended, stop
from camrec.api.recording import Recording
from camrec.api.remote import RemoteBackend, RemoteCamera, RemoteRecording
from camrec.api.remote_library import RemoteVideo
from camrec.api.scheduling import schedule
from camrec.api.video import Video

__all__ = [
    "Camera",
    "Connection",
    "Event",
    "Library",
    "Plan",
    "PlanOccurrence",
    "Recording",
    "RemoteBackend",
    "RemoteCamera",
    "RemoteRecording",
    "RemoteVideo",
    "Video",
    "align",
    "cameras",
    "connect",
    "mark",
    "open",
    "open_demo",
    "plan",
    "plans",
    "record_together",
    "save_when_ended",
    "schedule",
    "stop",
    "videos",
]
