"""Attempts to get frames from a camera: connects, and reads until a frame could be decoded."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from camrec.camera_address import CameraAddress
from camrec.clock import NS_PER_SECOND, Clock
from camrec.errors import CamrecError, StateError
from camrec.feed import MediaFeed
from camrec.media import MediaUnit
from camrec.session.better_route import Phase
from camrec.session.connection_progress import ConnectionProgress
from camrec.session.feed_publisher import FeedPublisher
from camrec.session.key_frame_bursts import BYTE_SAMPLE_INTERVAL_S
from camrec.session.opening_wait import KEY_FRAME_TIMEOUT_S, OpeningWait
from camrec.session.probe import PROBE_FRAMES, StreamProbe
from camrec.session.upstream import Upstream

OPENING_POLL_INTERVAL_S = 0.05  # between two checks of what the reader has read
PROXY_POLL_INTERVAL_S = 0.5  # between two requests to the proxy for its count of bytes


@dataclass(frozen=True)
class ConnectionFailure:
    """Why an attempt failed.

    timed_out : no frame that can be decoded arrived in time, or another route is better.
    """

    error: CamrecError
    timed_out: bool = False


class CameraConnector:
    """Connects a session to its camera. Used by the session's thread.

    Parameters
    ----------
    progress
        Gets what an attempt waits for, and how many frames it has seen.
    closing
        Set when the session closes: an attempt then ends at once.
    on_poll
        Called repeatedly while an attempt waits.
    """

    def __init__(
        self,
        source: CameraAddress,
        upstream: Upstream,
        feed: MediaFeed,
        publisher: FeedPublisher,
        progress: ConnectionProgress,
        clock: Clock,
        closing: threading.Event,
        on_poll: Callable[[], None],
    ) -> None:
        self._source = source
        self._upstream = upstream
        self._feed = feed
        self._publisher = publisher
        self._progress = progress
        self._clock = clock
        self._closing = closing
        self._on_poll = on_poll

    def connect(
        self,
        first_media_timeout: float,
        required_frames: int = PROBE_FRAMES,
        *,
        is_connected: bool = False,
    ) -> ConnectionFailure | None:
        """Connect to the camera and read until a frame could be decoded; None if that worked.

        The reader keeps running, also after a failure.

        Parameters
        ----------
        first_media_timeout
            Seconds without a byte of media after which the attempt fails.
        required_frames
            How many frames must have arrived.
        is_connected
            Whether the proxy is still connected to the camera, so that only a reader is needed.
        """
        probe = StreamProbe(self._clock, required_frames)
        self._publisher.on_units = partial(self._probe_units, probe)
        try:
            self._upstream.prepare()
            wait = self._create_wait(first_media_timeout)
            self._progress.show_waiting_for(wait.waiting_for)
            if not is_connected:
                self._upstream.open()
            return self._read_until_decoded(probe, wait)
        except CamrecError as error:
            return ConnectionFailure(error)
        finally:
            self._publisher.on_units = None
            self._progress.waiting_for = None

    def _create_wait(self, first_media_timeout: float) -> OpeningWait:
        # A camera that was live on this route can be so again, if it gets the time.
        was_live = self._feed.newest is not None
        return OpeningWait(
            self._clock.monotonic_ns(),
            first_media_timeout,
            answer_timeout=self._upstream.answer_timeout,
            has_key_frames=self._source.kind == "rtsp",
            key_frame_timeout=KEY_FRAME_TIMEOUT_S if was_live else self._upstream.key_frame_timeout,
        )

    def _read_until_decoded(
        self, probe: StreamProbe, wait: OpeningWait
    ) -> ConnectionFailure | None:
        began = polled_at = wait.started_at
        while True:
            if self._publisher.has_ended:
                self._publisher.stop()
                self._publisher.start()
            self._wait_for_units(wait)
            if self._closing.is_set():
                return ConnectionFailure(StateError("session_closed"))
            self._on_poll()
            probe.decode_pending()
            if probe.passed and not self._upstream.may_report_drops(began):
                self._publisher.publish_unsupported_audio()
                return None
            now = self._clock.monotonic_ns()
            has_ended, error = self._publisher.has_ended, self._publisher.error
            if (has_ended or not probe.frames_seen) and (
                reason := self._upstream.reason(error, began)
            ):
                return ConnectionFailure(reason)
            received: int | None = None
            if not probe.frames_seen and (
                wait.needs_fine_samples or now - polled_at >= PROXY_POLL_INTERVAL_S * NS_PER_SECOND
            ):
                polled_at, received = now, self._upstream.received_bytes()
            wait.note(now, probe, received)
            self._progress.show_waiting_for(wait.waiting_for)
            phase: Phase = "opening" if probe.frames_seen else "silent"
            if wait.is_timed_out(now) or self._upstream.finds_better_route(began, phase):
                explained = self._upstream.explain_error(wait.error(self._source))
                return ConnectionFailure(explained, timed_out=True)
            if has_ended:
                self._publisher.stop()
                self._closing.wait(OPENING_POLL_INTERVAL_S)
                # The proxy's log may arrive a moment later than the reader's error.
                if reason := self._upstream.reason(error, began):
                    return ConnectionFailure(reason)

    def _wait_for_units(self, wait: OpeningWait) -> None:
        interval = BYTE_SAMPLE_INTERVAL_S if wait.needs_fine_samples else OPENING_POLL_INTERVAL_S
        self._publisher.wake.wait(interval)
        self._publisher.wake.clear()

    def _probe_units(self, probe: StreamProbe, units: Sequence[MediaUnit]) -> None:
        """Called in the reader's thread."""
        for unit in units:
            probe.add(unit)
        self._progress.frames_seen = probe.frames_seen
        self._progress.notify()
        if probe.has_pending:
            self._publisher.wake.set()
