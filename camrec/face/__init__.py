"""camrec in Python: cameras, recordings and videos as objects, for a cell, a script or a thread."""

from camrec.face.camera import Camera, open, open_demo
from camrec.face.home import stop
from camrec.face.library import Library, align, videos
from camrec.face.recording import Recording
from camrec.face.together import record_together
from camrec.face.video import Video

__all__ = [
    "Camera",
    "Library",
    "Recording",
    "Video",
    "align",
    "open",
    "open_demo",
    "record_together",
    "stop",
    "videos",
]
