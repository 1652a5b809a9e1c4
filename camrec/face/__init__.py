"""camrec in Python: cameras, recordings and videos as objects, for a cell, a script or a thread."""

from camrec.face.camera import Camera, open, open_demo
from camrec.face.home import stop
from camrec.face.recording import Recording
from camrec.face.video import Video, videos

__all__ = ["Camera", "Recording", "Video", "open", "open_demo", "stop", "videos"]
