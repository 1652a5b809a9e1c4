"""The thread that decodes frames and encodes them as JPEGs while there are viewers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import av

from camrec.clock import Clock
from camrec.feed import Discontinuity, MediaFeed, Subscription
from camrec.live.decoder import FrameDecoder
from camrec.live.jpeg_sizes import FrameVariants
from camrec.media import MediaUnit

MAX_DECODE_QUEUE_BYTES = 64 << 20  # of frames that wait to be decoded
MJPEG_CODEC = "mjpeg"  # needs no decoding


class JpegProducer:
    """Decodes a feed in a thread, and delivers the newest frame each time.

    It starts with the feed's current GOP. It decodes all waiting frames from the newest key frame
    on, because later frames need earlier ones. Only the last frame is encoded, in the sizes that
    viewers want.

    number : the `JpegFrame.number` of the newest frame.

    Parameters
    ----------
    number
        The number of the last frame before its first one.
    deliver
        Called with the newest frame.
    preview
        Called with the first frame of the GOP with which it starts, if more frames wait.
    """

    def __init__(
        self,
        feed: MediaFeed,
        clock: Clock,
        number: int,
        deliver: Callable[[JpegProducer, FrameVariants], None],
        preview: Callable[[JpegProducer, FrameVariants], None],
    ) -> None:
        self._feed = feed
        self._clock = clock
        self._deliver = deliver
        self._preview = preview
        self._has_started = False
        self._lock = threading.Lock()
        self._closed = False
        self._subscription = self._subscribe()
        self._decoder = FrameDecoder()
        self._thread = threading.Thread(target=self._run, name="live-jpeg", daemon=True)
        self.number = number

    def start(self) -> JpegProducer:
        """Start the thread, and return this object."""
        self._thread.start()
        return self

    def close(self) -> None:
        """Make the thread end, without waiting for it. Any thread may call it."""
        with self._lock:
            self._closed = True
            self._subscription.close()

    def join(self) -> None:
        """Wait until the thread has ended."""
        self._thread.join()

    def _subscribe(self) -> Subscription:
        return self._feed.subscribe(max_bytes=MAX_DECODE_QUEUE_BYTES, media=("video",))

    def _run(self) -> None:
        while True:
            self._subscription.wait()
            items = self._subscription.take_all()
            if self._subscription.closed:
                return
            if self._subscription.overflowed:
                items = self._resubscribe()
            variants = self._decode_newest(items)
            if variants is not None:
                self._deliver(self, variants)

    def _resubscribe(self) -> list[MediaUnit | Discontinuity]:
        """Subscribe again because decoding was too slow, and skip what was missed."""
        self._subscription.close()
        self._decoder.reset()
        with self._lock:
            if not self._closed:
                self._subscription = self._subscribe()
        return self._subscription.take_all()

    def _decode_newest(self, items: list[MediaUnit | Discontinuity]) -> FrameVariants | None:
        newest: MediaUnit | None = None
        frame: av.VideoFrame | None = None
        begin = find_newest_key_frame(items)
        if begin:
            self._decoder.reset()
        for item in items[begin:]:
            if self._closed:
                return None
            if not isinstance(item, MediaUnit):
                self._decoder.reset()
                continue
            frames = [] if item.track.codec == MJPEG_CODEC else self._decoder.decode(item)
            if not frames and item.track.codec != MJPEG_CODEC:
                continue
            newest, frame = item, frames[-1] if frames else None
            self.number += max(len(frames), 1)
            if not self._has_started and item is not items[-1]:
                self._preview(
                    self, FrameVariants.from_unit(newest, frame, self.number, self._clock)
                )
            self._has_started = True
        if newest is None:
            return None
        return FrameVariants.from_unit(newest, frame, self.number, self._clock)


def find_newest_key_frame(items: Sequence[MediaUnit | Discontinuity]) -> int:
    """Return the index at which decoding for the newest frame can start; 0 without a key frame."""
    keys = (
        index
        for index, item in enumerate(items)
        if isinstance(item, MediaUnit) and item.key and not item.dependent
    )
    return max(keys, default=0)


def decode_last_frame(units: Sequence[MediaUnit], clock: Clock) -> FrameVariants | None:
    """Decode the last frame of a GOP; None if nothing could be decoded."""
    decoder = FrameDecoder()
    last: tuple[MediaUnit, av.VideoFrame | None] | None = None
    for unit in units:
        if unit.track.codec == MJPEG_CODEC:
            last = unit, None
        elif unit.track.medium == "video" and (frames := decoder.decode(unit)):
            last = unit, frames[-1]
    return FrameVariants.from_unit(*last, 0, clock) if last else None
