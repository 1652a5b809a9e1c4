"""The thread of a session: opens the camera, watches it, and reconnects to it."""

from __future__ import annotations

import logging
import threading

from camrec.camera_address import CameraAddress
from camrec.clock import NS_PER_SECOND, Clock
from camrec.errors import CameraError, CamrecError
from camrec.feed import Feed
from camrec.readers import StreamError
from camrec.session.camera_connector import CameraConnector, ConnectionFailure
from camrec.session.connection_progress import ConnectionProgress
from camrec.session.feed_publisher import FeedPublisher
from camrec.session.frame_silence import FrameSilence
from camrec.session.opening_wait import FIRST_MEDIA_TIMEOUT_S
from camrec.session.retry_policy import (
    ATTEMPT_PAUSE_S,
    MAX_OPEN_ATTEMPTS,
    MAX_REROUTES,
    MIN_ATTEMPT_S,
    is_final,
    is_login_error,
    is_unanswered,
    reconnect_pause,
)
from camrec.session.return_wait import wait_for_return
from camrec.session.session_state import SessionState
from camrec.session.upstream import Upstream
from camrec.state_machine import StateMachine

log = logging.getLogger(__name__)


class SessionThread:
    """Runs from `start` until `stop`, or until the opening has failed.

    It alone makes the session LIVE, STALE or FAILED.

    Parameters
    ----------
    closing
        Set when the session closes: the thread then connects no more.
    """

    def __init__(
        self,
        source: CameraAddress,
        session_id: str,
        upstream: Upstream,
        feed: Feed,
        machine: StateMachine[SessionState],
        progress: ConnectionProgress,
        clock: Clock,
        closing: threading.Event,
    ) -> None:
        self._source = source
        self._session_id = session_id
        self._upstream = upstream
        self._feed = feed
        self._machine = machine
        self._progress = progress
        self._clock = clock
        self._closing = closing
        self.failure_level = logging.WARNING  # of the log
        self.keeps_trying = False  # see `Session.keep_trying`
        self._silence = FrameSilence(feed, clock)
        self._publisher = FeedPublisher(feed, upstream, machine, clock, session_id)
        self._connector = CameraConnector(
            source,
            upstream,
            feed,
            self._publisher,
            progress,
            clock,
            self._closing,
            on_poll=self._mark_stale_if_due,
        )
        self._thread = threading.Thread(target=self._run, name=f"session-{session_id}", daemon=True)

    def start(self) -> None:
        """Begin to open the camera, or to reconnect if the session is STALE."""
        self._thread.start()

    def stop(self) -> None:
        """Wait for the end of the thread, and of the connection. Set `closing` first."""
        self._publisher.wake.set()
        if self._thread.ident is not None:
            self._thread.join()

    def fail(self, error: CamrecError) -> None:
        """Make the session FAILED, if it is OPENING."""
        self._progress.error = error
        self._machine.transition(SessionState.FAILED, only_from=SessionState.OPENING)

    def _run(self) -> None:
        try:
            if self._machine.state is SessionState.STALE:
                self._reconnect()
                self._watch()
            elif self._open():
                self._watch()
            elif self._starts_to_retry():
                self._reconnect()
                self._watch()
        except CamrecError as error:
            self.fail(error)
        except Exception:
            log.exception("session %s failed", self._session_id)
            self.fail(CameraError("internal"))
        finally:
            self._publisher.stop()
            self._upstream.close()

    # Opening.

    def _open(self) -> bool:
        """Open the camera; returns whether it delivers.

        There is one attempt, or up to `MAX_OPEN_ATTEMPTS` if the camera refuses or hangs up. Trying
        another route does not count as another attempt.
        """
        began = self._clock.monotonic_ns()
        reroutes = 0
        while (failure := self._attempt_to_open(began)) is not None:
            if self._closing.is_set():
                return False
            error = failure.error
            log.log(
                self.failure_level,
                "%s: attempt %d of %d: %s",
                self._source.url,
                self._progress.attempt,
                MAX_OPEN_ATTEMPTS,
                error,
            )
            self._publisher.stop()
            if reroutes < MAX_REROUTES and self._reroute(error):
                reroutes += 1
                if not failure.timed_out:
                    began = self._clock.monotonic_ns()
                continue
            is_busy = isinstance(error, CameraError) and self._upstream.may_be_busy(error)
            if not is_busy and self._gives_up(failure):
                self._give_up(error)
                return False
            if self._closing.wait(ATTEMPT_PAUSE_S):
                return False
            if not is_busy:
                self._progress.attempt += 1
        self._machine.transition(SessionState.LIVE)
        return True

    def _attempt_to_open(self, began: int) -> ConnectionFailure | None:
        self._progress.frames_seen = 0
        self._progress.notify()
        left = FIRST_MEDIA_TIMEOUT_S - (self._clock.monotonic_ns() - began) / NS_PER_SECOND
        return self._connector.connect(max(left, MIN_ATTEMPT_S))

    def _gives_up(self, failure: ConnectionFailure) -> bool:
        return (
            is_final(failure.error)
            or failure.timed_out
            or self._progress.attempt == MAX_OPEN_ATTEMPTS
        )

    def _give_up(self, error: CamrecError) -> None:
        if self.keeps_trying and not is_login_error(error):
            self._progress.error = error
            self._machine.transition(SessionState.STALE, only_from=SessionState.OPENING)
        else:
            self.fail(error)

    def _starts_to_retry(self) -> bool:
        """Wait before the camera is tried again; false if it is not, or if the session closes."""
        error = self._progress.error
        if self._machine.state is not SessionState.STALE or error is None:
            return False
        return not self._closing.wait(reconnect_pause(1, error))

    def _reroute(self, error: CamrecError) -> bool:
        return isinstance(error, CameraError) and self._upstream.reroute(error)

    # Watching.

    def _watch(self) -> None:
        """Reconnect each time the camera is lost, until the session closes."""
        while not self._closing.is_set():
            self._publisher.wake.clear()
            self._silence.learn()
            silence = self._silence.seconds()
            is_stale = silence >= self._silence.stale_after
            if self._is_lost(silence, is_stale):
                self._handle_loss()
                continue
            if is_stale:
                self._machine.transition(SessionState.STALE, only_from=SessionState.LIVE)
                limit = self._silence.lost_after
            else:
                self._machine.transition(SessionState.LIVE, only_from=SessionState.STALE)
                limit = self._silence.stale_after
            self._publisher.wake.wait(max(limit - silence, 0.0))

    def _is_lost(self, silence: float, is_stale: bool) -> bool:
        since = self._publisher.started_at
        return (
            self._publisher.has_ended
            or silence >= self._silence.lost_after
            or (is_stale and self._upstream.drops_media(since))
            or self._upstream.finds_better_route(since, "silent" if is_stale else "live")
        )

    def _handle_loss(self) -> None:
        """Reconnect, because the stream broke or brings no frame."""
        publisher = self._publisher
        has_ended, reader_error = publisher.has_ended, publisher.error
        reason = self._upstream.reason(reader_error, publisher.started_at)
        # If only the reader lost its proxy, the camera is still connected.
        is_unexplained = reason is None and reader_error is None
        is_connected = has_ended and is_unexplained and self._upstream.stays_connected()
        publisher.stop()
        is_silent = _means_silence(reason or reader_error, has_ended)
        self._silence.note_disconnect(is_silent)
        self._feed.interrupt("camera_silent" if is_silent else "connection_broke")
        log.warning(
            "%s: the stream broke: %s", self._source.url, reason or reader_error or "no frame"
        )
        self._reconnect(is_connected)

    # Reconnecting.

    def _reconnect(self, is_connected: bool = False) -> None:
        """Connect again until the camera delivers, or the session closes.

        Parameters
        ----------
        is_connected
            Whether the proxy is still connected to the camera, so that only a reader is needed.
        """
        pause, reroutes = 0.0, 0
        while not (self._wait_and_mark_stale(pause) or self._wait_for_return()):
            self._progress.retries += 1
            failure = self._connector.connect(
                self._silence.reconnect_timeout, required_frames=1, is_connected=is_connected
            )
            if failure is None:
                self._progress.retries, self._progress.error = 0, None
                self._publisher.update_read_interval()
                self._machine.transition(SessionState.LIVE, only_from=SessionState.STALE)
                return
            if self._closing.is_set():
                return
            is_connected = False
            self._publisher.stop()
            self._feed.interrupt()
            error = failure.error
            self._progress.show_error(error)
            never_live = self._feed.newest is None  # the session of an earlier camrec
            if never_live and reroutes < MAX_REROUTES and self._reroute(error):
                pause, reroutes = 0.0, reroutes + 1
                continue
            if is_login_error(error):
                self._upstream.close()
            pause = reconnect_pause(self._progress.retries, error)

    def _wait_for_return(self) -> bool:
        """Wait for a camera that answered nothing the last time. True if the session closes."""
        error = self._progress.error
        if error is None or not is_unanswered(error):
            return False
        return wait_for_return(self._upstream, self._wait_and_mark_stale)

    def _wait_and_mark_stale(self, seconds: float) -> bool:
        """Wait; a live session becomes STALE when it is due. True if the session closes."""
        until_stale = self._silence.seconds_until_stale()
        if self._machine.state is SessionState.LIVE and until_stale < seconds:
            if self._closing.wait(until_stale):
                return True
            self._machine.transition(SessionState.STALE)
            seconds -= until_stale
        return self._closing.wait(seconds)

    def _mark_stale_if_due(self) -> None:
        if self._silence.seconds_until_stale() == 0:
            self._machine.transition(SessionState.STALE, only_from=SessionState.LIVE)


def _means_silence(error: CameraError | StreamError | None, has_ended: bool) -> bool:
    """Whether the camera stayed connected and sent nothing.

    has_ended : whether the reader had ended.
    """
    if error is None:
        return not has_ended
    if isinstance(error, StreamError):
        return error.reason == "silent"
    return error.code == "camera_no_picture"
