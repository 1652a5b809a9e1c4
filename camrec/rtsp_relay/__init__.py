"""Relays RTSP cameras that MediaMTX does not understand, in a form that it understands."""

from camrec.rtsp_relay.relay import RtspRelay

__all__ = ["RtspRelay"]
