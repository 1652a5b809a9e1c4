"""Passes a feed's live frames to viewers, as the camera encoded them or as JPEGs.

A JPEG is encoded once for all viewers, and only while there are viewers.
"""

from camrec.live.decoder import create_video_decoder
from camrec.live.h264_packet import H264Packet, codec_string
from camrec.live.h264_viewer import H264Viewer
from camrec.live.jpeg_frame import JpegFrame
from camrec.live.jpeg_viewer import JpegViewer
from camrec.live.live_view import LiveViews

__all__ = [
    "H264Packet",
    "H264Viewer",
    "JpegFrame",
    "JpegViewer",
    "LiveViews",
    "codec_string",
    "create_video_decoder",
]
