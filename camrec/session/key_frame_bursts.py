"""Whether a camera of which MediaMTX passes nothing on sends key frames, by its bytes alone."""

from __future__ import annotations

from itertools import pairwise
from statistics import median

LOOK_EVERY_S = 0.02  # less than the time between two frames: what came in between is one of them
MAX_LOOKS = 1000
KEY_FRAME_RATIO = 3.0  # a key frame to the usual frame: more than two that came together
MIN_KEY_FRAMES = 3
REGULAR_SHARE = 0.75  # of the distances between them, which are alike ...
REGULAR_WITHIN = 0.2  # ... within this part of the usual one
MIN_GOP_FRAMES = 3


class KeyFrameBursts:
    """Key frames come as larger ones among others, at regular distances.

    A camera between two of its key frames sends none yet: it is waited for. One whose key frames
    MediaMTX does not recognize sends them all the time: it has to come another way.
    """

    def __init__(self) -> None:
        self._received = 0
        self._frames: list[tuple[int, int]] = []

    @property
    def is_full(self) -> bool:
        """No more looks are of use."""
        return len(self._frames) >= MAX_LOOKS

    def add(self, now: int, received: int) -> None:
        """`received` : all bytes of media so far; `now` : monotonic nanoseconds."""
        came = received - self._received
        if came > 0 and self._received and not self.is_full:
            self._frames.append((now, came))
        self._received = max(received, self._received)

    def are_seen(self) -> bool:
        if len(self._frames) < MIN_KEY_FRAMES * MIN_GOP_FRAMES:
            return False
        usual = median(size for _, size in self._frames)
        keys = [at for at, size in self._frames if size > KEY_FRAME_RATIO * usual]
        if len(keys) < MIN_KEY_FRAMES:
            return False
        distances = [after - before for before, after in pairwise(keys)]
        gop = median(distances)
        alike = sum(abs(each - gop) <= REGULAR_WITHIN * gop for each in distances)
        frame = median(b - a for (a, _), (b, _) in pairwise(self._frames))
        return alike >= REGULAR_SHARE * len(distances) and gop >= MIN_GOP_FRAMES * frame
