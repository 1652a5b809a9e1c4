"""Two built-in cameras with drawn scenes: one RTSP camera with audio, one HTTP-MJPEG camera."""

from camrec.demo.cameras import DemoCameras

__all__ = ["DemoCameras"]
