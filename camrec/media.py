"""What a camera sends, one whole piece at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median_low
from typing import Literal

VideoCodec = Literal["h264", "h265", "mjpeg"]
AudioCodec = Literal[
    "aac", "opus", "pcma", "pcmu", "l8", "l16", "l24",
    "g722", "g726", "g726le", "gsm", "mp2", "mp3", "ac3",
]  # fmt: skip

# Why a stream broke that was there: nothing came, or its connection was lost.
Interruption = Literal["camera_silent", "connection_broke"]

MAX_FRAME_PIXELS = 1 << 26  # of one picture; 8K has half as many, and decoded they take 200 MB


@dataclass(frozen=True, eq=False)
class VideoTrack:
    """One unbroken way of sending pictures; another codec, size or kind of samples is a new track.

    Parameter sets may change within a track: each key picture has those that it needs in front.

    width, height : pixels, as displayed (cropping applied, turned by `orientation`).
    rate : ticks a second of the camera's own times (90000 for RTP).
    timed_by_arrival : the camera tells no times: those of its frames are their arrivals.
    parameters : H.264 SPS and PPS, H.265 VPS, SPS and PPS, as Annex B, of its first key picture;
        empty for MJPEG.
    reorder : how many pictures may arrive before one that is shown earlier (0 without B-frames).
    pixel : width and height of a pixel, to each other.
    chroma : as H.264 and H.265 number it: 0 grey, 1 4:2:0, 2 4:2:2, 3 4:4:4.
    depth : bits of a sample.
    orientation : how a JPEG is to be turned to be shown, as Exif numbers it; 1: not at all.
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
        """Width and height that it is shown with where pixels are square."""
        return square_pixel_size(self.width, self.height, self.pixel)


def square_pixel_size(width: int, height: int, pixel: tuple[int, int]) -> tuple[int, int]:
    """A size in square pixels, as browsers work it out: the side that is too short grows."""
    across, down = pixel
    if across > down:
        return max(1, round(width * across / down)), height
    return width, max(1, round(height * down / across))


@dataclass(frozen=True, eq=False)
class AudioTrack:
    """One unbroken way of sending sound.

    rate : ticks a second of the camera's own times: samples, unless `sampling` tells otherwise.
    parameters : AAC's AudioSpecificConfig; empty for the others.
    sampling : samples a second where a tick is not a sample (G.722, MPEG audio); else 0.
    bits_per_sample : of each sample, for G.726, which does not tell it by itself; else 0. Its
    codes stand in
        a byte from the lowest bit on in "g726le" (RFC 3551), from the highest on in "g726" (AAL2).
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
        """Samples a second."""
        return self.sampling or self.rate


Track = VideoTrack | AudioTrack

FRAME_READOUT_NS = 40_000_000  # nanoseconds


class AudioDelayEstimator:
    """How much later a sound comes than a picture of the same moment, by the length of its pieces.

    A piece is sent when its last sample is there. A camera takes about as long
    (`FRAME_READOUT_NS`) to read a picture out and encode it; what a piece lasts longer puts the
    sound off. The length is learnt from the times, so that no codec needs to be known.
    """

    def __init__(self) -> None:
        self._newest: int | None = None
        self._seen: deque[int] = deque(maxlen=15)

    def estimate_delay(self, time: int) -> int:
        """Nanoseconds, with the piece at `time` (ns) taken note of; 0 before the second."""
        before, self._newest = self._newest, time
        if before is not None and 0 < time - before < 10**9 // 2:  # else there was a pause
            self._seen.append(time - before)
        return max(0, median_low(self._seen) - FRAME_READOUT_NS) if self._seen else 0


@dataclass(frozen=True, slots=True, eq=False)
class MediaUnit:
    """A whole picture or piece of sound, as the camera sent it.

    data : H.264 and H.265 as Annex B (4-byte start codes), a key picture with its parameter sets in
        front; one JPEG; one frame of AAC (raw), Opus, MPEG audio or AC-3; a packet of the others
        (L8 unsigned, L16 and L24 big endian).
    time : nanoseconds on the track's own clock, from the camera's (RTP) times or, for MJPEG over
        HTTP, the arrival. Exact: ``round(time * rate / 1e9)`` gives back the camera's tick.
    offset : nanoseconds; ``time + offset`` is the best estimate so far of when, on this machine's
        monotonic clock, it would have arrived without delay. It grows better and follows the
        camera's clock, so a consumer who wants the camera's own distances takes it once and holds
        it.
    arrived : when its last byte came, on this machine's monotonic clock in nanoseconds.
    key : decoding can begin here (always true for MJPEG and sound).
    lost : packets known to be missing just before it.
    dropped_frames : pictures that were left out on purpose just before it.
    open : a key picture that browsers cannot begin at: some that follow reach back over it, or all
        is right only some pictures later.
    dependent : whoever began to decode at the newest key picture (it may be this one) cannot show
        it: it needs pictures from before that one. Earlier than the key picture (`time`) it is of
        no use at all; else those after it need it.
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

    @property
    def video_track(self) -> VideoTrack:
        """The track of a frame. Raises TypeError for an audio packet."""
        if not isinstance(self.track, VideoTrack):
            raise TypeError("an audio packet has no video track")
        return self.track


@dataclass(frozen=True)
class StreamNotice:
    """Something about a stream that whoever records it should be told.

    code, facts : those of the `RecordingWarning` that it becomes.
    at : the last moment that it was so, monotonic nanoseconds.
    """

    code: str
    at: int
    facts: Mapping[str, str | int | float] = field(default_factory=dict)
