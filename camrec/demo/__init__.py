"""Two cameras that every machine has: one RTSP with sound, one HTTP-MJPEG, both drawn here."""

from camrec.demo.cameras import DemoCameras

__all__ = ["DemoCameras"]
