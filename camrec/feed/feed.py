"""The one stream of a session, for everybody who wants it."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Collection, Sequence

from camrec.callbacks import Callbacks
from camrec.clock import Clock
from camrec.feed.gop_buffer import GopBuffer
from camrec.feed.stream_stats import StreamMeter, StreamStats
from camrec.feed.subscription import DISCONTINUITY, Discontinuity, Subscription
from camrec.media import AudioTrack, Interruption, MediaUnit, StreamNotice, VideoTrack

MAX_AUDIO_SILENCE_NS = 5 * 10**9
MAX_INTERRUPTIONS = 10_000  # that a feed knows of, the latest


class Feed:
    """Units come in from one thread and go to any number of subscriptions, none of which delays it.

    newest : the newest picture; it stays when the stream breaks, so that its age can be told.
    low_latency : somebody wants each unit at once; without that they may come some at a time.
    low_latency_changed : emits when that has changed.
    unsupported_audio : the codec of the camera's sound where that cannot be read, as who publishes
    tells it. notices : what was noticed of the stream, by its code; of what is over, the last.

    Parameters
    ----------
    preroll
        Seconds that are kept for who wants to begin in the past.
    """

    def __init__(self, clock: Clock, preroll: float = 0.0) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._gop_buffer = GopBuffer(int(preroll * 1e9))
        self._interrupted_gop: tuple[MediaUnit, ...] = ()
        self._meter = StreamMeter()
        self._subscriptions: tuple[Subscription, ...] = ()
        self._closed = False
        self._video: VideoTrack | None = None
        self._newest_audio: tuple[AudioTrack, int] | None = None  # and its arrival
        self.newest: MediaUnit | None = None
        self.low_latency = False
        self.low_latency_changed: Callbacks[[]] = Callbacks()
        self.unsupported_audio = ""
        self._notices: tuple[StreamNotice, ...] = ()
        self._earlier_notices: tuple[StreamNotice, ...] = ()
        self._interruptions: deque[tuple[int, Interruption]] = deque(maxlen=MAX_INTERRUPTIONS)

    def publish(self, *units: MediaUnit) -> None:
        """Hand what came to everybody who wants it. Never waits."""
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

    def interrupt(self, cause: Interruption | None = None) -> None:
        """The stream broke: the group is dropped, subscribers get `DISCONTINUITY`.

        cause : of a stream that was there until now, for the receipts of what is recorded of it.
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
        from_group: bool = True,
        since: int | None = None,
        prompt: bool = True,
        on_ready: Callable[[], object] | None = None,
    ) -> Subscription:
        """Get every unit from now on, and the current group in front of them.

        Parameters
        ----------
        max_bytes
            How much may wait to be taken before the subscription overflows.
        since
            Begin with the group that was the current one at that monotonic time, if it is kept.
        prompt
            Whether each unit is wanted at once; `Subscription.set_low_latency` changes that.
        on_ready
            Called when something waits and nothing did, from the publisher's thread: it hands
            over and returns. A loop gives ``lambda: loop.call_soon_threadsafe(event.set)``. Where
            several subscriptions have the same one, it is called once for all.
        """
        with self._lock:
            begin = self._gop_buffer.units(since) if from_group else ()
            subscription = Subscription(
                begin,
                max_bytes,
                media,
                on_ready,
                self._remove_subscription,
                prompt,
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
        """Take what its reader tells of the stream now in place of what it told before."""
        self._notices = notices

    @property
    def notices(self) -> tuple[StreamNotice, ...]:
        latest = {notice.code: notice for notice in (*self._earlier_notices, *self._notices)}
        return tuple(latest.values())

    def interruptions(self, since: int) -> Counter[Interruption]:
        """How often the stream broke since a monotonic moment (ns), by cause."""
        with self._lock:
            return Counter(cause for at, cause in self._interruptions if at >= since)

    def current_gop(self) -> tuple[MediaUnit, ...]:
        """Since the newest key picture, with the sound of that time; empty where there is none."""
        with self._lock:
            return self._gop_buffer.units()

    def interrupted_gop(self) -> tuple[MediaUnit, ...]:
        """The group that a break ended, until the next key picture; empty where there is none."""
        with self._lock:
            return self._interrupted_gop

    @property
    def video(self) -> VideoTrack | None:
        """The pictures' track; None before the first, and from a break to the next one."""
        return self._video

    @property
    def audio(self) -> AudioTrack | None:
        """The sound's track; None unless some was really heard in the last five seconds."""
        newest = self._newest_audio
        if newest is None:
            return None
        track, arrived = newest
        is_silent = self._clock.monotonic_ns() - arrived > MAX_AUDIO_SILENCE_NS
        return None if is_silent else track

    @property
    def frame_interval(self) -> float:
        """Seconds from picture to picture as they come lately; 0 before there are two."""
        with self._lock:
            return self._meter.frame_interval

    @property
    def has_frame_interval(self) -> bool:
        """Whether `frame_interval` is that of the stream since it last broke."""
        with self._lock:
            return self._meter.has_frame_interval

    def figures(self) -> StreamStats:
        with self._lock:
            return self._meter.figures(self._clock.monotonic_ns(), self.newest)

    def close(self) -> None:
        """End all subscriptions; what they hold can still be taken."""
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
            urgent = any(subscription.low_latency for subscription in self._subscriptions)
            changed, self.low_latency = urgent != self.low_latency, urgent
        if changed:
            self.low_latency_changed.emit()


def fan_out(subscriptions: Sequence[Subscription], *items: MediaUnit | Discontinuity) -> None:
    """Give all what is new, and only then tell of it."""
    due = [subscription for subscription in subscriptions if subscription.put(*items)]
    for subscription in {each.on_ready: each for each in due}.values():
        subscription.notify()
