"""Checks whether a stream really delivers frames that can be decoded."""

from __future__ import annotations

import logging
import threading
from collections import deque

import av

from camrec.clock import NS_PER_SECOND, Clock
from camrec.live import create_video_decoder
from camrec.media import MediaUnit

log = logging.getLogger(__name__)

PROBE_FRAMES = 10  # frames after which a stream passes ...
PROBE_DURATION_S = 2.0  # ... or seconds since the first frame, for a camera that sends few
MAX_UNDECODED_FRAMES = 256  # frames that wait for the session's thread


class StreamProbe:
    """Counts the frames of one attempt, and decodes them until one could be decoded.

    It has passed when a frame could be decoded and either `required_frames` have arrived or
    `PROBE_DURATION_S` have passed since the first one. The reader's thread calls `add` and reads
    `has_pending`, the session's thread does the rest.

    frames_seen, keys : frames and key frames that arrived.
    decoded : whether a frame could be decoded, beginning at a key frame.
    """

    def __init__(self, clock: Clock, required_frames: int = PROBE_FRAMES) -> None:
        self._clock = clock
        self._required_frames = required_frames
        self._first_frame_at: int | None = None
        self._pending: deque[MediaUnit] = deque(maxlen=MAX_UNDECODED_FRAMES)
        self._decoder: av.VideoCodecContext | None = None
        self._enough = threading.Event()
        self.frames_seen = 0
        self.keys = 0
        self.decoded = False

    def add(self, unit: MediaUnit) -> None:
        """Count a unit that arrived."""
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
        """Whether the session's thread has frames to decode, or enough have arrived."""
        return bool(self._pending) or (self.decoded and self._enough.is_set())

    def decode_pending(self) -> None:
        """Decode what arrived, until a frame could be decoded."""
        while self._pending and not self.decoded:
            self.decoded = self._can_decode(self._pending.popleft())
        if self.decoded:
            self._pending.clear()
            self._decoder = None

    @property
    def passed(self) -> bool:
        """Whether the stream has passed."""
        if not self.decoded or self._first_frame_at is None:
            return False
        waited = self._clock.monotonic_ns() - self._first_frame_at
        return self._enough.is_set() or waited >= PROBE_DURATION_S * NS_PER_SECOND

    def _can_decode(self, unit: MediaUnit) -> bool:
        """Whether the decoder returns an intact frame for this unit.

        It gets the units since the newest key frame, one after the other.
        """
        packet = av.Packet(unit.data)
        try:
            if unit.key:
                # Decode it alone, to its end: with B-frames the decoder would wait for the next.
                decoder = create_video_decoder(unit.video_track.codec)
                if pictures := [*decoder.decode(packet), *decoder.decode(None)]:
                    self._decoder = None
                    return any(map(is_intact, pictures))
                # If the stream refreshes the image gradually, it is complete some frames later.
                self._decoder = create_video_decoder(unit.video_track.codec)
            return self._decoder is not None and any(map(is_intact, self._decoder.decode(packet)))
        except av.FFmpegError as error:
            log.debug("a frame cannot be decoded: %s", error)
            return False


def is_intact(frame: av.VideoFrame) -> bool:
    """Whether a decoded frame has a size and no damage that the decoder noticed."""
    return not frame.is_corrupt and frame.width > 0
