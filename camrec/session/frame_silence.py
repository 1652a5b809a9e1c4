"""Decides how long a camera may send no frame before it counts as lost: some are just slow."""

from __future__ import annotations

from camrec.clock import NS_PER_SECOND, Clock
from camrec.feed import MediaFeed
from camrec.session.opening_wait import FIRST_MEDIA_TIMEOUT_S, KEY_FRAME_TIMEOUT_S

STALE_AFTER_S = 5.0  # seconds without a frame, or ...
STALE_FRAME_INTERVALS = 5  # ... this many usual frame intervals, if that is longer
RETURN_FRAME_INTERVALS = 2  # the same, for the first byte of a camera that is reconnected
SURVIVED_SILENCE_FACTOR = 3  # times the longest silence that the camera ended by itself


class FrameSilence:
    """The silences of one camera. Used by its session's thread.

    A camera that sends frames regularly counts as lost after five seconds without one, or after
    five of its usual frame intervals if that is longer. The interval is known from the second frame
    on. Before that, and for a camera that sends only when something changes, the silences that the
    camera has ended by itself are used.
    """

    def __init__(self, feed: MediaFeed, clock: Clock) -> None:
        self._feed = feed
        self._clock = clock
        self._longest_survived = 0.0
        self._was_silent = False
        self._last_learned: tuple[int, int] | None = None  # frame count, newest frame's arrival

    def seconds(self) -> float:
        """Seconds since the newest frame; 0 before the first."""
        newest = self._feed.newest
        if newest is None:
            return 0.0
        return (self._clock.monotonic_ns() - newest.arrived) / NS_PER_SECOND

    def seconds_until_stale(self) -> float:
        """Seconds until the newest frame is old; 0 if it already is."""
        return max(0.0, self.stale_after - self.seconds())

    @property
    def stale_after(self) -> float:
        """Seconds of silence after which the newest frame is old."""
        usual = self._feed.frame_interval
        least = (
            max(STALE_AFTER_S, STALE_FRAME_INTERVALS * usual) if usual else FIRST_MEDIA_TIMEOUT_S
        )
        return max(least, SURVIVED_SILENCE_FACTOR * self._longest_survived)

    @property
    def lost_after(self) -> float:
        """Seconds of silence after which the camera is reconnected."""
        is_unknown = not self._feed.has_frame_interval and (
            self._was_silent or not self._feed.frame_interval
        )
        return max(self.stale_after, KEY_FRAME_TIMEOUT_S if is_unknown else 0.0)

    @property
    def reconnect_timeout(self) -> float:
        """Seconds without a byte after which an attempt to reconnect has failed."""
        usual = self._feed.frame_interval
        if not usual:
            return FIRST_MEDIA_TIMEOUT_S
        return min(max(STALE_AFTER_S, RETURN_FRAME_INTERVALS * usual), KEY_FRAME_TIMEOUT_S)

    def note_disconnect(self, was_silent: bool) -> None:
        """Note that the connection ended: because the camera was silent, or for another reason."""
        self._was_silent = was_silent
        self._last_learned = None

    def learn(self) -> None:
        """Learn from a silence that a single frame ended: it is usual. Call it while connected."""
        newest = self._feed.newest
        if newest is None:
            return
        frames = self._feed.figures().frames
        before, self._last_learned = self._last_learned, (frames, newest.arrived)
        if before is not None and frames == before[0] + 1:
            silence = (newest.arrived - before[1]) / NS_PER_SECOND
            # In a longer silence the session would have reconnected: this computer slept.
            if STALE_AFTER_S < silence <= self.lost_after:
                self._longest_survived = max(self._longest_survived, silence)
