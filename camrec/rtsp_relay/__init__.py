"""Brings MediaMTX an RTSP camera whose dialogue it does not understand."""

from camrec.rtsp_relay.relay import RtspRelay

__all__ = ["RtspRelay"]
