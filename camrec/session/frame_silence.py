"""How long a camera may be silent: a slow one is not a dead one."""

from __future__ import annotations

from camrec.clock import Clock
from camrec.feed import Feed
from camrec.session.opening_wait import FIRST_MEDIA_TIMEOUT_S, KEY_FRAME_TIMEOUT_S

STALE_AFTER_S = 5.0  # seconds without a picture, or ...
STALE_FRAME_INTERVALS = 5  # ... this many times the usual distance between two, if that is more
RETURN_FRAME_INTERVALS = 2  # the same for the first byte of a camera that is called again
SURVIVED_SILENCE_FACTOR = 3  # how much longer than one that it ended by itself a silence may be


class FrameSilence:
    """The silences of one camera. Used by its session's thread.

    A camera whose frames usually come one after another is lost after five seconds without one.
    How far apart they are usually is known from the second frame on; until then, and where they
    come in bursts (only when something changes), the silences tell that it ended by itself.
    """

    def __init__(self, feed: Feed, clock: Clock) -> None:
        self._feed = feed
        self._clock = clock
        self._longest_survived = 0.0
        self._was_silent = False
        self._last_noted: tuple[int, int] | None = (
            None  # frames so far, and the newest one's arrival
        )

    def seconds(self) -> float:
        """Since the newest frame."""
        newest = self._feed.newest
        return (self._clock.monotonic_ns() - newest.arrived) / 1e9 if newest is not None else 0.0

    @property
    def stale_after(self) -> float:
        """Seconds from which on what is seen is old."""
        usual = self._feed.frame_interval
        least = (
            max(STALE_AFTER_S, STALE_FRAME_INTERVALS * usual) if usual else FIRST_MEDIA_TIMEOUT_S
        )
        return max(least, SURVIVED_SILENCE_FACTOR * self._longest_survived)

    @property
    def lost_after(self) -> float:
        """Seconds after which it is taken for lost."""
        unknown = not self._feed.has_frame_interval and (
            self._was_silent or not self._feed.frame_interval
        )
        return max(self.stale_after, KEY_FRAME_TIMEOUT_S if unknown else 0.0)

    @property
    def reconnect_timeout(self) -> float:
        """Seconds without a byte after which one that was lost is called once more."""
        usual = self._feed.frame_interval
        if not usual:
            return FIRST_MEDIA_TIMEOUT_S
        return min(max(STALE_AFTER_S, RETURN_FRAME_INTERVALS * usual), KEY_FRAME_TIMEOUT_S)

    def note_disconnect(self, was_silent: bool) -> None:
        """The camera was left: for its silence, or it hung up."""
        self._was_silent = was_silent
        self._last_noted = None

    def learn(self) -> None:
        """While it is connected: a silence that one frame ended is the camera's way."""
        newest = self._feed.newest
        if newest is None:
            return
        frames = self._feed.figures().frames
        before, self._last_noted = self._last_noted, (frames, newest.arrived)
        if before is not None and frames == before[0] + 1:
            silence = (newest.arrived - before[1]) / 1e9
            if silence > STALE_AFTER_S:
                self._longest_survived = max(self._longest_survived, silence)
