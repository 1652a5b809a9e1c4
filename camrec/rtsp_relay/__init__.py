"""Relays RTSP cameras to MediaMTX that MediaMTX does not understand."""

from camrec.rtsp_relay.relay import RtspRelay

__all__ = ["RtspRelay"]
