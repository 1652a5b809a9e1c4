"""Encoded frames with the times at which they are shown, and recognising the frames of a video."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import Colorspace

from support.cameras.raw_rtsp import RawRtspCamera
from support.clips import kept

_START_CODE = re.compile(rb"\x00\x00\x00?\x01")
RATE = 10
LUMA = np.array([0.299, 0.587, 0.114])  # of red, green and blue
THINNED = 4  # every so many samples are compared
# mean difference of two frames' samples; two different frames of one film differ by more
SAME = 4.0


@kept
def reordered(
    codec: str, parameters: str, count: int, size: tuple[int, int] = (320, 240)
) -> tuple[tuple[int, tuple[bytes, ...]], ...]:
    """(position at which it is shown, NAL units) of each frame, in decoding order.

    codec : "libx264" or "libx265"; `parameters` are the encoder's own.
    """
    context = av.CodecContext.create(codec, "w")
    context.width, context.height = size
    context.pix_fmt, context.time_base = "yuv420p", Fraction(1, RATE)
    context.framerate = Fraction(RATE)
    context.options = {"preset": "ultrafast", f"{codec[3:]}-params": parameters}
    frames = []

    def take(packets) -> None:
        for packet in packets:
            nals = (nal.rstrip(b"\0") for nal in _START_CODE.split(bytes(packet)))
            frames.append((packet.pts, tuple(filter(None, nals))))

    source = f"testsrc2=size={size[0]}x{size[1]}:rate={RATE}:duration={count / RATE}"
    with av.open(source, format="lavfi") as pictures:
        for place, frame in enumerate(pictures.decode(video=0)):
            frame = frame.reformat(format="yuv420p")
            frame.pts, frame.time_base, frame.pict_type = place, context.time_base, 0
            take(context.encode(frame))
    take(context.encode(None))
    return tuple(frames)


class ReorderedCamera(RawRtspCamera):
    """Its RTP timestamps are presentation times; it starts with frame `first` in decoding order."""

    rate = RATE

    def __init__(self, film, first: int = 0) -> None:
        self._places = [place - film[first][0] for place, _ in film[first:]]
        super().__init__([nals for _, nals in film[first:]])

    def timestamp(self, seconds: float) -> int:
        loops, at = divmod(round(seconds * self.rate), len(self.frames))
        return super().timestamp((loops * len(self.frames) + self._places[at] + 3) / self.rate)


def decoded(
    frames: Sequence[Sequence[bytes]], codec: str = "h264", matrix: Colorspace | None = None
) -> list[np.ndarray]:
    """The frames as grey images, in display order.

    matrix : the matrix of their colours: the result is then the brightness of a screen's red,
        green and blue.
    """
    context = av.CodecContext.create(codec, "r")
    found = []
    for nals in [*frames, None]:
        data = None if nals is None else av.Packet(b"".join(b"\0\0\0\1" + nal for nal in nals))
        for frame in context.decode(data):
            if matrix is None:
                found.append(frame.to_ndarray(format="gray"))
            else:
                frame = frame.reformat(format="rgb24", src_colorspace=matrix)
                found.append(frame.to_ndarray() @ LUMA)
    return found


def numbers(path: Path, pictures: Sequence[np.ndarray]) -> list[int]:
    """For each frame that the video shows, which of the images it is; -1 for none of them."""
    with av.open(str(path)) as file:
        shown = [
            frame.to_ndarray(format="gray")[::THINNED, ::THINNED].astype(int)
            for frame in file.decode(video=0)
            if frame.pts >= 0
        ]
    return [nearest(frame, pictures) for frame in shown]


def nearest(frame: np.ndarray, pictures: Sequence[np.ndarray]) -> int:
    """Which of the images it is, given the samples that `THINNED` keeps; -1: none of them."""
    apart = [
        float(np.abs(frame - picture[::THINNED, ::THINNED]).mean())
        if frame.shape == picture[::THINNED, ::THINNED].shape
        else SAME
        for picture in pictures
    ]
    found = int(np.argmin(apart))
    return found if apart[found] < SAME else -1
