"""A small picture that shows what a video is of."""

from __future__ import annotations

import os
from pathlib import Path

import av
import cv2
import numpy as np

from camrec.media import square_pixel_size

THUMBNAIL_WIDTH_PX = 480
THUMBNAIL_POSITION_RATIO = (
    0.1  # of the video's length: the very first picture is often grey or dark
)


def make_thumbnail(video: Path, target: Path) -> None:
    """Write `target`, a JPEG of at most `THUMBNAIL_WIDTH_PX` pixels across, whole or not at all.

    Raises OSError (av.error.FFmpegError) or ValueError when no picture can be decoded.
    """
    picture, (width, height) = _decode_frame(video)
    if width > THUMBNAIL_WIDTH_PX:
        width, height = THUMBNAIL_WIDTH_PX, max(1, round(height * THUMBNAIL_WIDTH_PX / width))
    if (height, width) != picture.shape[:2]:
        picture = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    good, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 82])
    if not good:
        raise ValueError("the picture cannot be encoded")
    target.parent.mkdir(exist_ok=True)
    unfinished = target.with_name(f"{target.name}.new")
    unfinished.write_bytes(jpeg.tobytes())
    os.replace(unfinished, target)


def _decode_frame(video: Path) -> tuple[np.ndarray, tuple[int, int]]:
    """(H, W, 3) uint8, BGR: the key picture before `THUMBNAIL_POSITION_RATIO`, else the first; and
    the width and
    height that it is shown with.
    """
    with av.open(str(video)) as container:
        stream = container.streams.video[0]
        if container.duration:
            container.seek(int(container.duration * THUMBNAIL_POSITION_RATIO))
        for frame in container.decode(stream):
            shown = square_pixel_size(frame.width, frame.height, pixel_aspect_ratio(stream))
            return frame.to_ndarray(format="bgr24"), shown
    raise ValueError("there is no picture")


def pixel_aspect_ratio(stream: av.VideoStream) -> tuple[int, int]:
    """Width and height of a pixel, to each other."""
    told = stream.sample_aspect_ratio
    return (told.numerator, told.denominator) if told else (1, 1)
