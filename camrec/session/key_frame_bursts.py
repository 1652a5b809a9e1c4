"""Recognizes key frames by the number of bytes alone, while MediaMTX passes on no frame."""

from __future__ import annotations

from itertools import pairwise
from statistics import median

from camrec.clock import NS_PER_SECOND

BYTE_SAMPLE_INTERVAL_S = 0.02  # less than between two frames, so each sample has one frame at most
MAX_BYTE_SAMPLES = 1000
KEY_FRAME_RATIO = 3.0  # size of a key frame in usual frames; two that arrive together have 2
MIN_KEY_FRAMES = 4
REGULAR_SHARE = 0.8  # of the distances between key frames, which must be equal ...
REGULAR_WITHIN = 0.15  # ... within this share of the usual distance
MIN_GOP_FRAMES = 3
# Packets of metadata may be as large and as regular as key frames, and some cameras send them
# several times a second. A camera seldom sends key frames so often.
MIN_GOP_NS = NS_PER_SECOND // 2


class KeyFrameBursts:
    """Recognizes key frames as larger frames at regular intervals.

    A camera may not have sent a key frame yet: then the session waits. If a camera sends key frames
    regularly, but MediaMTX does not recognize them, the camera needs another route.
    """

    def __init__(self) -> None:
        self._received = 0
        self._frames: list[tuple[int, int]] = []  # time in nanoseconds, bytes

    @property
    def is_full(self) -> bool:
        """Whether further samples would be ignored."""
        return len(self._frames) >= MAX_BYTE_SAMPLES

    def add(self, now: int, received: int) -> None:
        """Add a sample: all bytes of media received until `now` (monotonic nanoseconds)."""
        size = received - self._received
        if size > 0 and self._received and not self.is_full:
            self._frames.append((now, size))
        self._received = max(received, self._received)

    def are_regular(self) -> bool:
        """Whether the samples show key frames."""
        if len(self._frames) < MIN_KEY_FRAMES * MIN_GOP_FRAMES:
            return False
        usual = median(size for _, size in self._frames)
        keys = [at for at, size in self._frames if size > KEY_FRAME_RATIO * usual]
        if len(keys) < MIN_KEY_FRAMES:
            return False
        distances = [after - before for before, after in pairwise(keys)]
        gop = median(distances)
        alike = sum(abs(each - gop) <= REGULAR_WITHIN * gop for each in distances)
        if gop < MIN_GOP_NS or alike < REGULAR_SHARE * len(distances):
            return False
        frame = median(b - a for (a, _), (b, _) in pairwise(self._frames))
        return gop >= MIN_GOP_FRAMES * frame
