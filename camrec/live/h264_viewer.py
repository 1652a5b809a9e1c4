"""One viewer of a session's H.264 frames, as the camera encoded them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from camrec.clock import NS_PER_SECOND, Clock
from camrec.feed import MediaFeed, Subscription
from camrec.live.h264_packet import H264Packet
from camrec.media import MediaUnit, Track

# A viewer that is this far behind the newest frame shows no frames until it has caught up.
CATCH_UP_AFTER_NS = NS_PER_SECOND
# A viewer that is this far behind the newest frame skips to the next key frame.
DROP_AFTER_NS = 4 * NS_PER_SECOND
MAX_TOLERATED_FRAMES = 3  # if more frames wait, the viewer counts as late
# A viewer that is behind, but less than CATCH_UP_AFTER_NS, shows a frame at least this often.
CATCH_UP_DISPLAY_INTERVAL_NS = NS_PER_SECOND // 5
MAX_H264_QUEUE_BYTES = 16 << 20  # that may arrive between two calls of `process_pending`
H264_CODEC = "h264"


class H264Viewer:
    """Gets the current GOP first, so that it shows a frame at once, and then each new frame.

    A viewer that falls behind decodes what it missed without showing it, or skips to the newest
    key frame. So the frames that wait for it are never more than the feed stores anyway. The GOP
    with which it starts does not make it count as late.

    codec_unsupported : the camera sends another codec, or uses intra refresh, at which no browser
        can start; the viewer gets nothing more.
    lag : seconds from sending a frame to the viewer's acknowledgement, which the viewer's handler
        measures; None if unknown.

    Parameters
    ----------
    on_ready
        Called in another thread when something has arrived. It must return quickly, and make one
        thread call `process_pending` soon. That thread makes all other calls except `close`.
    on_close
        Called when the viewer closes.
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
        self._needs_key_frame = True  # nothing before the next key frame can be decoded
        self._start_time = 0  # the timestamp of the key frame at which decoding started
        self._in_first_gop = True  # frames of the GOP with which the viewer started still wait
        self._catching_up = True  # only the newest frame is worth showing
        self._newest_arrival = 0  # when the newest frame arrived
        self._last_shown_at = 0  # when the viewer last got a frame to show
        self.codec_unsupported = False
        self.lag: float | None = None
        self._subscription = self._subscribe()

    def next_packet(self) -> H264Packet | None:
        """Return the next frame; None if none waits."""
        self.process_pending()
        if not self._waiting:
            return None
        number, unit = self._waiting.popleft()
        now = self._clock.monotonic_ns()
        shown_lately = self._catching_up or now - self._last_shown_at < CATCH_UP_DISPLAY_INTERVAL_NS
        # The first frame is shown at once. The newest one, which needs the whole GOP, follows.
        is_first = unit.key and not self._last_shown_at
        skip_display = bool(self._waiting) and shown_lately and not is_first
        if not skip_display:
            self._last_shown_at = now
        if not self._waiting:
            self._end_catch_up()
        captured = self._clock.utc_ns() - (now - (unit.time + unit.offset))
        return H264Packet(unit.video_track, unit.data, captured, number, unit.key, skip_display)

    def process_pending(self) -> None:
        """Queue what has arrived. To be called even while the viewer cannot take a frame."""
        if self._subscription.overflowed and not self._subscription.closed:
            # Nothing was taken for a long time, so the missed frames are no longer useful.
            self._subscription.close()
            self._subscription = self._subscribe()
            self._skip_to_key_frame()
            self._in_first_gop = self._catching_up = True
        for item in self._subscription.take_all():
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
        """Stop receiving frames. Any thread may call it, any number of times."""
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
        if unit.dependent and unit.time < self._start_time:  # it needs frames before the start
            return
        if not self._needs_key_frame:
            self._waiting.append((self._number, unit))

    def _skip_to_key_frame(self) -> None:
        """Drop what waits, and continue at the next key frame."""
        self._waiting.clear()
        self._needs_key_frame = True
        self._end_catch_up()

    def _end_catch_up(self) -> None:
        self._in_first_gop = self._catching_up = False
