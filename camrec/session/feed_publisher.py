"""Reads a session's upstream and publishes what it reads to the session's feed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from camrec.clock import Clock
from camrec.feed import Feed
from camrec.media import MediaUnit
from camrec.readers import StreamError
from camrec.session.reader_thread import ReaderThread
from camrec.session.session_state import SessionState
from camrec.session.upstream import Upstream
from camrec.state_machine import StateMachine

# Seconds between two reads while nobody needs each frame at once, because each read wakes a thread.
# No usual frame rate is in step with this interval. So some frames are read at the moment they
# arrive, and these show the offset of the camera's clock.
IDLE_READ_INTERVAL_S = 0.113


class FeedPublisher:
    """Runs one reader thread at a time. The session's thread starts and stops it.

    wake : set when the session's thread has something to do: the reader has ended, there are frames
        to probe, a stale camera sends again, or the session closes.
    started_at : when the newest reader started, monotonic nanoseconds.
    on_units : called in the reader's thread with what it has published, or None.
    """

    def __init__(
        self,
        feed: Feed,
        upstream: Upstream,
        machine: StateMachine[SessionState],
        clock: Clock,
        session_id: str,
    ) -> None:
        self.wake = threading.Event()
        self.started_at = 0
        self.on_units: Callable[[Sequence[MediaUnit]], None] | None = None
        self._feed = feed
        self._upstream = upstream
        self._machine = machine
        self._clock = clock
        self._session_id = session_id
        self._reader: ReaderThread | None = None
        self._read_interval_lock = threading.Lock()
        feed.low_latency_changed.connect(self.update_read_interval)
        machine.changed.connect(lambda old, new: self.update_read_interval())

    @property
    def has_ended(self) -> bool:
        """Whether no reader runs."""
        return self._reader is None or self._reader.has_ended

    @property
    def error(self) -> StreamError | None:
        """Why the newest reader ended, if an error ended it."""
        return None if self._reader is None else self._reader.error

    def start(self) -> None:
        """Start a reader."""
        self.started_at = self._clock.monotonic_ns()
        self._reader = ReaderThread(
            self._upstream.create_reader(), self._publish, self.wake, f"read-{self._session_id}"
        ).start()

    def stop(self) -> None:
        """End the reader. It publishes nothing more."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def publish_unsupported_audio(self) -> None:
        """Pass the codec of audio that the reader cannot read to the feed."""
        if self._reader is not None:
            self._feed.unsupported_audio = self._reader.unsupported_audio

    def update_read_interval(self) -> None:
        """Read each frame at once while somebody needs it, or while the camera is not live."""
        with self._read_interval_lock:  # so that the last caller uses the newest state
            if (reader := self._reader) is not None:
                is_live = self._machine.state is SessionState.LIVE
                at_once = self._feed.low_latency or not is_live
                reader.set_read_interval(0 if at_once else IDLE_READ_INTERVAL_S)

    def _publish(self, units: Sequence[MediaUnit]) -> None:
        self._feed.publish(*units)
        if (reader := self._reader) is not None and reader.notices:
            self._feed.note(reader.notices)
        if (on_units := self.on_units) is not None:
            on_units(units)
        elif self._machine.state is SessionState.STALE:
            self.wake.set()
