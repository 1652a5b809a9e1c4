"""Decodes a small image of any time in a video, and reads the times of all its frames."""

from __future__ import annotations

import threading
from collections import OrderedDict
from itertools import chain, islice
from pathlib import Path

import av
import cv2

from camrec import remote_files
from camrec.library.thumbnail import pixel_aspect_ratio
from camrec.media import square_pixel_size

PREVIEW_WIDTH_PX, PREVIEW_JPEG_QUALITY = 240, 75
MAX_CACHED_PREVIEWS = 256  # JPEGs of about 8 KB


class FramePreviews:
    """The images for a pointer on a timeline. They are key frames, and the latest are cached."""

    def __init__(self) -> None:
        self._cache: OrderedDict[tuple[object, ...], bytes] = OrderedDict()
        self._decode_lock = (
            threading.Lock()
        )  # only one image at a time, because a pointer moves faster than images are decoded

    def jpeg(self, video: Path, at: float) -> bytes:
        """Return the key frame at or before `at` seconds, at most `PREVIEW_WIDTH_PX` pixels wide.

        Raises OSError, av.error.FFmpegError or ValueError if no frame can be decoded.
        """
        with self._decode_lock, remote_files.open_video(video) as container:
            stream = container.streams.video[0]
            assert stream.time_base is not None  # a stream of a file has one
            container.seek(max(0, int(at / stream.time_base)), stream=stream)
            status = video.stat()
            packet = next(container.demux(stream))
            key = (video, status.st_mtime_ns, status.st_size, packet.pts)
            if key in self._cache:
                self._cache.move_to_end(key)
                return self._cache[key]
            if (
                packet.is_discard
            ):  # an edit list hides it and the next frames, so take the first one that is shown
                following = chain(packet.decode(), container.decode(stream))
                shown = list(islice(following, 1))
            else:
                # Flush the decoder, so that it does not wait for frames that are shown earlier.
                shown = [*packet.decode(), *stream.codec_context.decode(None)]
                if not shown:  # this frame can only be decoded together with the next ones
                    stream.codec_context.flush_buffers()
                    container.seek(packet.pts or 0, stream=stream)
                    shown = list(islice(container.decode(stream), 1))
            if not shown:
                raise ValueError("no frame can be decoded")
            return self._store(key, _encode_jpeg(shown[0], pixel_aspect_ratio(stream)))

    def _store(self, key: tuple[object, ...], jpeg: bytes) -> bytes:
        self._cache[key] = jpeg
        while len(self._cache) > MAX_CACHED_PREVIEWS:
            self._cache.popitem(last=False)
        return jpeg


def _encode_jpeg(frame: av.VideoFrame, pixel: tuple[int, int]) -> bytes:
    width, height = square_pixel_size(frame.width, frame.height, pixel)
    if width > PREVIEW_WIDTH_PX:
        width, height = PREVIEW_WIDTH_PX, max(2, round(height * PREVIEW_WIDTH_PX / width))
    small = frame.reformat(width=width, height=height)
    good, jpeg = cv2.imencode(
        ".jpg", small.to_ndarray(format="bgr24"), [cv2.IMWRITE_JPEG_QUALITY, PREVIEW_JPEG_QUALITY]
    )
    if not good:
        raise ValueError("the frame cannot be encoded")
    return jpeg.tobytes()


def read_frame_times(video: Path) -> list[float]:
    """Return the time of each shown frame in seconds from the start of the video, sorted.

    The times come from the index of the file if the frames are stored in display order, else from
    the packets. Nothing is decoded. Raises OSError, av.error.FFmpegError or IndexError if the file
    is not a video.
    """
    with remote_files.open_video(video) as container:
        stream = container.streams.video[0]
        index = stream.index_entries
        if len(index) == stream.frames and not stream.codec_context.has_b_frames:
            timestamps = [entry.timestamp for entry in index if not entry.is_discard]
        else:
            timestamps = [
                packet.pts
                for packet in container.demux(stream)
                if packet.pts is not None and packet.size and not packet.is_discard
            ]
        base = stream.time_base
        assert base is not None  # a stream of a file has one
        return sorted(float(each * base) for each in timestamps if each >= 0)
