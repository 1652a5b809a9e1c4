"""Reads what a finished file contains from the file itself."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av

from camrec import file_system, remote_files

MAX_DECODE_START_KEY_FRAMES = 4  # key frames that are tried as the start of decoding


@dataclass(frozen=True)
class AudioStreamInfo:
    """The audio of a file; `rate` is in samples per second."""

    codec: str
    rate: int
    channels: int


@dataclass(frozen=True)
class MediaInfo:
    """A video file as a player sees it.

    audio : None if there is no audio.
    times : when each frame is shown, in seconds from the start, sorted. Hidden frames are left out.
    duration : seconds from the first frame to the end of the last.
    lead : seconds of hidden frames at the start.
    pixel : the width of a pixel divided by its height.
    has_in_band_parameters : the parameter sets are also in front of the key frames, as cameras send
        them. Segments with and without them cannot be joined.
    """

    width: int
    height: int
    video_codec: str
    audio: AudioStreamInfo | None
    times: tuple[float, ...]
    duration: float
    lead: float
    pixel: Fraction = Fraction(1)
    has_in_band_parameters: bool = False

    @property
    def frames_per_minute(self) -> list[int]:
        """How many frames are shown in each minute."""
        counts = Counter(int(time // 60) for time in self.times)
        return [counts[minute] for minute in range(max(counts, default=-1) + 1)]


def read_media_info(path: Path) -> MediaInfo:
    """Read the time of each packet. Nothing is decoded.

    Raises
    ------
    OSError, av.error.FFmpegError
        The file cannot be read.
    IndexError
        It has no video stream.
    """
    with remote_files.open_video(path) as container:
        video = container.streams.video[0]
        audio = container.streams.audio[0] if container.streams.audio else None
        shown: list[tuple[int, int]] = []
        lead = 0
        in_band: bool | None = None
        for packet in container.demux(video):
            if in_band is None:
                in_band = _has_in_band_parameters(bytes(packet), video.codec_context.name)
            pts = _time_of(packet)
            if pts is None:
                continue
            if pts < 0:
                lead = min(lead, pts)
            else:
                shown.append((pts, packet.duration or 0))
        assert video.time_base is not None  # a stream of a file has one
        base = video.time_base
        shown.sort()
        end = shown[-1][0] + shown[-1][1] if shown else 0
        return MediaInfo(
            width=video.codec_context.width,
            height=video.codec_context.height,
            video_codec=video.codec_context.name,
            audio=_read_audio_info(audio) if audio else None,
            times=tuple(float(time * base) for time, _ in shown),
            duration=float((end - shown[0][0]) * base) if shown else 0.0,
            lead=float(-lead * base),
            pixel=video.sample_aspect_ratio or Fraction(1),
            has_in_band_parameters=bool(in_band),
        )


def _time_of(packet: av.Packet[av.VideoStream]) -> int | None:
    """When a frame is shown, in ticks; below 0: an edit list hides it; None: it is not whole."""
    return None if packet.size == 0 or packet.is_corrupt else packet.pts


def _has_in_band_parameters(data: bytes, codec: str) -> bool:
    """Whether one of the NAL units is a sequence parameter set.

    data : NAL units, each after its length in 32 bits.
    """
    at = 0
    while at + 4 < len(data):
        size, head = int.from_bytes(data[at : at + 4], "big"), data[at + 4]
        if (codec == "h264" and head & 31 == 7) or (codec == "hevc" and head >> 1 & 63 == 33):
            return True
        at += 4 + size
    return False


def shows_a_frame(path: Path) -> bool:
    """Whether a file can be read and shows at least one frame. It reads no further than that."""
    try:
        with remote_files.open_video(path) as container:
            times = map(_time_of, container.demux(container.streams.video[0]))
            return any(time is not None and time >= 0 for time in times)
    except (OSError, av.error.FFmpegError, IndexError):
        return False


def can_decode_at(path: Path, times: Sequence[float]) -> bool:
    """Whether the frames that are shown at `times` (seconds) can be decoded."""
    try:
        with remote_files.open_video(path) as container:
            video = container.streams.video[0]
            return all(_can_decode(container, video, time) for time in times)
    except (av.error.FFmpegError, StopIteration, IndexError):
        return False


def sha256_of(path: Path) -> str:
    """SHA-256 of the whole file, in hexadecimal."""
    found = hashlib.sha256()
    with file_system.open_shared(path) as file:
        while block := file.read(1 << 20):
            found.update(block)
    return found.hexdigest()


def _read_audio_info(audio: av.AudioStream) -> AudioStreamInfo:
    context = audio.codec_context
    return AudioStreamInfo(context.name, context.sample_rate, context.channels)


def _can_decode(container: av.container.InputContainer, video: av.VideoStream, time: float) -> bool:
    """Whether the frame at `time` (seconds) can be decoded from a key frame before it.

    With some cameras the image is right only some frames after a key frame, so earlier key frames
    are tried too.
    """
    assert video.time_base is not None
    begin = int(time / video.time_base)
    for _ in range(MAX_DECODE_START_KEY_FRAMES):
        container.seek(begin, stream=video, backward=True)
        first: int | None = None
        for packet in container.demux(video):
            first = packet.pts if first is None else first
            if any(f.pts is not None and f.time >= time - 1e-3 for f in packet.decode()):
                return True
        if first is None or first >= begin:
            break
        begin = first - 1
    return False
