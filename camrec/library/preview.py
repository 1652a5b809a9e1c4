"""A small picture of any moment of a video, and the moments of all its pictures."""

from __future__ import annotations

import threading
from collections import OrderedDict
from itertools import chain, islice
from pathlib import Path

import av
import cv2

from camrec.library.thumbnail import pixel_aspect_ratio
from camrec.media import square_pixel_size

PREVIEW_WIDTH_PX, PREVIEW_JPEG_QUALITY = 240, 75
MAX_CACHED_PREVIEWS = 256  # pictures, some 8 KB each


class FramePreviews:
    """Pictures that a hand that glides over a timeline asks for: key pictures, decoded once."""

    def __init__(self) -> None:
        self._cache: OrderedDict[tuple[object, ...], bytes] = OrderedDict()
        self._decode_lock = threading.Lock()  # one at a time: a hand is quicker than a decoder

    def jpeg(self, video: Path, at: float) -> bytes:
        """The key picture at `at` seconds or before it, `PREVIEW_WIDTH_PX` pixels across.

        Raises OSError (av.error.FFmpegError) or ValueError when none can be decoded.
        """
        with self._decode_lock, av.open(str(video)) as container:
            stream = container.streams.video[0]
            container.seek(max(0, int(at / stream.time_base)), stream=stream)
            facts = video.stat()
            packet = next(container.demux(stream))
            key = (video, facts.st_mtime_ns, facts.st_size, packet.pts)
            if key in self._cache:
                self._cache.move_to_end(key)
                return self._cache[key]
            if packet.is_discard:  # hidden, as those behind it: the first that is shown
                following = chain(packet.decode(), container.decode(stream))
                shown = list(islice(following, 1))
            else:  # nothing comes after it: the decoder need not wait for what may be shown before
                shown = [*packet.decode(), *stream.codec_context.decode(None)]
                if not shown:  # all is right only some pictures later
                    stream.codec_context.flush_buffers()
                    container.seek(packet.pts, stream=stream)
                    shown = list(islice(container.decode(stream), 1))
            if not shown:
                raise ValueError("there is no picture")
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
        raise ValueError("the picture cannot be encoded")
    return jpeg.tobytes()


def read_frame_times(video: Path) -> list[float]:
    """Seconds from the video's start of each picture that is shown, sorted.

    From the file's index where its order is that of showing, else packet by packet; nothing is
    decoded. Raises OSError (av.error.FFmpegError) or IndexError when it is no video.
    """
    with av.open(str(video)) as container:
        stream = container.streams.video[0]
        index = stream.index_entries
        if len(index) == stream.frames and not stream.codec_context.has_b_frames:
            moments = [entry.timestamp for entry in index if not entry.is_discard]
        else:
            moments = [
                packet.pts
                for packet in container.demux(stream)
                if packet.pts is not None and packet.size and not packet.is_discard
            ]
        base = stream.time_base
        return sorted(float(moment * base) for moment in moments if moment >= 0)
