"""Brings go2rtc an HTTP-MJPEG camera in a form that it reads: one connection to the camera."""

from camrec.mjpeg_relay.relay import MjpegRelay
from camrec.mjpeg_relay.stream_inspection import inspect_stream

__all__ = ["MjpegRelay", "inspect_stream"]
