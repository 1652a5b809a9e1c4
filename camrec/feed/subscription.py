"""The queue of one consumer of a feed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Iterable

from camrec.media import MediaUnit

log = logging.getLogger(__name__)


class Discontinuity:
    """Marks between two units of a queue that the stream was interrupted."""

    def __repr__(self) -> str:
        return "DISCONTINUITY"


DISCONTINUITY = Discontinuity()


class Subscription:
    """A queue that is limited in bytes. Filling it never blocks; any thread may empty it.

    The GOP with which it starts does not count, because the feed stores those bytes anyway.

    overflowed : more arrived than fits, so nothing more is queued.
    closed : its owner closed it, or the feed ended.
    low_latency : whether its owner needs each unit at once.
    on_ready : called when there is something to read (units or an overflow) and there was nothing
        before, and when the subscription closes. It mostly runs in the publisher's thread. It is
        also called once at the start if the queue starts with a GOP.

    Parameters
    ----------
    first_units
        The GOP with which the queue starts.
    max_bytes
        How many bytes may be queued before it overflows.
    media
        The media that it gets: "video", "audio" or both.
    on_close
        Called when it closes.
    on_low_latency_change
        Called after `low_latency` has changed.
    """

    def __init__(
        self,
        first_units: Iterable[MediaUnit],
        max_bytes: int,
        media: Collection[str],
        on_ready: Callable[[], object] | None,
        on_close: Callable[[Subscription], None],
        low_latency: bool = True,
        on_low_latency_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._condition = threading.Condition()
        self._queue: list[MediaUnit | Discontinuity] = [
            unit for unit in first_units if unit.track.medium in media
        ]
        self._bytes = 0
        self._max_bytes = max_bytes
        self._media = media
        self.on_ready = on_ready
        self._on_close = on_close
        self._on_low_latency_change = on_low_latency_change
        self.low_latency = low_latency
        self.overflowed = False
        self.closed = False

    def set_low_latency(self, low_latency: bool) -> None:
        """Set whether each unit is needed at once."""
        if low_latency != self.low_latency:
            self.low_latency = low_latency
            self._on_low_latency_change()

    def take_all(self) -> list[MediaUnit | Discontinuity]:
        """Empty the queue, and return its items in order. Does not block."""
        with self._condition:
            items, self._queue = self._queue, []
            self._bytes = 0
            return items

    def wait(self, timeout: float | None = None) -> bool:
        """Block until there is something to read. Returns False after `timeout` seconds."""
        with self._condition:
            return self._condition.wait_for(self._is_ready, timeout)

    def close(self) -> None:
        """Stop queueing. Any thread may call it, any number of times.

        What is already queued can still be taken.
        """
        with self._condition:
            if self.closed:
                return
            self.closed = True
            self._condition.notify_all()
        self._on_close(self)
        self.notify()

    def put(self, *items: MediaUnit | Discontinuity) -> bool:
        """Queue the items, or overflow. Returns whether the feed must call `notify`."""
        wanted = [
            item
            for item in items
            if isinstance(item, Discontinuity) or item.track.medium in self._media
        ]
        with self._condition:
            if not wanted or self.closed or self.overflowed:
                return False
            was_empty = not self._is_ready()
            for item in wanted:
                self._bytes += 0 if isinstance(item, Discontinuity) else len(item.data)
                if self._bytes > self._max_bytes:
                    self.overflowed = True
                    break
                self._queue.append(item)
            self._condition.notify_all()
            return was_empty

    def notify(self) -> None:
        """Call `on_ready`. An error that it raises is logged."""
        if self.on_ready is None:
            return
        try:
            self.on_ready()
        except Exception:
            log.exception("a subscriber failed")

    def _is_ready(self) -> bool:
        return bool(self._queue) or self.overflowed or self.closed
