"""Relays HTTP-MJPEG cameras to go2rtc in a form that it can read."""

from camrec.mjpeg_relay.relay import MjpegRelay
from camrec.mjpeg_relay.stream_inspection import inspect_stream

__all__ = ["MjpegRelay", "inspect_stream"]
