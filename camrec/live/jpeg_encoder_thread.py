"""The work behind the pictures, from the first viewer to the last."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Protocol

import av

from camrec.clock import Clock
from camrec.live.decoder import Decoder
from camrec.live.jpeg_sizes import Sight
from camrec.media import Unit

MOST = 64 << 20  # bytes that may wait to be decoded
MJPEG = "mjpeg"  # needs no decoding


class Units(Protocol):
    """What a feed's subscription gives: units, and something else where the stream broke."""

    overflowed: bool
    closed: bool

    def take(self) -> list[object]: ...

    def wait(self, timeout: float | None = None) -> bool: ...

    def close(self) -> None: ...


class Feed(Protocol):
    """What is needed of a session's feed."""

    @property
    def usual_distance(self) -> float: ...

    def subscribe(
        self,
        *,
        max_bytes: int,
        media: tuple[str, ...],
        on_ready: Callable[[], object] | None = None,
    ) -> Units: ...

    def cut_off(self) -> Sequence[Unit]: ...


class Show:
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
        feed: Feed,
        clock: Clock,
        number: int,
        deliver: Callable[[Show, Sight], None],
        preview: Callable[[Show, Sight], None],
    ) -> None:
        self._feed = feed
        self._clock = clock
        self._deliver = deliver
        self._preview = preview
        self._begun = False
        self._lock = threading.Lock()
        self._closed = False
        self._units = self._subscribe()
        self._decoder = Decoder()
        self._thread = threading.Thread(target=self._run, name="pictures", daemon=True)
        self.number = number

    def start(self) -> Show:
        self._thread.start()
        return self

    def close(self) -> None:
        """Ask it to end, from any thread."""
        with self._lock:
            self._closed = True
            self._units.close()

    def join(self) -> None:
        self._thread.join()

    def _subscribe(self) -> Units:
        return self._feed.subscribe(max_bytes=MOST, media=("video",))

    def _run(self) -> None:
        while True:
            self._units.wait()
            items = self._units.take()
            if self._units.closed:
                return
            if self._units.overflowed:
                items = self._begin_anew()
            sight = self._newest(items)
            if sight is not None:
                self._deliver(self, sight)

    def _begin_anew(self) -> list[object]:
        """Too slow: pass over what was missed."""
        self._units.close()
        self._decoder.forget()
        with self._lock:
            if not self._closed:
                self._units = self._subscribe()
        return self._units.take()

    def _newest(self, items: list[object]) -> Sight | None:
        newest: Unit | None = None
        frame: av.VideoFrame | None = None
        begin = newest_key(items)
        if begin:
            self._decoder.forget()
        for item in items[begin:]:
            if self._closed:
                return None
            if not isinstance(item, Unit):
                self._decoder.forget()
                continue
            frames = [] if item.track.codec == MJPEG else self._decoder.decode(item)
            if not frames and item.track.codec != MJPEG:
                continue
            newest, frame = item, frames[-1] if frames else None
            self.number += max(len(frames), 1)
            if not self._begun and item is not items[-1]:
                self._preview(self, Sight.of(newest, frame, self.number, self._clock))
            self._begun = True
        if newest is None:
            return None
        return Sight.of(newest, frame, self.number, self._clock)


def newest_key(items: list[object]) -> int:
    """Where decoding can begin: what is before it is of no use for the newest picture."""
    keys = (
        place
        for place, item in enumerate(items)
        if isinstance(item, Unit) and item.key and not item.dependent
    )
    return max(keys, default=0)


def last_sight(units: Sequence[Unit], clock: Clock) -> Sight | None:
    """The last picture of a group that ended."""
    decoder = Decoder()
    last: tuple[Unit, av.VideoFrame | None] | None = None
    for unit in units:
        if unit.track.codec == MJPEG:
            last = unit, None
        elif unit.track.medium == "video" and (frames := decoder.decode(unit)):
            last = unit, frames[-1]
    return Sight.of(*last, 0, clock) if last else None
