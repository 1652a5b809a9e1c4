"""One coded picture, on its way to a viewer that decodes by itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from camrec.codecs import START_CODE, H264Syntax
from camrec.media import VideoTrack


@dataclass(frozen=True, eq=False)
class H264Packet:
    """A coded picture as the camera sent it, and what is known of it.

    track : where it is another one than before, a decoder begins anew; such a packet is a key one.
    captured : nanoseconds UTC, the best estimate.
    number : counts the pictures since the viewer came, those that it was not given included.
    key : decoding can begin here.
    passing : newer ones follow at once; it has to be decoded and not to be shown.
    """

    track: VideoTrack
    data: bytes = field(repr=False)
    captured: int
    number: int
    key: bool
    passing: bool


def codec_string(track: VideoTrack) -> str:
    """What a browser calls an H.264 track (RFC 6381): profile, constraints and level in hex."""
    for nal in track.parameters.split(START_CODE):
        if len(nal) > 3 and H264Syntax.nal_type(nal) == H264Syntax.SPS_TYPE:
            return f"avc1.{nal[1:4].hex().upper()}"
    raise ValueError("no sequence parameter set")
