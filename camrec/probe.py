"""Is this stream really delivering?"""

from __future__ import annotations

import threading

from camrec.clock import Clock
from camrec.units import Unit

FRAMES = 10  # enough frames to believe in a stream ...
SECONDS = 2.0  # ... or frames for this long, for a camera that sends few
PATIENCE = 5.0  # seconds that one try may take
TRIES = 3

# Trying again cannot help, and a camera may lock an account after a few wrong passwords.
FINAL = frozenset(
    {
        "camera_wrong_password",
        "camera_no_path",
        "camera_unknown_host",
        "camera_not_a_camera",
        "camera_codec",
        "camera_rejected",
        "camera_udp_only",
        "camera_certificate",
        "camera_elsewhere",
    }
)


class Probe:
    """Counts the pictures of one try; passed after `FRAMES`, or `SECONDS` after the first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._first: int | None = None
        self._enough = threading.Event()
        self.seen = 0

    def saw(self, unit: Unit) -> None:
        if unit.track.medium != "video":
            return
        if self._first is None:
            self._first = self._clock.monotonic_ns()
        self.seen += 1
        if self.seen >= FRAMES:
            self._enough.set()

    @property
    def passed(self) -> bool:
        if self._enough.is_set():
            return True
        if self._first is None:
            return False
        return self._clock.monotonic_ns() - self._first >= SECONDS * 1e9
