"""The stream of a session, for all its consumers."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Collection, Sequence

from camrec.callbacks import Callbacks
from camrec.clock import NS_PER_SECOND, Clock
from camrec.feed.gop_buffer import GopBuffer
from camrec.feed.stream_stats import StreamMeter, StreamStats
from camrec.feed.subscription import DISCONTINUITY, Discontinuity, Subscription
from camrec.media import AudioTrack, Interruption, MediaUnit, StreamNotice, VideoTrack

MAX_AUDIO_SILENCE_NS = 5 * NS_PER_SECOND
MAX_INTERRUPTIONS = 10_000  # the latest ones, which a feed remembers


class Feed:
    """Takes units from one thread and passes them to any number of subscriptions.

    No subscription delays the feed or another subscription.

    newest : the newest frame. It stays when the stream is interrupted, so that its age is known.
    low_latency : whether a subscription needs each unit at once; otherwise units may arrive in
        batches.
    low_latency_changed : emitted after `low_latency` has changed.
    unsupported_audio : the codec of audio that the publisher cannot read, or "".
    notices : what a receipt should say about the stream: the latest notice of each code.

    Parameters
    ----------
    preroll
        Seconds of frames that are kept for consumers that begin in the past.
    """

    def __init__(self, clock: Clock, preroll: float = 0.0) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._gop_buffer = GopBuffer(int(preroll * NS_PER_SECOND))
        self._interrupted_gop: tuple[MediaUnit, ...] = ()
        self._meter = StreamMeter()
        self._subscriptions: tuple[Subscription, ...] = ()
        self._closed = False
        self._video: VideoTrack | None = None
        self._newest_audio: tuple[AudioTrack, int] | None = None  # the track, and when it arrived
        self.newest: MediaUnit | None = None
        self.low_latency = False
        self.low_latency_changed: Callbacks[[]] = Callbacks()
        self.unsupported_audio = ""
        self._notices: tuple[StreamNotice, ...] = ()
        self._earlier_notices: tuple[StreamNotice, ...] = ()
        self._interruptions: deque[tuple[int, Interruption]] = deque(maxlen=MAX_INTERRUPTIONS)

    def publish(self, *units: MediaUnit) -> None:
        """Pass the units to all subscriptions. Never blocks."""
        with self._lock:
            for unit in units:
                self._gop_buffer.add(unit)
                self._meter.add(unit)
                if unit.track.medium == "video":
                    self.newest, self._video = unit, unit.track
                    self._interrupted_gop = () if unit.key else self._interrupted_gop
                else:
                    self._newest_audio = unit.track, unit.arrived
            subscriptions = self._subscriptions
        fan_out(subscriptions, *units)

    def keep_history(self, seconds: float) -> None:
        """Keep frames for consumers that begin so far in the past, from now on."""
        with self._lock:
            self._gop_buffer.keep_history(int(seconds * NS_PER_SECOND))

    def interrupt(self, cause: Interruption | None = None) -> None:
        """Drop the GOP because the stream is interrupted, and notify all subscriptions.

        They get a `DISCONTINUITY`.

        Parameters
        ----------
        cause
            Why the stream is interrupted, for the receipts of its recordings; None if there was no
            stream.
        """
        with self._lock:
            if cause is not None:
                self._interruptions.append((self._clock.monotonic_ns(), cause))
            self._interrupted_gop = self._gop_buffer.units() or self._interrupted_gop
            self._gop_buffer.clear()
            self._meter.interrupt()
            self._video = self._newest_audio = None
            self._earlier_notices, self._notices = self.notices, ()
            subscriptions = self._subscriptions
        fan_out(subscriptions, DISCONTINUITY)

    def subscribe(
        self,
        *,
        max_bytes: int,
        media: Collection[str] = ("video", "audio"),
        since: int | None = None,
        low_latency: bool = True,
        on_ready: Callable[[], object] | None = None,
    ) -> Subscription:
        """Get the current GOP, and every unit from now on.

        Parameters
        ----------
        max_bytes
            How many bytes may be queued before the subscription overflows.
        media
            The media that the subscription gets: "video", "audio" or both.
        since
            Begin with the GOP that was current at this monotonic time in nanoseconds, or with the
            oldest GOP that the feed still has.
        low_latency
            Whether each unit is needed at once. `Subscription.set_low_latency` changes that.
        on_ready
            Called in the publisher's thread when the queue was empty and gets something. It must
            return quickly: an event loop passes ``lambda: loop.call_soon_threadsafe(event.set)``.
            If several subscriptions have the same function, one call is made for all of them.
        """
        with self._lock:
            subscription = Subscription(
                self._gop_buffer.units(since),
                max_bytes,
                media,
                on_ready,
                self._remove_subscription,
                low_latency,
                self._update_low_latency,
            )
            if not self._closed:
                self._subscriptions = (*self._subscriptions, subscription)
        self._update_low_latency()
        if self._closed:
            subscription.close()
        elif subscription.wait(0):
            subscription.notify()
        return subscription

    def note(self, notices: tuple[StreamNotice, ...]) -> None:
        """Replace the notices of the stream since its last interruption."""
        self._notices = notices

    @property
    def notices(self) -> tuple[StreamNotice, ...]:
        """The latest notice of each code, including those from before the last interruption."""
        latest = {notice.code: notice for notice in (*self._earlier_notices, *self._notices)}
        return tuple(latest.values())

    def interruptions(self, since: int) -> Counter[Interruption]:
        """Return how often the stream was interrupted since a monotonic time (ns), by cause."""
        with self._lock:
            return Counter(cause for at, cause in self._interruptions if at >= since)

    def current_gop(self) -> tuple[MediaUnit, ...]:
        """Return the newest key frame and everything after it; empty if there is none."""
        with self._lock:
            return self._gop_buffer.units()

    def interrupted_gop(self) -> tuple[MediaUnit, ...]:
        """Return the GOP before an interruption. From the next key frame on, it is empty."""
        with self._lock:
            return self._interrupted_gop

    @property
    def video(self) -> VideoTrack | None:
        """The track of the frames; None until the first frame, also after an interruption."""
        return self._video

    @property
    def audio(self) -> AudioTrack | None:
        """The audio track; None unless audio arrived in the last five seconds."""
        newest = self._newest_audio
        if newest is None:
            return None
        track, arrived = newest
        is_silent = self._clock.monotonic_ns() - arrived > MAX_AUDIO_SILENCE_NS
        return None if is_silent else track

    @property
    def frame_interval(self) -> float:
        """Seconds between two recent frames (the median); 0 before there are two."""
        with self._lock:
            return self._meter.frame_interval

    @property
    def has_frame_interval(self) -> bool:
        """Whether `frame_interval` was measured since the last interruption."""
        with self._lock:
            return self._meter.has_frame_interval

    def figures(self) -> StreamStats:
        """Return the statistics of the stream now."""
        with self._lock:
            return self._meter.figures(self._clock.monotonic_ns(), self.newest)

    def close(self) -> None:
        """Close all subscriptions. What they have queued can still be taken."""
        with self._lock:
            self._closed = True
            subscriptions = self._subscriptions
        for subscription in subscriptions:
            subscription.close()

    def _remove_subscription(self, subscription: Subscription) -> None:
        with self._lock:
            self._subscriptions = tuple(s for s in self._subscriptions if s is not subscription)
        self._update_low_latency()

    def _update_low_latency(self) -> None:
        with self._lock:
            is_needed = any(subscription.low_latency for subscription in self._subscriptions)
            has_changed, self.low_latency = is_needed != self.low_latency, is_needed
        if has_changed:
            self.low_latency_changed.emit()


def fan_out(subscriptions: Sequence[Subscription], *items: MediaUnit | Discontinuity) -> None:
    """Queue the items in all subscriptions first, then notify their owners."""
    due = [subscription for subscription in subscriptions if subscription.put(*items)]
    for subscription in {each.on_ready: each for each in due}.values():
        subscription.notify()
