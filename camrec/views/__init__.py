"""What a person looks at: the page, and the parts of it that a notebook shows."""

from camrec.views.camera import CameraView
from camrec.views.cell import notebook_script
from camrec.views.page import page
from camrec.views.video import VideoView

__all__ = ["CameraView", "VideoView", "notebook_script", "page"]
