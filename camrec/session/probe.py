"""Is this stream really delivering?"""

from __future__ import annotations

import logging
import threading
from collections import deque

import av

from camrec.clock import Clock
from camrec.media import Unit, VideoCodec

log = logging.getLogger(__name__)

FRAMES = 10  # enough frames to believe in a stream ...
SECONDS = 2.0  # ... or frames for this long, for a camera that sends few
TRIES = 3
MAX_UNDECODED = 256  # frames that wait for the session's thread

CODECS: dict[VideoCodec, str] = {"h264": "h264", "h265": "hevc", "mjpeg": "mjpeg"}

# Trying again cannot help, and a camera may lock an account after a few wrong passwords.
FINAL = frozenset(
    {
        "camera_wrong_password",
        "camera_asks_login",
        "camera_no_path",
        "camera_unknown_host",
        "camera_not_a_camera",
        "camera_codec",
        "camera_jpeg",
        "camera_rejected",
        "camera_udp_only",
        "camera_certificate",
        "camera_elsewhere",
        "camera_compressed",
        "camera_circle",
    }
)


class Probe:
    """Counts the frames of one try, and decodes them until there was a picture.

    Passed when a frame could be decoded and there were `frames` of them, or `SECONDS` after the
    first. A thread that reads says what came; another one decodes.

    seen, keys : frames and key frames that came.
    decoded : a key frame came whole, and a picture was made of it.
    """

    def __init__(self, clock: Clock, frames: int = FRAMES) -> None:
        self._clock = clock
        self._frames = frames
        self._first: int | None = None
        self._undecoded: deque[Unit] = deque(maxlen=MAX_UNDECODED)
        self._decoder: av.VideoCodecContext | None = None
        self._enough = threading.Event()
        self.seen = 0
        self.keys = 0
        self.decoded = False

    def saw(self, unit: Unit) -> None:
        if unit.track.medium != "video":
            return
        if self._first is None:
            self._first = self._clock.monotonic_ns()
        self.seen += 1
        self.keys += unit.key
        if not self.decoded and self.keys:
            self._undecoded.append(unit)
        if self.seen >= self._frames:
            self._enough.set()

    @property
    def news(self) -> bool:
        """Whether there is something to look at."""
        return bool(self._undecoded) or (self.decoded and self._enough.is_set())

    def look(self) -> None:
        """Decode what came, until there is a picture: once an opening, and not in a loop."""
        while self._undecoded and not self.decoded:
            self.decoded = self._shows(self._undecoded.popleft())
        if self.decoded:
            self._undecoded.clear()
            self._decoder = None

    @property
    def passed(self) -> bool:
        if not self.decoded:
            return False
        if self._enough.is_set():
            return True
        assert self._first is not None
        return self._clock.monotonic_ns() - self._first >= SECONDS * 1e9

    def _shows(self, unit: Unit) -> bool:
        """Whether a picture can be made of it, or of it and those since the newest key frame."""
        packet = av.Packet(unit.data)
        try:
            if unit.key:
                # Alone, and to its end: where frames are reordered it would wait for the next ones.
                decoder = self._begin(unit)
                if pictures := [*decoder.decode(packet), *decoder.decode(None)]:
                    self._decoder = None
                    return any(map(is_whole, pictures))
                # Where a picture is refreshed bit by bit it is whole some frames later.
                self._decoder = self._begin(unit)
            return self._decoder is not None and any(map(is_whole, self._decoder.decode(packet)))
        except av.FFmpegError as error:
            log.debug("a frame cannot be decoded: %s", error)
            return False

    @staticmethod
    def _begin(unit: Unit) -> av.VideoCodecContext:
        assert unit.track.medium == "video"
        decoder = av.CodecContext.create(CODECS[unit.track.codec], "r")
        decoder.thread_count = 1
        return decoder


def is_whole(frame: av.VideoFrame) -> bool:
    return not frame.is_corrupt and frame.width > 0
