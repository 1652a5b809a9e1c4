"""The dashboard: the page and its server, and the views for notebooks."""

from camrec.dashboard.camera_view import CameraView
from camrec.dashboard.notebook_view import read_page_file
from camrec.dashboard.page import make_page
from camrec.dashboard.server import HandlerRoute, ServerOptions, serve
from camrec.dashboard.video_view import VideoView

__all__ = [
    "CameraView",
    "HandlerRoute",
    "ServerOptions",
    "VideoView",
    "make_page",
    "read_page_file",
    "serve",
]
