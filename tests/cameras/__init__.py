"""Cameras for the tests: real servers that keep a log of what they truly sent."""

from cameras.mjpeg import MjpegCamera
from cameras.rtsp import RtspCamera

__all__ = ["MjpegCamera", "RtspCamera"]
