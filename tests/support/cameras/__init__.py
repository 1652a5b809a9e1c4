"""Cameras for the tests: real servers that log what they sent."""

from support.cameras.mjpeg import MjpegCamera
from support.cameras.rtsp import RtspCamera

__all__ = ["MjpegCamera", "RtspCamera"]
