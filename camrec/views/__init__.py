"""What a person looks at: the page, and the parts of it that a notebook shows."""

from camrec.views.camera import CameraView
from camrec.views.cell import page_file
from camrec.views.page import page
from camrec.views.video import VideoView

__all__ = ["CameraView", "VideoView", "page", "page_file"]
