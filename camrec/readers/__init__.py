"""A local stream as units: RTSP over TCP from MediaMTX, JPEGs from go2rtc's WebSocket."""

from camrec.readers.go2rtc import Go2rtcReader
from camrec.readers.rtsp import RtspReader
from camrec.readers.stream_error import StreamError

__all__ = ["Go2rtcReader", "RtspReader", "StreamError"]
