"""A small picture of any moment of a video, and the moments of all its pictures."""

from __future__ import annotations

import threading
from collections import OrderedDict
from itertools import chain, islice
from pathlib import Path

import av
import cv2

from camrec.library.thumbnail import pixel_of
from camrec.media import square

WIDTH, QUALITY = 240, 75
KEPT = 256  # pictures, some 8 KB each


class Previews:
    """Pictures that a hand that glides over a timeline asks for: key pictures, decoded once."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[object, ...], bytes] = OrderedDict()
        self._decoding = threading.Lock()  # one at a time: a hand is quicker than a decoder

    def jpeg(self, video: Path, at: float) -> bytes:
        """The key picture at `at` seconds or before it, `WIDTH` pixels across.

        Raises OSError (av.error.FFmpegError) or ValueError when none can be decoded.
        """
        with self._decoding, av.open(str(video)) as container:
            stream = container.streams.video[0]
            container.seek(max(0, int(at / stream.time_base)), stream=stream)
            facts = video.stat()
            packet = next(container.demux(stream))
            key = (video, facts.st_mtime_ns, facts.st_size, packet.pts)
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
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
            return self._keep(key, _encoded(shown[0], pixel_of(stream)))

    def _keep(self, key: tuple[object, ...], jpeg: bytes) -> bytes:
        self._kept[key] = jpeg
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return jpeg


def _encoded(frame: av.VideoFrame, pixel: tuple[int, int]) -> bytes:
    width, height = square(frame.width, frame.height, pixel)
    if width > WIDTH:
        width, height = WIDTH, max(2, round(height * WIDTH / width))
    small = frame.reformat(width=width, height=height)
    good, jpeg = cv2.imencode(
        ".jpg", small.to_ndarray(format="bgr24"), [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
    )
    if not good:
        raise ValueError("the picture cannot be encoded")
    return jpeg.tobytes()


def times(video: Path) -> list[float]:
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
