"""Frames and audio packets: what a camera sends, one complete unit at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median_low
from typing import Literal

from camrec.camera_clock import TrackClock

VideoCodec = Literal["h264", "h265", "mjpeg"]
AudioCodec = Literal[
    "aac", "opus", "pcma", "pcmu", "l8", "l16", "l24",
    "g722", "g726", "g726le", "gsm", "mp2", "mp3", "ac3",
]  # fmt: skip

# Why a stream broke: the camera sent nothing, or its connection was lost.
Interruption = Literal["camera_silent", "connection_broke"]

MAX_FRAME_PIXELS = 1 << 26  # 8K has half as many; a decoded frame of this size takes 200 MB


@dataclass(frozen=True, eq=False)
class VideoTrack:
    """The format of consecutive frames; another codec, size or sample format is a new track.

    Parameter sets may change within a track: each key frame starts with those that it needs.

    width, height : pixels, as displayed: cropped, and turned by `orientation`.
    rate : ticks per second of the camera's timestamps (90000 for RTP).
    timed_by_arrival : whether the camera sends no timestamps, so that arrival times stand for them.
    parameters : the first key frame's H.264 SPS and PPS, or H.265 VPS, SPS and PPS, as Annex B;
        empty for MJPEG.
    reorder : how many frames may arrive before one that is shown earlier (0 without B-frames).
    pixel : the pixel aspect ratio, width and height.
    chroma : chroma_format_idc of H.264 and H.265: 0 grey, 1 4:2:0, 2 4:2:2, 3 4:4:4.
    depth : bits per sample.
    orientation : how a JPEG must be turned, as Exif numbers it; 1 is upright.
    """

    codec: VideoCodec
    width: int
    height: int
    rate: int = 90_000
    parameters: bytes = b""
    reorder: int = 0
    timed_by_arrival: bool = False
    pixel: tuple[int, int] = (1, 1)
    chroma: int = 1
    depth: int = 8
    orientation: int = 1

    medium: Literal["video"] = "video"

    @property
    def display_size(self) -> tuple[int, int]:
        """Width and height in square pixels."""
        return square_pixel_size(self.width, self.height, self.pixel)


def square_pixel_size(width: int, height: int, pixel: tuple[int, int]) -> tuple[int, int]:
    """A size in square pixels, as browsers compute it: the side that is too short grows.

    Parameters
    ----------
    pixel
        The pixel aspect ratio, width and height.
    """
    across, down = pixel
    if across > down:
        return max(1, round(width * across / down)), height
    return width, max(1, round(height * down / across))


@dataclass(frozen=True, eq=False)
class AudioTrack:
    """The format of consecutive audio packets.

    rate : ticks per second of the camera's timestamps; a tick is a sample, unless `sampling` says
        otherwise.
    parameters : AAC's AudioSpecificConfig; empty for the other codecs.
    sampling : samples per second if a tick is not a sample (G.722, MPEG audio); else 0.
    bits_per_sample : for G.726, whose packets do not say it; else 0. The codes fill a byte from
        its lowest bit on in "g726le" (RFC 3551), from its highest bit on in "g726" (AAL2).
    """

    codec: AudioCodec
    rate: int
    channels: int
    parameters: bytes = b""
    sampling: int = 0
    bits_per_sample: int = 0

    medium: Literal["audio"] = "audio"

    @property
    def samples(self) -> int:
        """Samples per second."""
        return self.sampling or self.rate


Track = VideoTrack | AudioTrack

FRAME_READOUT_NS = 40_000_000  # about how long a camera reads out and encodes a frame


class AudioDelayEstimator:
    """Estimates how much later audio arrives than a frame that was captured at the same time.

    An audio packet is sent when its last sample exists. A frame is sent about `FRAME_READOUT_NS`
    after it was taken. The duration of a packet beyond that is the delay of the audio. The duration
    is learned from the timestamps, so that no codec must be known.
    """

    def __init__(self) -> None:
        self._newest: int | None = None
        self._durations: deque[int] = deque(maxlen=15)

    def estimate_delay(self, time: int) -> int:
        """Add the packet with timestamp `time`, and return the delay; both in nanoseconds.

        It is 0 before the second packet.
        """
        before, self._newest = self._newest, time
        if before is not None and 0 < time - before < 10**9 // 2:  # longer is a pause
            self._durations.append(time - before)
        return max(0, median_low(self._durations) - FRAME_READOUT_NS) if self._durations else 0


@dataclass(frozen=True, slots=True, eq=False)
class MediaUnit:
    """A complete frame or audio packet, as the camera sent it.

    data : H.264 and H.265 as Annex B (4-byte start codes), a key frame with its parameter sets in
        front; one JPEG; one frame of AAC (raw), Opus, MPEG audio or AC-3; a packet of the other
        codecs (L8 unsigned, L16 and L24 big endian).
    time : the timestamp in nanoseconds on the track's own clock: the camera's RTP timestamp or, for
        MJPEG over HTTP, the arrival. Exact: ``round(time * rate / 1e9)`` is the camera's tick.
    offset : nanoseconds; ``time + offset`` is the best estimate so far of when, on this machine's
        monotonic clock, the unit would have arrived without delay. The estimate improves and
        follows the camera's clock, so a consumer that needs the camera's own intervals takes one
        offset and keeps it.
    arrived : when its last byte arrived, on this machine's monotonic clock in nanoseconds.
    key : whether decoding can start here (always true for MJPEG and audio).
    lost : packets known to be missing just before it.
    dropped_frames : frames that were left out on purpose just before it.
    dependent : whether a decoder that started at the newest key frame (which may be this frame)
        cannot show it, because it needs frames from before that one. If its `time` is earlier than
        the key frame's, it is of no use at all; otherwise later frames need it.
    open : whether it is a key frame that browsers cannot start at: some later frames need frames
        from before it, or the picture is complete only some frames later.
    clock : what the camera says about its clock: maps `time` to UTC. None if the session uses
        arrivals only.
    """

    track: Track
    data: bytes
    time: int
    offset: int
    arrived: int
    key: bool
    lost: int = 0
    dropped_frames: int = 0
    dependent: bool = False
    open: bool = False
    clock: TrackClock | None = None

    @property
    def video_track(self) -> VideoTrack:
        """The track of a frame. Raises TypeError for an audio packet."""
        if not isinstance(self.track, VideoTrack):
            raise TypeError("an audio packet has no video track")
        return self.track


@dataclass(frozen=True)
class StreamNotice:
    """Something about a stream that the receipts of its recordings should say.

    code, facts : those of the `RecordingWarning` that it becomes.
    at : when it was last the case, monotonic nanoseconds.
    """

    code: str
    at: int
    facts: Mapping[str, str | int | float] = field(default_factory=dict)
