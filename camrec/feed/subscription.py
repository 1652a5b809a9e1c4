"""One consumer's way out of a feed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Iterable

from camrec.media import MediaUnit

log = logging.getLogger(__name__)


class Discontinuity:
    """Stands between two units: the stream broke here, what follows has no tie to what was."""

    def __repr__(self) -> str:
        return "BREAK"


DISCONTINUITY = Discontinuity()


class Subscription:
    """A queue with a bound in bytes. Filling it never blocks; what is in it may always be taken.

    The group that it begins with does not count: those bytes are the feed's anyway.

    overflowed : more came than fits; nothing is queued any more.
    closed : by its owner, or because the feed ended.
    prompt : each unit is wanted at once.
    on_ready : called when there is something to see to (units, overflow, end) and was nothing
        before, in the thread that brought it; once at the start if it begins with a group.
    """

    def __init__(
        self,
        begin: Iterable[MediaUnit],
        max_bytes: int,
        media: Collection[str],
        on_ready: Callable[[], object] | None,
        on_close: Callable[[Subscription], None],
        prompt: bool = True,
        on_hurry: Callable[[], None] = lambda: None,
    ) -> None:
        self._condition = threading.Condition()
        self._queue: list[MediaUnit | Discontinuity] = [
            unit for unit in begin if unit.track.medium in media
        ]
        self._bytes = 0
        self._max_bytes = max_bytes
        self._media = media
        self.on_ready = on_ready
        self._on_close = on_close
        self._on_low_latency = on_hurry
        self.low_latency = prompt
        self.overflowed = False
        self.closed = False

    def set_low_latency(self, prompt: bool) -> None:
        """Want each unit at once, or no longer."""
        if prompt != self.low_latency:
            self.low_latency = prompt
            self._on_low_latency()

    def take(self) -> list[MediaUnit | Discontinuity]:
        """All that is queued, in order; empty at once where there is nothing."""
        with self._condition:
            taken, self._queue = self._queue, []
            self._bytes = 0
            return taken

    def wait(self, timeout: float | None = None) -> bool:
        """Block until there is something to see to; False when `timeout` seconds passed first."""
        with self._condition:
            return self._condition.wait_for(self._is_ready, timeout)

    def close(self) -> None:
        """Any number of times, from any thread. What is queued can still be taken."""
        with self._condition:
            if self.closed:
                return
            self.closed = True
            self._condition.notify_all()
        self._on_close(self)
        self.notify()

    def put(self, *items: MediaUnit | Discontinuity) -> bool:
        """The feed's side: queue them, or overflow; whether `notify` is due now."""
        wanted = [
            item
            for item in items
            if isinstance(item, Discontinuity) or item.track.medium in self._media
        ]
        with self._condition:
            if not wanted or self.closed or self.overflowed:
                return False
            new = not self._is_ready()
            for item in wanted:
                self._bytes += 0 if isinstance(item, Discontinuity) else len(item.data)
                if self._bytes > self._max_bytes:
                    self.overflowed = True
                    break
                self._queue.append(item)
            self._condition.notify_all()
            return new

    def notify(self) -> None:
        """Call `on_ready`; its error is its own."""
        if self.on_ready is None:
            return
        try:
            self.on_ready()
        except Exception:
            log.exception("a subscriber failed")

    def _is_ready(self) -> bool:
        return bool(self._queue) or self.overflowed or self.closed
