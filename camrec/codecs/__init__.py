"""Parses the bitstreams of video codecs: NAL units and parameter sets of H.264 and H.265, JPEGs."""

from camrec.codecs.bit_reader import BitReader
from camrec.codecs.capture_comment import add_capture_time, take_capture_time
from camrec.codecs.frame_starts import FrameStartDetector
from camrec.codecs.h264 import H264Syntax
from camrec.codecs.h265 import H265Syntax
from camrec.codecs.jpeg_header import SOF_MARKERS, SOS_MARKER, read_jpeg_format
from camrec.codecs.jpeg_segments import (
    DEFAULT_HUFFMAN_TABLES,
    DHT_MARKER,
    DQT_MARKER,
    DRI_MARKER,
    EOI_BYTES,
    SOF0_MARKER,
    SOF1_MARKER,
    SOI_BYTES,
    add_huffman_tables,
    build_segment,
    iterate_segments,
)
from camrec.codecs.known_tracks import KnownTracks
from camrec.codecs.nal_syntax import NalSyntax
from camrec.codecs.nal_units import START_CODE, find_start_code, to_annex_b
from camrec.codecs.parameter_sets import ParameterSets
from camrec.codecs.random_access import RandomAccessTracker
from camrec.codecs.sps import SpsInfo

__all__ = [
    "DEFAULT_HUFFMAN_TABLES",
    "DHT_MARKER",
    "DQT_MARKER",
    "DRI_MARKER",
    "EOI_BYTES",
    "SOF0_MARKER",
    "SOF1_MARKER",
    "SOF_MARKERS",
    "SOI_BYTES",
    "SOS_MARKER",
    "START_CODE",
    "BitReader",
    "FrameStartDetector",
    "H264Syntax",
    "H265Syntax",
    "KnownTracks",
    "NalSyntax",
    "ParameterSets",
    "RandomAccessTracker",
    "SpsInfo",
    "add_capture_time",
    "add_huffman_tables",
    "build_segment",
    "find_start_code",
    "iterate_segments",
    "read_jpeg_format",
    "take_capture_time",
    "to_annex_b",
]
