"""camrec in Python: cameras, recordings and videos as objects, for a cell, a script or a thread."""

from camrec.face.camera import Camera, cameras, open, open_demo
from camrec.face.connection import Connection, connect
from camrec.face.home import stop
from camrec.face.recording import Recording
from camrec.face.video import Video, videos

__all__ = [
    "Camera",
    "Connection",
    "Recording",
    "Video",
    "cameras",
    "connect",
    "open",
    "open_demo",
    "stop",
    "videos",
]
