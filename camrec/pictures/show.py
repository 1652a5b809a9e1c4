"""The work behind the pictures, from the first viewer to the last."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

import av

from camrec.clock import Clock
from camrec.pictures.decoder import Decoder, jpeg
from camrec.pictures.picture import Picture
from camrec.pictures.sight import Sight
from camrec.units import Unit

MOST = 64 << 20  # bytes that may wait to be decoded


class Units(Protocol):
    """What a feed's subscription gives: units, and something else where the stream broke."""

    overflowed: bool
    closed: bool

    def take(self) -> list[object]: ...

    def wait(self, timeout: float | None = None) -> bool: ...

    def close(self) -> None: ...


class Feed(Protocol):
    """What is needed of a session's feed."""

    def subscribe(
        self,
        *,
        max_bytes: int,
        media: tuple[str, ...],
        on_ready: Callable[[], object] | None = None,
    ) -> Units: ...


class Show:
    """Decodes a feed in a thread of its own and delivers the newest picture each time.

    It begins with the feed's current group. Of all that waits every picture is decoded, for the
    later ones need it, and only the last one is encoded, in the sizes that are wanted.

    number : of the picture before its first.
    """

    def __init__(
        self, feed: Feed, clock: Clock, number: int, deliver: Callable[[Show, Sight], None]
    ) -> None:
        self._feed = feed
        self._clock = clock
        self._deliver = deliver
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
        for item in items:
            if self._closed:
                return None
            if not isinstance(item, Unit):
                self._decoder.forget()
            elif item.track.codec == "mjpeg":
                newest, frame = item, None
                self.number += 1
            elif frames := self._decoder.decode(item):
                newest, frame = item, frames[-1]
                self.number += len(frames)
        if newest is None:
            return None
        if frame is None:
            return self._as_sent(newest)
        return self._decoded(frame, newest)

    def _as_sent(self, unit: Unit) -> Sight:
        track = unit.track
        captured = self._captured(unit.time, unit)
        picture = Picture(unit.data, captured, self.number, track.width, track.height)
        return Sight(self.number, lambda divisor: picture, None)

    def _decoded(self, frame: av.VideoFrame, unit: Unit) -> Sight:
        captured, number = self._captured(frame.pts, unit), self.number

        def make(divisor: int) -> Picture:
            width, height = frame.width // divisor, frame.height // divisor
            return Picture(jpeg(frame, divisor), captured, number, width, height)

        return Sight(number, make, frame.width)

    def _captured(self, time: int, unit: Unit) -> int:
        """UTC nanoseconds of a time on the unit's clock."""
        age = self._clock.monotonic_ns() - (time + unit.offset)
        return self._clock.utc_ns() - age
