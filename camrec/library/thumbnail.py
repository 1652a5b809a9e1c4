"""Makes the thumbnail of a video."""

from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

from camrec import file_system, remote_files
from camrec.media import square_pixel_size

THUMBNAIL_WIDTH_PX = 480
# The thumbnail is from this share of the duration, because the first frame is often grey or dark.
THUMBNAIL_POSITION_RATIO = 0.1


def make_thumbnail(video: Path, target: Path) -> None:
    """Write a JPEG that is at most `THUMBNAIL_WIDTH_PX` pixels wide to `target`, atomically.

    Raises OSError, av.error.FFmpegError or ValueError if no frame can be decoded.
    """
    image, (width, height) = _decode_frame(video)
    if width > THUMBNAIL_WIDTH_PX:
        width, height = THUMBNAIL_WIDTH_PX, max(1, round(height * THUMBNAIL_WIDTH_PX / width))
    if (height, width) != image.shape[:2]:
        image = np.asarray(
            cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8
        )
    good, jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 82])
    if not good:
        raise ValueError("the frame cannot be encoded")
    file_system.make_folder(target.parent)
    unfinished = target.with_name(f"{target.name}.new")
    unfinished.write_bytes(jpeg.tobytes())
    file_system.replace(unfinished, target)


def _decode_frame(video: Path) -> tuple[npt.NDArray[np.uint8], tuple[int, int]]:
    """Return the frame for the thumbnail, and its width and height in square pixels.

    The frame is (height, width, 3), BGR. It is the key frame before `THUMBNAIL_POSITION_RATIO` of
    the duration, or the first frame if the duration is not known.
    """
    with remote_files.open_video(video) as container:
        stream = container.streams.video[0]
        if container.duration:
            container.seek(int(container.duration * THUMBNAIL_POSITION_RATIO))
        for frame in container.decode(stream):
            shown = square_pixel_size(frame.width, frame.height, pixel_aspect_ratio(stream))
            return np.asarray(frame.to_ndarray(format="bgr24"), np.uint8), shown
    raise ValueError("no frame can be decoded")


def pixel_aspect_ratio(stream: av.VideoStream) -> tuple[int, int]:
    """Return the ratio of the width of a pixel to its height, as two numbers."""
    ratio = stream.sample_aspect_ratio
    return (ratio.numerator, ratio.denominator) if ratio else (1, 1)
