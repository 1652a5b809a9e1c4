"""A feed's pictures for who looks: as the camera coded them, or as JPEG.

A JPEG is made once for all viewers, and only while there are any.
"""

from camrec.live.h264_packet import Packet, codec_string
from camrec.live.h264_viewer import PacketSubscription
from camrec.live.jpeg_frame import Picture
from camrec.live.jpeg_viewer import PictureSubscription
from camrec.live.live_view import Pictures

__all__ = [
    "Packet",
    "PacketSubscription",
    "Picture",
    "PictureSubscription",
    "Pictures",
    "codec_string",
]
