"""The work behind the pictures, from the first viewer to the last."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import av

from camrec.clock import Clock
from camrec.feed import Discontinuity, MediaFeed, Subscription
from camrec.live.decoder import FrameDecoder
from camrec.live.jpeg_sizes import FrameVariants
from camrec.media import MediaUnit

MAX_DECODE_QUEUE_BYTES = 64 << 20  # bytes that may wait to be decoded
MJPEG_CODEC = "mjpeg"  # needs no decoding


class JpegProducer:
    """Decodes a feed in a thread of its own and delivers the newest picture each time.

    It begins with the feed's current group. Of what waits every picture from the newest key one on
    is decoded, for the later ones need it, and only the last one is encoded, in the sizes that are
    wanted.

    number : of the picture before its first.
    preview : is given the first picture of the group that it begins with, where more wait; what
        `deliver` gets is the newest.
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
        self._thread = threading.Thread(target=self._run, name="pictures", daemon=True)
        self.number = number

    def start(self) -> JpegProducer:
        self._thread.start()
        return self

    def close(self) -> None:
        """Ask it to end, from any thread."""
        with self._lock:
            self._closed = True
            self._subscription.close()

    def join(self) -> None:
        self._thread.join()

    def _subscribe(self) -> Subscription:
        return self._feed.subscribe(max_bytes=MAX_DECODE_QUEUE_BYTES, media=("video",))

    def _run(self) -> None:
        while True:
            self._subscription.wait()
            items = self._subscription.take()
            if self._subscription.closed:
                return
            if self._subscription.overflowed:
                items = self._resubscribe()
            sight = self._decode_newest(items)
            if sight is not None:
                self._deliver(self, sight)

    def _resubscribe(self) -> list[MediaUnit | Discontinuity]:
        """Too slow: pass over what was missed."""
        self._subscription.close()
        self._decoder.forget()
        with self._lock:
            if not self._closed:
                self._subscription = self._subscribe()
        return self._subscription.take()

    def _decode_newest(self, items: list[MediaUnit | Discontinuity]) -> FrameVariants | None:
        newest: MediaUnit | None = None
        frame: av.VideoFrame | None = None
        begin = find_newest_key_frame(items)
        if begin:
            self._decoder.forget()
        for item in items[begin:]:
            if self._closed:
                return None
            if not isinstance(item, MediaUnit):
                self._decoder.forget()
                continue
            frames = [] if item.track.codec == MJPEG_CODEC else self._decoder.decode(item)
            if not frames and item.track.codec != MJPEG_CODEC:
                continue
            newest, frame = item, frames[-1] if frames else None
            self.number += max(len(frames), 1)
            if not self._has_started and item is not items[-1]:
                self._preview(self, FrameVariants.of(newest, frame, self.number, self._clock))
            self._has_started = True
        if newest is None:
            return None
        return FrameVariants.of(newest, frame, self.number, self._clock)


def find_newest_key_frame(items: list[MediaUnit | Discontinuity]) -> int:
    """Where decoding can begin: what is before it is of no use for the newest picture."""
    keys = (
        place
        for place, item in enumerate(items)
        if isinstance(item, MediaUnit) and item.key and not item.dependent
    )
    return max(keys, default=0)


def decode_last_frame(units: Sequence[MediaUnit], clock: Clock) -> FrameVariants | None:
    """The last picture of a group that ended."""
    decoder = FrameDecoder()
    last: tuple[MediaUnit, av.VideoFrame | None] | None = None
    for unit in units:
        if unit.track.codec == MJPEG_CODEC:
            last = unit, None
        elif unit.track.medium == "video" and (frames := decoder.decode(unit)):
            last = unit, frames[-1]
    return FrameVariants.of(*last, 0, clock) if last else None
