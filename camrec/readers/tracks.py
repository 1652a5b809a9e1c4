"""Chooses the tracks of a stream that camrec reads, by the stream's description."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from camrec.readers.errors import StreamError
from camrec.rtp import (
    AccessUnitAssembler,
    AudioDepacketizer,
    H264Depacketizer,
    H265Depacketizer,
    JpegDepacketizer,
    MediaDescription,
    create_audio_depacketizer,
)

NAL_DEPACKETIZERS = {"H264": H264Depacketizer, "H265": H265Depacketizer}
VIDEO_CODECS = (*NAL_DEPACKETIZERS, "JPEG")
VideoDepacketizer = AccessUnitAssembler | JpegDepacketizer


@dataclass(frozen=True)
class ReadTrack:
    """A track that is read, and what assembles its units."""

    medium: MediaDescription
    depacketizer: VideoDepacketizer | AudioDepacketizer


def choose_video(media: Sequence[MediaDescription]) -> ReadTrack:
    """The first H.264 or H.265 track; M-JPEG only if there is no other, as it needs more bandwidth.

    Raises StreamError (``codec``) if camrec supports none of the tracks.
    """
    videos = [each for each in media if each.kind == "video" and each.codec in VIDEO_CODECS]
    preferred = [each for each in videos if each.codec in NAL_DEPACKETIZERS]
    if not videos:
        codecs = [each.codec or each.kind for each in media if each.kind == "video"]
        codecs = codecs or [each.codec for each in media if each.codec]
        raise StreamError("codec", ", ".join(codecs))
    video = (preferred or videos)[0]
    if video.has_invalid_clock:
        # MediaMTX passes on no packet of such a track.
        raise StreamError("codec", f"{video.codec} without a clock rate")
    return ReadTrack(video, create_video_depacketizer(video))


def choose_audio(media: Sequence[MediaDescription]) -> ReadTrack | None:
    """The first audio track that camrec supports; None if there is none."""
    for medium in media:
        if medium.kind == "audio":
            depacketizer = create_audio_depacketizer(medium)
            if depacketizer is not None:
                return ReadTrack(medium, depacketizer)
    return None


def unsupported_audio_codec(media: Sequence[MediaDescription]) -> str:
    """The codec of the first audio track; "" if there is no audio."""
    for medium in media:
        if medium.kind == "audio":
            return medium.codec or f"payload type {medium.payload}"
    return ""


def create_video_depacketizer(medium: MediaDescription) -> VideoDepacketizer:
    """The object that assembles the frames of a video track."""
    if medium.codec == "JPEG":
        return JpegDepacketizer(medium.rate, medium.size)
    return AccessUnitAssembler(
        medium.rate, NAL_DEPACKETIZERS[medium.codec](), medium.decode_parameter_sets()
    )
