"""A local stream as units: RTSP over TCP from MediaMTX, JPEGs from go2rtc's WebSocket."""

from camrec.readers.errors import StreamError
from camrec.readers.mjpeg_reader import MjpegReader
from camrec.readers.rtsp_reader import RtspReader

__all__ = ["MjpegReader", "RtspReader", "StreamError"]
