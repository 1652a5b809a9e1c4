"""The input of a recorder: its subscription to the feed, read in batches."""

from __future__ import annotations

import threading
import time

from camrec.clock import NS_PER_SECOND, Clock
from camrec.feed import Discontinuity, MediaFeed, Subscription
from camrec.media import MediaUnit

MAX_QUEUE_BYTES = 32 << 20  # waiting for FFmpeg; beyond it frames are lost
CLOCK_CHECK_INTERVAL_S = 0.2  # between two checks of the clock and of FFmpeg
MIN_BATCH_S = 0.05  # frames are collected for so long, because each write wakes two processes
IN_FLIGHT_PAUSE_S = 0.05  # between two checks for frames that were sent before the end
MAX_IN_FLIGHT_CHECKS = 5


class RecordingInput:
    """Subscribes to the feed when it is created.

    Any thread may call `wake` and read `closed` and `overflowed`; one thread does all the rest.

    Parameters
    ----------
    since
        Begin with the GOP that was current then, monotonic nanoseconds; None: with the newest.
    """

    def __init__(self, feed: MediaFeed, clock: Clock, since: int | None) -> None:
        self._feed = feed
        self._clock = clock
        self._wake = threading.Event()
        self._units_ready = threading.Event()
        self._last_batch_at = 0
        self._subscription = self._subscribe(since)

    @property
    def closed(self) -> bool:
        """Whether the feed has ended, or this input was closed."""
        return self._subscription.closed

    @property
    def overflowed(self) -> bool:
        """Whether frames were dropped because too many bytes were waiting."""
        return self._subscription.overflowed

    def wake(self) -> None:
        """End `wait` at once, and get the next frames without delay. Any thread may call this."""
        self._subscription.set_low_latency(True)
        self._wake.set()
        self._units_ready.set()

    def set_low_latency(self, low_latency: bool) -> None:
        """Say whether each frame is needed at once."""
        self._subscription.set_low_latency(low_latency)

    def wait(self, deadline: int) -> None:
        """Wait until something arrived, but return no more often than every `MIN_BATCH_S`.

        It also returns at `deadline` (monotonic nanoseconds), and after `CLOCK_CHECK_INTERVAL_S`.
        """
        left = (deadline - self._clock.monotonic_ns()) / NS_PER_SECOND
        self._units_ready.wait(max(min(left, CLOCK_CHECK_INTERVAL_S), 0.0))
        early = MIN_BATCH_S - (self._clock.monotonic_ns() - self._last_batch_at) / NS_PER_SECOND
        if early > 0:
            self._wake.wait(early)
        self._wake.clear()
        self._units_ready.clear()
        self._last_batch_at = self._clock.monotonic_ns()

    def await_in_flight(self) -> None:
        """Wait for frames that were sent before now. They are all here once a later one is."""
        now = self._clock.monotonic_ns()
        for _ in range(MAX_IN_FLIGHT_CHECKS):
            newest = self._feed.newest
            if self.closed or (newest is not None and newest.arrived > now):
                break
            time.sleep(IN_FLIGHT_PAUSE_S)

    def take(self) -> list[MediaUnit | Discontinuity]:
        """Everything that is waiting, in order."""
        return self._subscription.take_all()

    def resubscribe(self) -> None:
        """Continue with the newest frames after some were dropped."""
        self._subscription.close()
        self._subscription = self._subscribe(None)
        self._wake.set()

    def close(self) -> None:
        """End the subscription. What is waiting is dropped, so that it needs no memory."""
        self._subscription.close()
        self._subscription.take_all()

    def _subscribe(self, since: int | None) -> Subscription:
        return self._feed.subscribe(
            max_bytes=MAX_QUEUE_BYTES, since=since, on_ready=self._units_ready.set
        )
