"""One viewer's way to the pictures as the camera coded them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from camrec.clock import NS_PER_SECOND, Clock
from camrec.feed import MediaFeed, Subscription
from camrec.live.h264_packet import H264Packet
from camrec.media import MediaUnit, Track, VideoTrack

CATCH_UP_AFTER_NS = (
    NS_PER_SECOND  # nanoseconds behind the newest from which on none is shown before it caught up
)
DROP_AFTER_NS = (
    4 * NS_PER_SECOND
)  # ... and from which on that is given up, until the next key picture
MAX_TOLERATED_FRAMES = 3  # pictures that may wait without being called late
CATCH_UP_DISPLAY_INTERVAL_NS = (
    NS_PER_SECOND // 5
)  # nanoseconds: as often at least a viewer that is behind is shown one
MAX_H264_QUEUE_BYTES = 16 << 20  # bytes that may come between two calls of `process_pending`
H264_CODEC = "h264"


class H264Viewer:
    """The current group first, so that the first picture comes at once, then each as it comes.

    A viewer that falls behind decodes what it missed without showing it, or is taken to the newest
    key picture. So what waits for it is never more than the feed keeps anyway, and it is never left
    behind by the group that it began with.

    codec_unsupported : the camera sends something else than H.264, or renews its pictures bit by
    bit, which no
        browser can begin with; nothing more comes.
    lag : seconds from sending to the viewer's answer, as the one who sends measures it, or None.

    Parameters
    ----------
    on_ready
        Called when something has come, from another thread: it hands over to the one thread that
        makes all other calls, which has to `process_pending` soon, and returns.
    """

    def __init__(
        self,
        feed: MediaFeed,
        clock: Clock,
        on_ready: Callable[[], object],
        on_close: Callable[[H264Viewer], None],
    ) -> None:
        self._feed = feed
        self._clock = clock
        self._on_ready = on_ready
        self._on_close = on_close
        self._waiting: deque[tuple[int, MediaUnit]] = deque()
        self._track: Track | None = None
        self._number = 0
        self._needs_key_frame = True  # the next that can be used is a key picture
        self._start_time = 0  # the time of the one that it began with
        self._in_first_gop = True  # what waits is the group that it began with
        self._catching_up = True  # only the newest is of any use
        self._newest_arrival = 0  # when the newest arrived
        self._last_shown_at = 0  # when it was last given one to show
        self.codec_unsupported = False
        self.lag: float | None = None
        self._subscription = self._subscribe()

    def take(self) -> H264Packet | None:
        """The next picture, if there is one."""
        self.process_pending()
        if not self._waiting:
            return None
        number, unit = self._waiting.popleft()
        now = self._clock.monotonic_ns()
        shown_lately = self._catching_up or now - self._last_shown_at < CATCH_UP_DISPLAY_INTERVAL_NS
        # The first is there at once; the newest, which needs the whole group, follows.
        at_once = unit.key and not self._last_shown_at
        passing = bool(self._waiting) and shown_lately and not at_once
        if not passing:
            self._last_shown_at = now
        if not self._waiting:
            self._end_catch_up()
        captured = self._clock.utc_ns() - (now - (unit.time + unit.offset))
        assert isinstance(unit.track, VideoTrack)
        return H264Packet(unit.track, unit.data, captured, number, unit.key, passing)

    def process_pending(self) -> None:
        """See to what has come since, even where nothing can be taken now."""
        if self._subscription.overflowed and not self._subscription.closed:
            # Nobody took anything for long: what was missed is of no use any more.
            self._subscription.close()
            self._subscription = self._subscribe()
            self._skip_to_key_frame()
            self._in_first_gop = self._catching_up = True
        for item in self._subscription.take():
            if isinstance(item, MediaUnit):
                self._enqueue(item)
            else:
                self._skip_to_key_frame()
        if len(self._waiting) > MAX_TOLERATED_FRAMES and not self._in_first_gop:
            behind = self._newest_arrival - self._waiting[0][1].arrived
            self._catching_up = self._catching_up or behind > CATCH_UP_AFTER_NS
            if behind > DROP_AFTER_NS:
                self._skip_to_key_frame()

    def close(self) -> None:
        """Any number of times, from any thread."""
        self._subscription.close()
        self._on_close(self)

    def _subscribe(self) -> Subscription:
        return self._feed.subscribe(
            max_bytes=MAX_H264_QUEUE_BYTES, media=("video",), on_ready=self._on_ready
        )

    def _enqueue(self, unit: MediaUnit) -> None:
        self._number += 1
        self._newest_arrival = unit.arrived
        if unit.track.codec != H264_CODEC or (unit.key and unit.dependent):
            self.codec_unsupported = True
            self._skip_to_key_frame()
            return
        if unit.key:
            if len(self._waiting) > MAX_TOLERATED_FRAMES:
                self._skip_to_key_frame()
            if self._needs_key_frame:
                self._start_time = unit.time
            self._needs_key_frame = False
        elif unit.track is not self._track:
            self._skip_to_key_frame()
        self._track = unit.track
        if unit.dependent and unit.time < self._start_time:  # it needs pictures from before
            return
        if not self._needs_key_frame:
            self._waiting.append((self._number, unit))

    def _skip_to_key_frame(self) -> None:
        """Go on at a key picture."""
        self._waiting.clear()
        self._needs_key_frame = True
        self._end_catch_up()

    def _end_catch_up(self) -> None:
        self._in_first_gop = self._catching_up = False
