"""The bitstreams of video codecs: H.264 and H.265 NAL units and parameter sets, JPEG headers."""

from camrec.codecs.bit_reader import BitReader, unescape_nal
from camrec.codecs.frame_starts import FrameStartDetector
from camrec.codecs.h264 import FU_A_NAL_TYPE, STAP_A_NAL_TYPE, H264Depacketizer
from camrec.codecs.h265 import AP_NAL_TYPE, FU_NAL_TYPE, H265Depacketizer
from camrec.codecs.jpeg_header import SOF_MARKERS, read_jpeg_format
from camrec.codecs.jpeg_segments import (
    DEFAULT_HUFFMAN_TABLES,
    DHT_MARKER,
    DQT_MARKER,
    DRI_MARKER,
    EOI_BYTES,
    SOF0_MARKER,
    SOF1_MARKER,
    SOI_BYTES,
    SOS_MARKER,
    add_huffman_tables,
    build_segment,
    iterate_segments,
)
from camrec.codecs.known_tracks import KnownTracks
from camrec.codecs.nal_units import (
    MAX_NAL_BYTES,
    START_CODE,
    NalDepacketizer,
    SpsInfo,
    split_aggregation,
    to_annex_b,
)
from camrec.codecs.parameter_sets import ParameterSets
from camrec.codecs.recovery_points import DecodeStart

__all__ = [
    "AP_NAL_TYPE",
    "DEFAULT_HUFFMAN_TABLES",
    "DHT_MARKER",
    "DQT_MARKER",
    "DRI_MARKER",
    "EOI_BYTES",
    "FU_A_NAL_TYPE",
    "FU_NAL_TYPE",
    "MAX_NAL_BYTES",
    "SOF0_MARKER",
    "SOF1_MARKER",
    "SOF_MARKERS",
    "SOI_BYTES",
    "SOS_MARKER",
    "STAP_A_NAL_TYPE",
    "START_CODE",
    "BitReader",
    "DecodeStart",
    "FrameStartDetector",
    "H264Depacketizer",
    "H265Depacketizer",
    "KnownTracks",
    "NalDepacketizer",
    "ParameterSets",
    "SpsInfo",
    "add_huffman_tables",
    "build_segment",
    "iterate_segments",
    "read_jpeg_format",
    "split_aggregation",
    "to_annex_b",
    "unescape_nal",
]
