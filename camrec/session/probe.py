"""Is this stream really delivering?"""

from __future__ import annotations

import logging
import threading
from collections import deque

import av

from camrec.clock import Clock
from camrec.media import MediaUnit, VideoCodec

log = logging.getLogger(__name__)

PROBE_FRAMES = 10  # enough frames to believe in a stream ...
PROBE_DURATION_S = 2.0  # ... or frames for this long, for a camera that sends few
MAX_OPEN_ATTEMPTS = 3
MAX_UNDECODED_FRAMES = 256  # frames that wait for the session's thread

PROBE_DECODER_NAMES: dict[VideoCodec, str] = {"h264": "h264", "h265": "hevc", "mjpeg": "mjpeg"}

# Trying again cannot help, and a camera may lock an account after a few wrong passwords.
FINAL_ERROR_CODES = frozenset(
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


class StreamProbe:
    """Counts the frames of one try, and decodes them until there was a picture.

    Passed when a frame could be decoded and there were `frames` of them, or `PROBE_DURATION_S`
    after the first. A thread that reads says what came; another one decodes.

    frames_seen, keys : frames and key frames that came.
    decoded : a key frame came whole, and a picture was made of it.
    """

    def __init__(self, clock: Clock, frames: int = PROBE_FRAMES) -> None:
        self._clock = clock
        self._required_frames = frames
        self._first_frame_at: int | None = None
        self._pending: deque[MediaUnit] = deque(maxlen=MAX_UNDECODED_FRAMES)
        self._decoder: av.VideoCodecContext | None = None
        self._enough = threading.Event()
        self.frames_seen = 0
        self.keys = 0
        self.decoded = False

    def add(self, unit: MediaUnit) -> None:
        if unit.track.medium != "video":
            return
        if self._first_frame_at is None:
            self._first_frame_at = self._clock.monotonic_ns()
        self.frames_seen += 1
        self.keys += unit.key
        if not self.decoded and self.keys:
            self._pending.append(unit)
        if self.frames_seen >= self._required_frames:
            self._enough.set()

    @property
    def has_pending(self) -> bool:
        """Whether there is something to look at."""
        return bool(self._pending) or (self.decoded and self._enough.is_set())

    def look(self) -> None:
        """Decode what came, until there is a picture: once an opening, and not in a loop."""
        while self._pending and not self.decoded:
            self.decoded = self._can_decode(self._pending.popleft())
        if self.decoded:
            self._pending.clear()
            self._decoder = None

    @property
    def passed(self) -> bool:
        if not self.decoded:
            return False
        if self._enough.is_set():
            return True
        assert self._first_frame_at is not None
        return self._clock.monotonic_ns() - self._first_frame_at >= PROBE_DURATION_S * 1e9

    def _can_decode(self, unit: MediaUnit) -> bool:
        """Whether a picture can be made of it, or of it and those since the newest key frame."""
        packet = av.Packet(unit.data)
        try:
            if unit.key:
                # Alone, and to its end: where frames are reordered it would wait for the next ones.
                decoder = self._create_decoder(unit)
                if pictures := [*decoder.decode(packet), *decoder.decode(None)]:
                    self._decoder = None
                    return any(map(is_intact, pictures))
                # Where a picture is refreshed bit by bit it is whole some frames later.
                self._decoder = self._create_decoder(unit)
            return self._decoder is not None and any(map(is_intact, self._decoder.decode(packet)))
        except av.FFmpegError as error:
            log.debug("a frame cannot be decoded: %s", error)
            return False

    @staticmethod
    def _create_decoder(unit: MediaUnit) -> av.VideoCodecContext:
        assert unit.track.medium == "video"
        decoder = av.CodecContext.create(PROBE_DECODER_NAMES[unit.track.codec], "r")
        decoder.thread_count = 1
        return decoder


def is_intact(frame: av.VideoFrame) -> bool:
    return not frame.is_corrupt and frame.width > 0
