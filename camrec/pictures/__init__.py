"""A feed's pictures for who looks: as the camera coded them, or as JPEG.

A JPEG is made once for all viewers, and only while there are any.
"""

from camrec.pictures.packet import Packet, codec_string
from camrec.pictures.packets import PacketSubscription
from camrec.pictures.picture import Picture
from camrec.pictures.pictures import Pictures
from camrec.pictures.viewing import PictureSubscription

__all__ = [
    "Packet",
    "PacketSubscription",
    "Picture",
    "PictureSubscription",
    "Pictures",
    "codec_string",
]
