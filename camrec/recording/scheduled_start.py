"""When a scheduled recording begins, and the wait until then."""

from __future__ import annotations

import threading
from collections.abc import Callable

from camrec.clock import NS_PER_SECOND, Clock
from camrec.recording.followed_recording import FollowedRecording

SCHEDULE_CHECK_INTERVAL_S = 5.0  # between two checks of the wall clock, which may be changed


class ScheduledStart:
    """The moment at which a recording begins. One thread waits for it, any thread may change it.

    Parameters
    ----------
    at
        UTC nanoseconds.
    followed
        The recording at whose end it begins; what `at` says counts until that is known.
    """

    def __init__(self, at: int, clock: Clock, followed: FollowedRecording | None = None) -> None:
        self._clock = clock
        self._wake = threading.Event()
        self._lock = threading.Lock()  # of the fields below
        self._at = at
        self._followed = followed
        self._is_due = False  # the moment has come, or nobody waits for it any more

    @property
    def at(self) -> int:
        """When the recording begins, as far as that is known now; UTC nanoseconds."""
        with self._lock:
            return self._at

    @property
    def followed(self) -> FollowedRecording | None:
        """The recording at whose end it begins; None: at a time."""
        with self._lock:
            return self._followed

    def reschedule(self, at: int) -> bool:
        """Begin at another time, UTC nanoseconds. False, and nothing changes, if it is too late."""
        with self._lock:
            if self._is_due:
                return False
            self._at = at
        self._wake.set()
        return True

    def set_followed(self, running: FollowedRecording) -> None:
        """Begin at the end of a recording that runs. Then `wait` again."""
        with self._lock:
            self._followed = running

    def check(self) -> None:
        """Let `wait` look again whether it is cancelled; returns at once."""
        self._wake.set()

    def wait(self, is_cancelled: Callable[[], bool]) -> None:
        """Wait until the recording is to begin, or until `is_cancelled` returns true."""
        followed = self.followed
        disconnect = None if followed is None else followed.connect(self._wake.set)
        while (left := self._ns_left(is_cancelled())) > 0:
            self._wake.wait(min(left / NS_PER_SECOND, SCHEDULE_CHECK_INTERVAL_S))
            self._wake.clear()
        if disconnect is not None:
            disconnect()

    def _ns_left(self, is_cancelled: bool) -> int:
        """Nanoseconds until the start; 0 once that counts."""
        with self._lock:
            followed = self._followed
            if followed is not None and (start := followed.next_start(self._clock)) is not None:
                self._at = start
            left = self._at - self._clock.utc_ns()
            if followed is not None and not followed.is_over:
                left = max(left, NS_PER_SECOND)  # it ends by its own clock, and says so
            self._is_due = left <= 0 or is_cancelled
            return 0 if self._is_due else left
