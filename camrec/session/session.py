"""One camera, from open to close."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

from camrec.camera_address import Source
from camrec.camera_errors import LOGIN_CODES
from camrec.clock import Clock
from camrec.errors import CameraError, CamrecError, StateError
from camrec.feed import Feed
from camrec.live import Pictures
from camrec.media import Unit
from camrec.recording import Past, Recording, RecordingState
from camrec.session.better_route import Phase
from camrec.session.frame_silence import FrameSilence
from camrec.session.key_frame_bursts import LOOK_EVERY_S
from camrec.session.opening_wait import FIRST_MEDIA_S, KEY_FRAME_S, OpeningWait, WaitingFor
from camrec.session.probe import FINAL, TRIES, Probe
from camrec.session.reader_thread import Attempt
from camrec.session.upstream import Line
from camrec.state_machine import Machine

log = logging.getLogger(__name__)

POLL = 0.05  # seconds between two looks while a camera is awaited
ASK_EVERY = 0.5  # seconds between two questions to its proxy whether anything came
SHORTEST_TRY = 5.0  # seconds that a camera which hung up gets when it is called again
BETWEEN_TRIES = 1.0  # seconds
# At once, without a pause: whatever a line says, a camera is not called in a loop.
MOST_REROUTES = 2
PAUSES = (0.2, 0.5, 1.0, 2.0, 5.0)  # seconds between calls of a lost camera; the last one repeats
# Seconds between two readings while nobody looks: each wakes a thread up. No camera's pictures keep
# that step: some of them are read the moment they come, and those tell how its clock lies to ours.
REST = 0.113
PASSWORD_PAUSE = 60.0  # a wrong password is not tried often: cameras lock accounts


class SessionState(Enum):
    OPENING = "opening"
    LIVE = "live"
    STALE = "stale"
    CLOSED = "closed"
    FAILED = "failed"


MOVES = {
    SessionState.OPENING: frozenset({SessionState.LIVE, SessionState.FAILED, SessionState.CLOSED}),
    SessionState.LIVE: frozenset({SessionState.STALE, SessionState.CLOSED}),
    SessionState.STALE: frozenset({SessionState.LIVE, SessionState.CLOSED}),
    SessionState.FAILED: frozenset({SessionState.CLOSED}),
}

NOW = (SessionState.LIVE,)
LATER = (SessionState.LIVE, SessionState.STALE)
RECORDING_ENDED = (RecordingState.SAVED, RecordingState.FAILED)
RECORDING_GROWS = (RecordingState.WRITING, RecordingState.WAITING)


class Session:
    """One opened camera. A thread of its own opens it, watches it and brings it back.

    attempt : which of the tries of the opening runs, 1 to 3.
    seen : pictures seen in that try.
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
        source: Source,
        name: str,
        make_line: Callable[[Source, str], Line],
        clock: Clock,
        preroll: float = 0.0,
        session_id: str | None = None,
    ) -> None:
        self.session_id = session_id or secrets.token_hex(8)
        self.source = source
        self.name = name
        first = SessionState.STALE if session_id else SessionState.OPENING
        self.machine: Machine[SessionState] = Machine(first, MOVES)
        self.since = clock.utc_ns()
        self.feed = Feed(clock, preroll)
        self.pictures = Pictures(self.feed, clock)
        self.attempt = 1
        self.seen = 0
        self.waiting_for: WaitingFor | None = None
        self.retries = 0
        self.error: CamrecError | None = None
        self._recordings: tuple[Recording, ...] = ()
        self._clock = clock
        self._preroll = preroll
        self._line = make_line(source, self.session_id)
        self._reading: Attempt | None = None
        self._attempt_began = 0
        self._silence = FrameSilence(self.feed, clock)
        self._waited_in_vain = False
        self._probe: Probe | None = None
        self._closing = threading.Event()
        self._woken = threading.Event()
        self._lock = threading.Lock()
        self._pacing = threading.Lock()
        self._thread = threading.Thread(
            target=self._run, name=f"session-{self.session_id}", daemon=True
        )
        self.machine.changed.connect(self._told)
        self.feed.urgency.connect(self._set_pace)

    @property
    def kind(self) -> str:
        return self.source.kind

    @property
    def state(self) -> SessionState:
        return self.machine.state

    @property
    def local_url(self) -> str:
        return self._line.local_url

    @property
    def recording(self) -> Recording | None:
        """The latest that has begun, or None."""
        begun = (each for each in self._recordings if each.begun)
        return max(begun, key=lambda each: each.started_at, default=None)

    @property
    def is_recorded(self) -> bool:
        """Whether a recording of it is being written, or waits for its pictures."""
        return any(each.state in RECORDING_GROWS for each in self._recordings)

    @property
    def viewers(self) -> int:
        return self.pictures.viewers

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
        self._woken.set()
        if self._thread.ident is not None:
            self._thread.join()
        self.pictures.close()
        self.feed.close()
        self.machine.move(SessionState.CLOSED)

    def record(
        self,
        duration: int,
        name: str,
        *,
        start_at: int | None = None,
        past: Past | None = None,
        **given: Any,
    ) -> Recording:
        """Record for `duration` seconds, from now on or from `start_at` on (UTC nanoseconds).

        One whose time comes later, or which an earlier camrec began, does not ask whether the
        camera is there or another one runs. For `given` see `Recording`.

        Raises
        ------
        StateError
            ``already_recording``, ``session_not_live``, ``session_closed``.
        """
        with self._lock:
            if self._closing.is_set():
                raise StateError("session_closed")
            now = start_at is None and past is None
            running = self.recording
            if now and running is not None and running.state not in RECORDING_ENDED:
                raise StateError("already_recording")
            if self.state not in (NOW if now else LATER):
                raise StateError("session_not_live")
            recording = Recording(
                self.feed,
                duration=duration,
                name=name,
                source=self.source.url,
                session_id=self.session_id,
                clock=self._clock,
                preroll=self._preroll,
                start_at=start_at,
                past=past,
                **given,
            )
            recording.start()
            latest = self.recording
            kept = [r for r in self._recordings if r is latest or r.state not in RECORDING_ENDED]
            self._recordings = (*kept, recording)
            return recording

    # The life of the session, in its own thread.

    def _run(self) -> None:
        try:
            if self.state is SessionState.STALE:
                self._bring_back()
                self._watch()
            elif self._open():
                self._watch()
        except CamrecError as error:
            self._fail(error)
        except Exception:
            log.exception("session %s failed", self.session_id)
            self._fail(CameraError("internal"))
        finally:
            self._end_attempt()
            self._line.close()

    def _open(self) -> bool:
        """True when the camera delivers. It is called once, and again only where it refused or
        hung up: up to `TRIES` times.
        """
        began = self._clock.monotonic_ns()
        self.attempt, reroutes = 1, 0
        while True:
            self.seen = 0
            self._tell()
            left = FIRST_MEDIA_S - (self._clock.monotonic_ns() - began) / 1e9
            error = self._reach(max(left, SHORTEST_TRY), Probe(self._clock))
            if error is None:
                self.machine.move(SessionState.LIVE)
                return True
            if self._closing.is_set():
                return False
            log.warning("%s: try %d of %d: %s", self.source.url, self.attempt, TRIES, error)
            self._end_attempt()
            if reroutes < MOST_REROUTES and self._goes_elsewhere(error):
                reroutes += 1
                if not self._waited_in_vain:
                    began = self._clock.monotonic_ns()
                continue
            if isinstance(error, CameraError) and self._line.may_be_taken(error):
                if self._pause(BETWEEN_TRIES):
                    return False
                continue
            final = not isinstance(error, CameraError) or error.code in FINAL
            if final or self._waited_in_vain or self.attempt == TRIES:
                break
            if self._pause(BETWEEN_TRIES):
                return False
            self.attempt += 1
        self._fail(error)
        return False

    def _watch(self) -> None:
        """While it is open: see it go away, and bring it back."""
        while not self._closing.is_set():
            self._woken.clear()
            self._silence.learn()
            silence = self._silence.seconds()
            is_stale = silence >= self._silence.stale_after
            if (
                self._reading.ended
                or silence >= self._silence.longest
                or (is_stale and self._line.is_dropped(self._attempt_began))
                or self._line.is_cut(self._attempt_began, "silent" if is_stale else "live")
            ):
                self._come_back()
                continue
            if is_stale:
                self.machine.move(SessionState.STALE, only_from=SessionState.LIVE)
            else:
                self.machine.move(SessionState.LIVE, only_from=SessionState.STALE)
            stale = self.state is SessionState.STALE
            limit = self._silence.longest if stale else self._silence.stale_after
            self._woken.wait(max(limit - silence, 0.0))

    def _come_back(self) -> None:
        """The stream broke, or brings no picture: have it again."""
        reading = self._reading
        reason = self._line.reason(reading.error, self._attempt_began) or reading.error
        # The camera is not called anew for a reader that lost its proxy.
        kept = reading.ended and reason is None and self._line.is_kept
        self._end_attempt()
        self._silence.broke(was_silent=not reading.ended)
        silent = not reading.ended or getattr(reason, "code", "") == "camera_no_picture"
        silent = silent or getattr(reason, "reason", "") == "silent"
        self.feed.interrupt("camera_silent" if silent else "connection_broke")
        log.warning("%s: the stream broke: %s", self.source.url, reason or "no picture")
        self._bring_back(kept)

    def _bring_back(self, kept: bool = False) -> None:
        """Call the camera anew until it delivers.

        kept : its proxy is still connected to it; at first only a reader is missing.
        """
        pause, reroutes = 0.0, 0
        while not self._pause(pause):
            pause = PAUSES[min(self.retries, len(PAUSES) - 1)]
            self.retries += 1
            self._tell()
            error = self._reach(self._silence.on_return, Probe(self._clock, frames=1), kept)
            if error is None:
                self.retries, self.error = 0, None
                self._set_pace()
                self.machine.move(SessionState.LIVE, only_from=SessionState.STALE)
                return
            if self._closing.is_set():
                return
            kept = False
            self._end_attempt()
            self.feed.interrupt()
            self.error = error
            never = self.feed.newest is None  # one that an earlier camrec had
            if never and reroutes < MOST_REROUTES and self._goes_elsewhere(error):
                pause, reroutes = 0.0, reroutes + 1
            elif error.code in LOGIN_CODES:
                self._line.close()
                pause = PASSWORD_PAUSE

    def _goes_elsewhere(self, error: CamrecError) -> bool:
        return isinstance(error, CameraError) and self._line.reroute(error)

    def _reach(self, silence: float, probe: Probe, kept: bool = False) -> CamrecError | None:
        """Call the camera and read until a frame could be decoded; else the reason why not.

        silence : seconds without a byte of media after which it is given up.
        kept : it need not be called.
        """
        self._probe, self._waited_in_vain = probe, False
        try:
            self._line.prepare()
            began = self._clock.monotonic_ns()
            # Where it went well before it can do so again.
            went_well = self.feed.newest is not None
            wait = OpeningWait(
                began,
                silence,
                answer=self._line.answer_patience,
                has_key_frames=self.source.kind == "rtsp",
                key_frame=KEY_FRAME_S if went_well else self._line.key_frame_patience,
            )
            self._await(wait)
            if not kept:
                self._line.open()
            return self._read_until_decoded(probe, wait, began)
        except CamrecError as error:
            return error
        finally:
            self._probe = self.waiting_for = None

    def _read_until_decoded(
        self, probe: Probe, wait: OpeningWait, began: int
    ) -> CamrecError | None:
        asked = began
        received: int | None = None
        while True:
            if self._reading is None or self._reading.ended:
                self._begin_attempt()
            self._woken.wait(LOOK_EVERY_S if wait.is_in_doubt else POLL)
            self._woken.clear()
            if self._closing.is_set():
                return StateError("session_closed")
            if self._silence.seconds() >= self._silence.stale_after:
                self.machine.move(SessionState.STALE, only_from=SessionState.LIVE)
            probe.look()
            if probe.passed and not self._line.is_in_doubt(began):
                self.feed.unheard = self._reading.unheard
                return None
            now = self._clock.monotonic_ns()
            ended = self._reading.ended
            error = self._reading.error
            if (ended or not probe.seen) and (reason := self._line.reason(error, began)):
                return reason
            if not probe.seen and (wait.is_in_doubt or now - asked >= ASK_EVERY * 1e9):
                asked, received = now, self._line.received()
            wait.note(now, probe, received)
            self._await(wait)
            phase: Phase = "opening" if probe.seen else "silent"
            if wait.is_over(now) or self._line.is_cut(began, phase):
                self._waited_in_vain = True
                return self._line.explained(wait.error(self.source))
            if ended:
                self._end_attempt()
                self._pause(POLL)
                if reason := self._line.reason(error, began):  # its log may be read a moment later
                    return reason

    def _await(self, wait: OpeningWait) -> None:
        if wait.waiting_for != self.waiting_for:
            self.waiting_for = wait.waiting_for
            self._tell()

    def _pause(self, seconds: float) -> bool:
        """Wait; a live session becomes stale on the way when it is time. True: being closed."""
        if self.state is SessionState.LIVE:
            left = max(0.0, self._silence.stale_after - self._silence.seconds())
            if left < seconds:
                if self._closing.wait(left):
                    return True
                seconds -= left
                self.machine.move(SessionState.STALE)
        return self._closing.wait(seconds)

    def _begin_attempt(self) -> None:
        self._attempt_began = self._clock.monotonic_ns()
        self._reading = Attempt(
            self._line.reader(), self._deliver, self._woken, f"read-{self.session_id}"
        ).start()

    def _set_pace(self) -> None:
        """At once while somebody looks, or while it is asked whether the camera delivers."""
        with self._pacing:  # whoever comes last sees what is so
            reading = self._reading
            if reading is not None:
                at_once = self.feed.urgent or self.state is not SessionState.LIVE
                reading.rest(0 if at_once else REST)

    def _end_attempt(self) -> None:
        if self._reading is not None:
            self._reading.close()
            self._reading = None

    def _deliver(self, units: Sequence[Unit]) -> None:
        self.feed.publish(*units)
        if (reading := self._reading) is not None and reading.notices:
            self.feed.note(reading.notices)
        probe = self._probe
        if probe is None:
            if self.state is SessionState.STALE:
                self._woken.set()
            return
        for unit in units:
            probe.saw(unit)
        if self.state is SessionState.OPENING:
            self.seen = probe.seen
        self._tell()
        if probe.news:
            self._woken.set()

    def _tell(self) -> None:
        """Something to show has changed, though not the state."""
        self.machine.changed.emit(self.state, self.state)

    def _fail(self, error: CamrecError) -> None:
        self.error = error
        self.machine.move(SessionState.FAILED, only_from=SessionState.OPENING)

    def _told(self, old: SessionState, new: SessionState) -> None:
        if old is new:
            return
        self.since = self._clock.utc_ns()
        self._set_pace()
        level = (
            logging.WARNING if new in (SessionState.STALE, SessionState.FAILED) else logging.INFO
        )
        reason = f": {self.error}" if self.error is not None else ""
        log.log(level, "session %s (%s) %s%s", self.session_id, self.source.url, new.value, reason)
