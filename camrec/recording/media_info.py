"""What a finished file really holds, read from the file itself."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av

MAX_DECODE_START_KEY_FRAMES = 4  # key pictures that decoding is tried from


@dataclass(frozen=True)
class AudioStreamInfo:
    codec: str
    rate: int
    channels: int


@dataclass(frozen=True)
class MediaInfo:
    """A video file as a player sees it.

    times : seconds from its start, of each picture that is shown, sorted.
    duration : seconds from its first picture to the end of its last.
    lead : seconds of pictures in front that are hidden.
    pixel : width of a pixel by its height.
    has_in_band_parameters : its parameter sets stand in front of its key pictures too, as cameras
    send them: parts
        with and without cannot be joined.
    """

    width: int
    height: int
    video_codec: str
    sound: AudioStreamInfo | None
    times: tuple[float, ...]
    duration: float
    lead: float
    pixel: Fraction = Fraction(1)
    has_in_band_parameters: bool = False

    @property
    def frames_per_minute(self) -> list[int]:
        """How many pictures are shown in each minute."""
        counts = Counter(int(time // 60) for time in self.times)
        return [counts[minute] for minute in range(max(counts, default=-1) + 1)]


def read_media_info(path: Path) -> MediaInfo:
    """Read every packet's time; nothing is decoded.

    Raises OSError (av.error.FFmpegError) when it is not a video.
    """
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        audio = container.streams.audio[0] if container.streams.audio else None
        shown: list[tuple[int, int]] = []
        lead = 0
        in_band: bool | None = None
        for packet in container.demux(video):
            if in_band is None:
                in_band = _has_in_band_parameters(bytes(packet), video.codec_context.name)
            if packet.pts is None or packet.size == 0 or packet.is_corrupt:
                continue
            if packet.pts < 0:
                lead = min(lead, packet.pts)
            else:
                shown.append((packet.pts, packet.duration or 0))
        base: Fraction = video.time_base
        shown.sort()
        end = shown[-1][0] + shown[-1][1] if shown else 0
        return MediaInfo(
            width=video.codec_context.width,
            height=video.codec_context.height,
            video_codec=video.codec_context.name,
            sound=_read_audio_info(audio) if audio else None,
            times=tuple(float(time * base) for time, _ in shown),
            duration=float((end - shown[0][0]) * base) if shown else 0.0,
            lead=float(-lead * base),
            pixel=video.sample_aspect_ratio or Fraction(1),
            has_in_band_parameters=bool(in_band),
        )


def _has_in_band_parameters(data: bytes, codec: str) -> bool:
    """Whether there is a sequence parameter set among the NAL units, each behind its length."""
    at = 0
    while at + 4 < len(data):
        size, head = int.from_bytes(data[at : at + 4], "big"), data[at + 4]
        if (codec == "h264" and head & 31 == 7) or (codec == "hevc" and head >> 1 & 63 == 33):
            return True
        at += 4 + size
    return False


def can_decode_at(path: Path, moments: Sequence[float]) -> bool:
    """Whether the pictures that are shown at `moments` (seconds) can really be decoded."""
    try:
        with av.open(str(path)) as container:
            video = container.streams.video[0]
            return all(_can_decode(container, video, moment) for moment in moments)
    except (av.error.FFmpegError, StopIteration, IndexError):
        return False


def sha256_of(path: Path) -> str:
    """SHA-256 of the whole file, in hexadecimal."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            found.update(block)
    return found.hexdigest()


def _read_audio_info(audio: av.AudioStream) -> AudioStreamInfo:
    context = audio.codec_context
    return AudioStreamInfo(context.name, context.sample_rate, context.channels)


def _can_decode(
    container: av.container.InputContainer, video: av.VideoStream, moment: float
) -> bool:
    """Whether the picture at `moment` can be decoded from the key picture before it; where all is
    right only some pictures after one, from an earlier one.
    """
    begin = int(moment / video.time_base)
    for _ in range(MAX_DECODE_START_KEY_FRAMES):
        container.seek(begin, stream=video, backward=True)
        first = None
        for packet in container.demux(video):
            first = packet.pts if first is None else first
            if any(f.time is not None and f.time >= moment - 1e-3 for f in packet.decode()):
                return True
        if first is None or first >= begin:
            break
        begin = first - 1
    return False
