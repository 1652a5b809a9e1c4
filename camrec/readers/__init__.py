"""Reads local streams as media units: RTSP from MediaMTX, JPEGs over WebSocket from go2rtc."""

from camrec.readers.errors import StreamError
from camrec.readers.mjpeg_reader import MjpegReader
from camrec.readers.rtsp_reader import RtspReader

__all__ = ["MjpegReader", "RtspReader", "StreamError"]
