"""Decodes frames, and encodes them as JPEGs."""

from __future__ import annotations

import logging
from fractions import Fraction
from typing import Literal

import av
import cv2
from av.codec.context import Flags
from av.video.reformatter import Colorspace

from camrec.media import MediaUnit, VideoCodec, VideoTrack, square_pixel_size

log = logging.getLogger(__name__)

DECODER_NAMES: dict[VideoCodec, Literal["h264", "hevc", "mjpeg"]] = {
    "h264": "h264",
    "h265": "hevc",
    "mjpeg": "mjpeg",
}
NS_TIME_BASE = Fraction(1, 10**9)
LIVE_JPEG_QUALITY = 80
UNSPECIFIED_COLORSPACE = 2  # the stream does not say which matrix its colours use
MIN_BT709_HEIGHT_PX = 720  # if unspecified, browsers assume BT.709 from here on, else BT.601


class FrameDecoder:
    """Decodes H.264 and H.265. If it cannot decode a frame, it skips to the next key frame."""

    def __init__(self) -> None:
        self._context: av.VideoCodecContext | None = None
        self._track: VideoTrack | None = None

    def decode(self, unit: MediaUnit) -> list[av.VideoFrame]:
        """Decode a unit, and return the frames that can be shown now.

        Their `pts` is in nanoseconds of the track's clock.
        """
        if unit.track is not self._track:
            self.reset()
        if self._context is None:
            if not unit.key:
                return []
            self._context = self._create_context(unit.video_track)
        packet = av.Packet(unit.data)
        packet.pts, packet.time_base = unit.time, NS_TIME_BASE
        try:
            return self._context.decode(packet)
        except av.FFmpegError as error:
            log.debug("a frame cannot be decoded: %s", error)
            self.reset()
            return []

    def reset(self) -> None:
        """Start again at the next key frame."""
        self._context = self._track = None

    def _create_context(self, track: VideoTrack) -> av.VideoCodecContext:
        self._track = track
        context = create_video_decoder(track.codec)
        if track.reorder == 0:
            # Without this flag a frame may wait for the next one.
            context.flags |= Flags.low_delay
        return context


def create_video_decoder(codec: VideoCodec) -> av.VideoCodecContext:
    """Create a decoder that uses one thread."""
    context = av.CodecContext.create(DECODER_NAMES[codec], "r")
    context.thread_count = 1
    return context


def jpeg_size(frame: av.VideoFrame, pixel: tuple[int, int], divisor: int = 1) -> tuple[int, int]:
    """Return the width and height of a frame's JPEG, whose pixels are square."""
    width, height = square_pixel_size(frame.width, frame.height, pixel)
    return max(1, width // divisor), max(1, height // divisor)


def encode_jpeg(frame: av.VideoFrame, size: tuple[int, int]) -> bytes:
    """Encode a frame as a JPEG of `size`, with the colours that the stream specifies."""
    matrix = Colorspace.ITU709 if frame.height >= MIN_BT709_HEIGHT_PX else Colorspace.ITU601
    width, height = size
    scaled = frame.reformat(
        width=width,
        height=height,
        format="bgr24",
        src_colorspace=matrix if frame.colorspace == UNSPECIFIED_COLORSPACE else None,
        interpolation="AREA" if width < frame.width else None,
    )
    _, encoded = cv2.imencode(
        ".jpg", scaled.to_ndarray(), [cv2.IMWRITE_JPEG_QUALITY, LIVE_JPEG_QUALITY]
    )
    return encoded.tobytes()
