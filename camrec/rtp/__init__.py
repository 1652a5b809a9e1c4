"""RTP: packets, their timestamps, SDP, and depacketizers that return whole frames and audio."""

from camrec.rtp.access_units import MAX_FRAME_HOLD_NS, AccessUnitAssembler
from camrec.rtp.audio import AudioDepacketizer
from camrec.rtp.audio_codecs import create_audio_depacketizer
from camrec.rtp.capture_time import parse_capture_time
from camrec.rtp.errors import UnsupportedVideo
from camrec.rtp.h264_depacketizer import FU_A_NAL_TYPE, STAP_A_NAL_TYPE, H264Depacketizer
from camrec.rtp.h265_depacketizer import AP_NAL_TYPE, FU_NAL_TYPE, H265Depacketizer
from camrec.rtp.jpeg_depacketizer import JpegDepacketizer
from camrec.rtp.jpeg_payload import MAIN_HEADER_BYTES, MIN_IN_BAND_TABLES_Q, RESTART_TYPE_FLAG
from camrec.rtp.nal_depacketizer import FU_END_FLAG, FU_START_FLAG, split_aggregation
from camrec.rtp.ntp_time import ntp_to_utc_ns
from camrec.rtp.packet_order import SequenceTracker
from camrec.rtp.report_queue import ReceivedReport, ReportQueue
from camrec.rtp.rtcp import SenderReport, parse_sender_reports
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
    "AP_NAL_TYPE",
    "FU_A_NAL_TYPE",
    "FU_END_FLAG",
    "FU_NAL_TYPE",
    "FU_START_FLAG",
    "MAIN_HEADER_BYTES",
    "MAX_FRAME_HOLD_NS",
    "MIN_IN_BAND_TABLES_Q",
    "RESTART_TYPE_FLAG",
    "SLOWEST_VIDEO_CLOCK",
    "STAP_A_NAL_TYPE",
    "STATIC_PAYLOAD_FORMATS",
    "AccessUnitAssembler",
    "AudioDepacketizer",
    "H264Depacketizer",
    "H265Depacketizer",
    "JpegDepacketizer",
    "MediaDescription",
    "ReceivedReport",
    "ReportQueue",
    "RtpClock",
    "RtpPacket",
    "SenderReport",
    "SequenceTracker",
    "UnsupportedVideo",
    "create_audio_depacketizer",
    "ntp_to_utc_ns",
    "parse_capture_time",
    "parse_int",
    "parse_packet",
    "parse_sdp",
    "parse_sender_reports",
    "split_aggregation",
]
