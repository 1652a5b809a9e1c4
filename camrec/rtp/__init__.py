"""RTP: packets, their timestamps, SDP, and depacketizers that return whole frames and audio."""

from camrec.rtp.access_units import MAX_FRAME_HOLD_NS, AccessUnitAssembler
from camrec.rtp.audio import AudioDepacketizer
from camrec.rtp.audio_codecs import create_audio_depacketizer
from camrec.rtp.errors import UnsupportedVideo
from camrec.rtp.jpeg_depacketizer import (
    MAIN_HEADER_BYTES,
    MIN_IN_BAND_TABLES_Q,
    RESTART_TYPE_FLAG,
    JpegDepacketizer,
)
from camrec.rtp.packet_order import SequenceTracker
from camrec.rtp.rtp_clock import RtpClock
from camrec.rtp.rtp_packet import RtpPacket, parse_packet
from camrec.rtp.sdp import (
    SLOWEST_VIDEO_CLOCK,
    STATIC_PAYLOAD_FORMATS,
    MediaDescription,
    parse_sdp,
)
from camrec.rtp.text_numbers import parse_int

__all__ = [
    "MAIN_HEADER_BYTES",
    "MAX_FRAME_HOLD_NS",
    "MIN_IN_BAND_TABLES_Q",
    "RESTART_TYPE_FLAG",
    "SLOWEST_VIDEO_CLOCK",
    "STATIC_PAYLOAD_FORMATS",
    "AccessUnitAssembler",
    "AudioDepacketizer",
    "JpegDepacketizer",
    "MediaDescription",
    "RtpClock",
    "RtpPacket",
    "SequenceTracker",
    "UnsupportedVideo",
    "create_audio_depacketizer",
    "parse_int",
    "parse_packet",
    "parse_sdp",
]
