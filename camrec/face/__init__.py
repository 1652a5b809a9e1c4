"""camrec in Python: cameras, recordings and videos as objects, for a cell, a script or a thread."""

from camrec.face.camera import Camera, cameras, open, open_demo
from camrec.face.connection import Connection, connect
from camrec.face.home import stop
from camrec.face.library import Library, align, videos
from camrec.face.recording import Recording
from camrec.face.together import record_together
from camrec.face.video import Video

__all__ = [
    "Camera",
    "Connection",
    "Library",
    "Recording",
    "Video",
    "align",
    "cameras",
    "connect",
    "open",
    "open_demo",
    "record_together",
    "stop",
    "videos",
]
