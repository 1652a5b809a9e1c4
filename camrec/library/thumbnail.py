"""A small picture that shows what a video is of."""

from __future__ import annotations

import os
from pathlib import Path

import av
import cv2
import numpy as np

from camrec.media import square

WIDTH = 480
PLACE = 0.1  # of the video's length: the very first picture is often grey or dark


def make(video: Path, target: Path) -> None:
    """Write `target`, a JPEG of at most `WIDTH` pixels across, whole or not at all.

    Raises OSError (av.error.FFmpegError) or ValueError when no picture can be decoded.
    """
    picture, (width, height) = _picture(video)
    if width > WIDTH:
        width, height = WIDTH, max(1, round(height * WIDTH / width))
    if (height, width) != picture.shape[:2]:
        picture = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    good, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 82])
    if not good:
        raise ValueError("the picture cannot be encoded")
    target.parent.mkdir(exist_ok=True)
    unfinished = target.with_name(f"{target.name}.new")
    unfinished.write_bytes(jpeg.tobytes())
    os.replace(unfinished, target)


def _picture(video: Path) -> tuple[np.ndarray, tuple[int, int]]:
    """(H, W, 3) uint8, BGR: the key picture before `PLACE`, else the first; and the width and
    height that it is shown with.
    """
    with av.open(str(video)) as container:
        stream = container.streams.video[0]
        if container.duration:
            container.seek(int(container.duration * PLACE))
        for frame in container.decode(stream):
            shown = square(frame.width, frame.height, pixel_of(stream))
            return frame.to_ndarray(format="bgr24"), shown
    raise ValueError("there is no picture")


def pixel_of(stream: av.VideoStream) -> tuple[int, int]:
    """Width and height of a pixel, to each other."""
    told = stream.sample_aspect_ratio
    return (told.numerator, told.denominator) if told else (1, 1)
