"""What a camera sends, one whole piece at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

VideoCodec = Literal["h264", "h265", "mjpeg"]
AudioCodec = Literal["aac", "pcma", "pcmu", "opus", "l16"]


@dataclass(frozen=True, eq=False)
class VideoTrack:
    """One unbroken way of sending pictures; another codec, size or parameter set is a new track.

    width, height : pixels, as displayed (cropping applied).
    rate : ticks a second of the camera's own times (90000 for RTP).
    parameters : H.264 SPS and PPS, H.265 VPS, SPS and PPS, as Annex B; empty for MJPEG.
    reorder : how many pictures may arrive before one that is shown earlier (0 without B-frames).
    """

    codec: VideoCodec
    width: int
    height: int
    rate: int = 90_000
    parameters: bytes = b""
    reorder: int = 0

    medium: Literal["video"] = "video"


@dataclass(frozen=True, eq=False)
class AudioTrack:
    """One unbroken way of sending sound.

    rate : samples a second, and the ticks of the camera's own times.
    parameters : AAC's AudioSpecificConfig; empty for the others.
    """

    codec: AudioCodec
    rate: int
    channels: int
    parameters: bytes = b""

    medium: Literal["audio"] = "audio"


Track = VideoTrack | AudioTrack


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """A whole picture or piece of sound, as the camera sent it.

    data : H.264 and H.265 as Annex B (4-byte start codes), a key picture with its parameter sets in
        front; one JPEG; one raw AAC, Opus, G.711 or L16 (16 bits,
        big endian) access unit.
    time : nanoseconds on the track's own clock, from the camera's (RTP) times or, for MJPEG, the
        arrival. Exact: ``round(time * rate / 1e9)`` gives back the camera's tick.
    offset : nanoseconds; ``time + offset`` is the best estimate so far of when, on this machine's
        monotonic clock, it would have arrived without delay. It grows better, so a consumer
        takes it once and holds it.
    arrived : when its last byte came, on this machine's monotonic clock in nanoseconds.
    key : decoding can begin here (always true for MJPEG and sound).
    lost : packets known to be missing just before it.
    """

    track: Track
    data: bytes
    time: int
    offset: int
    arrived: int
    key: bool
    lost: int = 0
