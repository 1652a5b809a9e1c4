"""A frame as the camera encoded it, for viewers that decode H.264."""

from __future__ import annotations

from dataclasses import dataclass, field

from camrec.codecs import START_CODE, H264Syntax
from camrec.media import VideoTrack


@dataclass(frozen=True, eq=False)
class H264Packet:
    """An encoded frame and what is known about it.

    track : the format. If it differs from that of the previous packet, this packet is a key frame,
        and the decoder starts again.
    captured : the best estimate of when the camera took the frame, UTC nanoseconds.
    number : counts the frames since the viewer started, including those that it did not get.
    key : whether decoding can start here.
    skip_display : whether the viewer decodes the frame without showing it, because newer frames
        follow at once.
    """

    track: VideoTrack
    data: bytes = field(repr=False)
    captured: int
    number: int
    key: bool
    skip_display: bool


def codec_string(track: VideoTrack) -> str:
    """Return how browsers name an H.264 track (RFC 6381): profile, constraints and level in hex.

    Raises ValueError if the track has no sequence parameter set.
    """
    for nal in track.parameters.split(START_CODE):
        if len(nal) > 3 and H264Syntax.nal_type(nal) == H264Syntax.SPS_TYPE:
            return f"avc1.{nal[1:4].hex().upper()}"
    raise ValueError("no sequence parameter set")
