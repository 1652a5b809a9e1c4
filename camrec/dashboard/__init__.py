"""What a person looks at: the page, and the parts of it that a notebook shows."""

from camrec.dashboard.camera_view import CameraView
from camrec.dashboard.notebook_view import read_page_file
from camrec.dashboard.page import make_page
from camrec.dashboard.server import serve
from camrec.dashboard.video_view import VideoView

__all__ = ["CameraView", "VideoView", "make_page", "read_page_file", "serve"]
