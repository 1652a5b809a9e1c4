"""Cameras for the tests: real servers that keep a log of what they truly sent."""

from support.cameras.mjpeg import MjpegCamera
from support.cameras.rtsp import RtspCamera

__all__ = ["MjpegCamera", "RtspCamera"]
