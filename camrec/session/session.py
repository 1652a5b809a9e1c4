"""One camera, from open to close."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Sequence
from enum import Enum

from camrec.camera_address import CameraAddress
from camrec.camera_errors import LOGIN_ERROR_CODES
from camrec.clock import Clock
from camrec.errors import CameraError, CamrecError, StateError
from camrec.feed import Feed
from camrec.live import LiveViews
from camrec.media import MediaUnit
from camrec.recording import (
    ENDED_RECORDING_STATES,
    RecordingJob,
    RecordingOptions,
    RecordingServices,
    RecordingState,
)
from camrec.session.better_route import Phase
from camrec.session.frame_silence import FrameSilence
from camrec.session.key_frame_bursts import LOOK_EVERY_S
from camrec.session.opening_wait import (
    FIRST_MEDIA_TIMEOUT_S,
    KEY_FRAME_TIMEOUT_S,
    OpeningWait,
    WaitingFor,
)
from camrec.session.probe import FINAL_ERROR_CODES, MAX_OPEN_ATTEMPTS, StreamProbe
from camrec.session.reader_thread import ReaderThread
from camrec.session.upstream import Upstream
from camrec.state_machine import StateMachine

log = logging.getLogger(__name__)

OPENING_POLL_INTERVAL_S = 0.05  # seconds between two looks while a camera is awaited
PROXY_POLL_INTERVAL_S = 0.5  # seconds between two questions to its proxy whether anything came
MIN_ATTEMPT_S = 5.0  # seconds that a camera which hung up gets when it is called again
ATTEMPT_PAUSE_S = 1.0  # seconds
# At once, without a pause: whatever a line says, a camera is not called in a loop.
MAX_REROUTES = 2
RECONNECT_PAUSES_S = (
    0.2,
    0.5,
    1.0,
    2.0,
    5.0,
)  # seconds between calls of a lost camera; the last one repeats
# Seconds between two readings while nobody looks: each wakes a thread up. No camera's pictures keep
# that step: some of them are read the moment they come, and those tell how its clock lies to ours.
IDLE_READ_INTERVAL_S = 0.113
WRONG_PASSWORD_PAUSE_S = 60.0  # a wrong password is not tried often: cameras lock accounts


class SessionState(Enum):
    OPENING = "opening"
    LIVE = "live"
    STALE = "stale"
    CLOSED = "closed"
    FAILED = "failed"


SESSION_TRANSITIONS = {
    SessionState.OPENING: frozenset({SessionState.LIVE, SessionState.FAILED, SessionState.CLOSED}),
    SessionState.LIVE: frozenset({SessionState.STALE, SessionState.CLOSED}),
    SessionState.STALE: frozenset({SessionState.LIVE, SessionState.CLOSED}),
    SessionState.FAILED: frozenset({SessionState.CLOSED}),
}

OPEN_SESSION_STATES = (SessionState.OPENING, SessionState.LIVE, SessionState.STALE)
ENDED_SESSION_STATES = (SessionState.CLOSED, SessionState.FAILED)
RECORD_NOW_STATES = (SessionState.LIVE,)
RECORD_LATER_STATES = (SessionState.LIVE, SessionState.STALE)
GROWING_RECORDING_STATES = (RecordingState.WRITING, RecordingState.WAITING)


class Session:
    """One opened camera. A thread of its own opens it, watches it and brings it back.

    attempt : which of the tries of the opening runs, 1 to 3.
    frames_seen : pictures seen in that try.
    waiting_for : what a camera that is called is waited for, see `OpeningWait`; None: for nothing.
    retries : attempts since the camera went away, 0 while it is live.
    error : why it failed, or why it is stale as far as that is known.

    Parameters
    ----------
    session_id
        Of a session that an earlier camrec had: it is STALE, and is tried until it is closed.
    """

    def __init__(
        self,
        source: CameraAddress,
        name: str,
        make_line: Callable[[CameraAddress, str], Upstream],
        clock: Clock,
        preroll: float = 0.0,
        session_id: str | None = None,
    ) -> None:
        self.session_id = session_id or secrets.token_hex(8)
        self.source = source
        self.name = name
        first = SessionState.STALE if session_id else SessionState.OPENING
        self.machine: StateMachine[SessionState] = StateMachine(first, SESSION_TRANSITIONS)
        self.since = clock.utc_ns()
        self.feed = Feed(clock, preroll)
        self.live_views = LiveViews(self.feed, clock)
        self.attempt = 1
        self.frames_seen = 0
        self.waiting_for: WaitingFor | None = None
        self.retries = 0
        self.error: CamrecError | None = None
        self._recordings: tuple[RecordingJob, ...] = ()
        self._clock = clock
        self._upstream = make_line(source, self.session_id)
        self._reader_thread: ReaderThread | None = None
        self._reader_started_at = 0
        self._silence = FrameSilence(self.feed, clock)
        self._timed_out = False
        self._probe: StreamProbe | None = None
        self._closing = threading.Event()
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._read_interval_lock = threading.Lock()
        self._thread = threading.Thread(
            target=self._run, name=f"session-{self.session_id}", daemon=True
        )
        self.machine.changed.connect(self._on_state_change)
        self.feed.low_latency_changed.connect(self._update_read_interval)

    @property
    def kind(self) -> str:
        return self.source.kind

    @property
    def state(self) -> SessionState:
        return self.machine.state

    @property
    def local_url(self) -> str:
        return self._upstream.local_url

    @property
    def recording(self) -> RecordingJob | None:
        """The latest that has begun, or None."""
        begun = (each for each in self._recordings if each.has_started)
        return max(begun, key=lambda each: each.started_at, default=None)

    @property
    def is_recording(self) -> bool:
        """Whether a recording of it is being written, or waits for its pictures."""
        return any(each.state in GROWING_RECORDING_STATES for each in self._recordings)

    @property
    def viewers(self) -> int:
        return self.live_views.viewers

    def start(self) -> None:
        """Begin to open; `machine` tells how it went."""
        self._thread.start()

    def close(self, reason: str = "closed") -> None:
        """End it: what is being recorded is saved first. Any number of times."""
        with self._lock:
            self._closing.set()
            recordings = self._recordings
        for recording in recordings:
            recording.stop(reason)
        for recording in recordings:
            recording.wait()
        self._wake.set()
        if self._thread.ident is not None:
            self._thread.join()
        self.live_views.close()
        self.feed.close()
        self.machine.transition(SessionState.CLOSED)

    def record(self, options: RecordingOptions, services: RecordingServices) -> RecordingJob:
        """Record the camera, now or from `options.start_at` on.

        A recording that starts later, or that an earlier camrec began, is also accepted while the
        camera is stale or another recording runs.

        Raises
        ------
        StateError
            ``already_recording``, ``session_not_live``, ``session_closed``.
        """
        with self._lock:
            if self._closing.is_set():
                raise StateError("session_closed")
            now = options.start_at is None and options.resume is None
            running = self.recording
            if now and running is not None and running.state not in ENDED_RECORDING_STATES:
                raise StateError("already_recording")
            if self.state not in (RECORD_NOW_STATES if now else RECORD_LATER_STATES):
                raise StateError("session_not_live")
            recording = RecordingJob(self.feed, options, services)
            recording.start()
            latest = self.recording
            kept = [
                r for r in self._recordings if r is latest or r.state not in ENDED_RECORDING_STATES
            ]
            self._recordings = (*kept, recording)
            return recording

    # The life of the session, in its own thread.

    def _run(self) -> None:
        try:
            if self.state is SessionState.STALE:
                self._reconnect()
                self._watch()
            elif self._open():
                self._watch()
        except CamrecError as error:
            self._fail(error)
        except Exception:
            log.exception("session %s failed", self.session_id)
            self._fail(CameraError("internal"))
        finally:
            self._stop_reader()
            self._upstream.close()

    def _open(self) -> bool:
        """True when the camera delivers. It is called once, and again only where it refused or
        hung up: up to `MAX_OPEN_ATTEMPTS` times.
        """
        began = self._clock.monotonic_ns()
        self.attempt, reroutes = 1, 0
        while True:
            self.frames_seen = 0
            self._notify()
            left = FIRST_MEDIA_TIMEOUT_S - (self._clock.monotonic_ns() - began) / 1e9
            error = self._connect_and_probe(max(left, MIN_ATTEMPT_S), StreamProbe(self._clock))
            if error is None:
                self.machine.transition(SessionState.LIVE)
                return True
            if self._closing.is_set():
                return False
            log.warning(
                "%s: try %d of %d: %s", self.source.url, self.attempt, MAX_OPEN_ATTEMPTS, error
            )
            self._stop_reader()
            if reroutes < MAX_REROUTES and self._try_reroute(error):
                reroutes += 1
                if not self._timed_out:
                    began = self._clock.monotonic_ns()
                continue
            if isinstance(error, CameraError) and self._upstream.may_be_busy(error):
                if self._pause(ATTEMPT_PAUSE_S):
                    return False
                continue
            final = not isinstance(error, CameraError) or error.code in FINAL_ERROR_CODES
            if final or self._timed_out or self.attempt == MAX_OPEN_ATTEMPTS:
                break
            if self._pause(ATTEMPT_PAUSE_S):
                return False
            self.attempt += 1
        self._fail(error)
        return False

    def _watch(self) -> None:
        """While it is open: see it go away, and bring it back."""
        while not self._closing.is_set():
            self._wake.clear()
            self._silence.learn()
            silence = self._silence.seconds()
            is_stale = silence >= self._silence.stale_after
            if (
                self._reader_thread.ended
                or silence >= self._silence.lost_after
                or (is_stale and self._upstream.drops_media(self._reader_started_at))
                or self._upstream.finds_better_route(
                    self._reader_started_at, "silent" if is_stale else "live"
                )
            ):
                self._handle_stream_loss()
                continue
            if is_stale:
                self.machine.transition(SessionState.STALE, only_from=SessionState.LIVE)
            else:
                self.machine.transition(SessionState.LIVE, only_from=SessionState.STALE)
            stale = self.state is SessionState.STALE
            limit = self._silence.lost_after if stale else self._silence.stale_after
            self._wake.wait(max(limit - silence, 0.0))

    def _handle_stream_loss(self) -> None:
        """The stream broke, or brings no picture: have it again."""
        reading = self._reader_thread
        reason = self._upstream.reason(reading.error, self._reader_started_at) or reading.error
        # The camera is not called anew for a reader that lost its proxy.
        kept = reading.ended and reason is None and self._upstream.stays_connected()
        self._stop_reader()
        self._silence.note_disconnect(was_silent=not reading.ended)
        silent = not reading.ended or getattr(reason, "code", "") == "camera_no_picture"
        silent = silent or getattr(reason, "reason", "") == "silent"
        self.feed.interrupt("camera_silent" if silent else "connection_broke")
        log.warning("%s: the stream broke: %s", self.source.url, reason or "no picture")
        self._reconnect(kept)

    def _reconnect(self, kept: bool = False) -> None:
        """Call the camera anew until it delivers.

        kept : its proxy is still connected to it; at first only a reader is missing.
        """
        pause, reroutes = 0.0, 0
        while not self._pause(pause):
            pause = RECONNECT_PAUSES_S[min(self.retries, len(RECONNECT_PAUSES_S) - 1)]
            self.retries += 1
            self._notify()
            error = self._connect_and_probe(
                self._silence.reconnect_timeout, StreamProbe(self._clock, frames=1), kept
            )
            if error is None:
                self.retries, self.error = 0, None
                self._update_read_interval()
                self.machine.transition(SessionState.LIVE, only_from=SessionState.STALE)
                return
            if self._closing.is_set():
                return
            kept = False
            self._stop_reader()
            self.feed.interrupt()
            self.error = error
            never = self.feed.newest is None  # one that an earlier camrec had
            if never and reroutes < MAX_REROUTES and self._try_reroute(error):
                pause, reroutes = 0.0, reroutes + 1
            elif error.code in LOGIN_ERROR_CODES:
                self._upstream.close()
                pause = WRONG_PASSWORD_PAUSE_S

    def _try_reroute(self, error: CamrecError) -> bool:
        return isinstance(error, CameraError) and self._upstream.reroute(error)

    def _connect_and_probe(
        self, silence: float, probe: StreamProbe, kept: bool = False
    ) -> CamrecError | None:
        """Call the camera and read until a frame could be decoded; else the reason why not.

        silence : seconds without a byte of media after which it is given up.
        kept : it need not be called.
        """
        self._probe, self._timed_out = probe, False
        try:
            self._upstream.prepare()
            began = self._clock.monotonic_ns()
            # Where it went well before it can do so again.
            went_well = self.feed.newest is not None
            wait = OpeningWait(
                began,
                silence,
                answer=self._upstream.answer_timeout,
                has_key_frames=self.source.kind == "rtsp",
                key_frame=KEY_FRAME_TIMEOUT_S if went_well else self._upstream.key_frame_timeout,
            )
            self._update_waiting_for(wait)
            if not kept:
                self._upstream.open()
            return self._read_until_decoded(probe, wait, began)
        except CamrecError as error:
            return error
        finally:
            self._probe = self.waiting_for = None

    def _read_until_decoded(
        self, probe: StreamProbe, wait: OpeningWait, began: int
    ) -> CamrecError | None:
        asked = began
        received: int | None = None
        while True:
            if self._reader_thread is None or self._reader_thread.ended:
                self._start_reader()
            self._wake.wait(LOOK_EVERY_S if wait.is_in_doubt else OPENING_POLL_INTERVAL_S)
            self._wake.clear()
            if self._closing.is_set():
                return StateError("session_closed")
            if self._silence.seconds() >= self._silence.stale_after:
                self.machine.transition(SessionState.STALE, only_from=SessionState.LIVE)
            probe.look()
            if probe.passed and not self._upstream.may_report_drops(began):
                self.feed.unsupported_audio = self._reader_thread.unsupported_audio
                return None
            now = self._clock.monotonic_ns()
            ended = self._reader_thread.ended
            error = self._reader_thread.error
            if (ended or not probe.frames_seen) and (reason := self._upstream.reason(error, began)):
                return reason
            if not probe.frames_seen and (
                wait.is_in_doubt or now - asked >= PROXY_POLL_INTERVAL_S * 1e9
            ):
                asked, received = now, self._upstream.received_bytes()
            wait.note(now, probe, received)
            self._update_waiting_for(wait)
            phase: Phase = "opening" if probe.frames_seen else "silent"
            if wait.is_timed_out(now) or self._upstream.finds_better_route(began, phase):
                self._timed_out = True
                return self._upstream.explain_error(wait.error(self.source))
            if ended:
                self._stop_reader()
                self._pause(OPENING_POLL_INTERVAL_S)
                if reason := self._upstream.reason(
                    error, began
                ):  # its log may be read a moment later
                    return reason

    def _update_waiting_for(self, wait: OpeningWait) -> None:
        if wait.waiting_for != self.waiting_for:
            self.waiting_for = wait.waiting_for
            self._notify()

    def _pause(self, seconds: float) -> bool:
        """Wait; a live session becomes stale on the way when it is time. True: being closed."""
        if self.state is SessionState.LIVE:
            left = max(0.0, self._silence.stale_after - self._silence.seconds())
            if left < seconds:
                if self._closing.wait(left):
                    return True
                seconds -= left
                self.machine.transition(SessionState.STALE)
        return self._closing.wait(seconds)

    def _start_reader(self) -> None:
        self._reader_started_at = self._clock.monotonic_ns()
        self._reader_thread = ReaderThread(
            self._upstream.create_reader(), self._deliver, self._wake, f"read-{self.session_id}"
        ).start()

    def _update_read_interval(self) -> None:
        """At once while somebody looks, or while it is asked whether the camera delivers."""
        with self._read_interval_lock:  # whoever comes last sees what is so
            reading = self._reader_thread
            if reading is not None:
                at_once = self.feed.low_latency or self.state is not SessionState.LIVE
                reading.set_read_interval(0 if at_once else IDLE_READ_INTERVAL_S)

    def _stop_reader(self) -> None:
        if self._reader_thread is not None:
            self._reader_thread.close()
            self._reader_thread = None

    def _deliver(self, units: Sequence[MediaUnit]) -> None:
        self.feed.publish(*units)
        if (reading := self._reader_thread) is not None and reading.notices:
            self.feed.note(reading.notices)
        probe = self._probe
        if probe is None:
            if self.state is SessionState.STALE:
                self._wake.set()
            return
        for unit in units:
            probe.add(unit)
        if self.state is SessionState.OPENING:
            self.frames_seen = probe.frames_seen
        self._notify()
        if probe.has_pending:
            self._wake.set()

    def _notify(self) -> None:
        """Something to show has changed, though not the state."""
        self.machine.changed.emit(self.state, self.state)

    def _fail(self, error: CamrecError) -> None:
        self.error = error
        self.machine.transition(SessionState.FAILED, only_from=SessionState.OPENING)

    def _on_state_change(self, old: SessionState, new: SessionState) -> None:
        if old is new:
            return
        self.since = self._clock.utc_ns()
        self._update_read_interval()
        level = (
            logging.WARNING if new in (SessionState.STALE, SessionState.FAILED) else logging.INFO
        )
        reason = f": {self.error}" if self.error is not None else ""
        log.log(level, "session %s (%s) %s%s", self.session_id, self.source.url, new.value, reason)
