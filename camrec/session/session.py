"""One camera, from its opening to its end."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable

from camrec.callbacks import Callbacks
from camrec.camera_address import CameraAddress, CameraKind
from camrec.camera_clock import ClockChoice, ClockVerdict
from camrec.clock import Clock
from camrec.errors import CamrecError, ServiceError
from camrec.feed import Feed, MediaFeed
from camrec.live import LiveViews
from camrec.receipt import EndReason
from camrec.recording import (
    FOLLOW_HISTORY_S,
    AnyRecording,
    FollowedRecording,
    RecordingOptions,
    RecordingServices,
)
from camrec.session.camera_turns import CameraTurns
from camrec.session.connection_progress import ConnectionProgress
from camrec.session.opening_wait import WaitingFor
from camrec.session.session_recordings import SessionRecordings
from camrec.session.session_state import SESSION_TRANSITIONS, SessionState
from camrec.session.session_thread import SessionThread
from camrec.session.upstream import Upstream
from camrec.state_machine import StateMachine

log = logging.getLogger(__name__)


class Session:
    """One opened camera: its state, its feed, its live view and its recordings.

    A thread opens the camera, watches it and reconnects to it (`SessionThread`).

    session_id : 16 hexadecimal digits.
    clock_choice : where the UTC of its frames comes from, if possible.
    given_clock : the choice that its camera gets once it delivers; None: the camera keeps its own.
    stays : whether its camera is opened again at each start once it has delivered; None: as before.
    storing_error : why its camera could not be stored when it delivered; None: nothing went wrong.
    machine : the state, see `SessionState`.
    changed : emitted after each change of the state or of the progress.
    since : when the state last changed, UTC nanoseconds.
    live_views : live frames for viewers.

    Parameters
    ----------
    source
        The camera.
    name
        What the user calls it.
    create_upstream
        Makes the upstream of a camera, which serves it under the given path and takes the UTC of
        its frames from where the third argument says.
    preroll
        Seconds of frames that are kept, so that a recording can begin in the past.
    session_id
        Its id, if an earlier camrec had this camera open. The session begins STALE, and tries to
        connect until it is closed.
    camera_id
        The id of the camera, which outlives the session; empty: the session is for a report, and
        its camera is not one of those that camrec knows.
    clock_choice
        Where the UTC of the camera's frames comes from.
    stays
        See the attribute.
    turns
        The recordings of all sessions of the camera; None: it has no other session.
    """

    def __init__(
        self,
        source: CameraAddress,
        name: str,
        create_upstream: Callable[[CameraAddress, str, ClockChoice], Upstream],
        clock: Clock,
        preroll: float = 0.0,
        session_id: str | None = None,
        camera_id: str = "",
        clock_choice: ClockChoice = "arrival",
        stays: bool | None = None,
        turns: CameraTurns | None = None,
    ) -> None:
        self.session_id = session_id or secrets.token_hex(8)
        self.camera_id = camera_id
        self.source = source
        self.clock_choice = clock_choice
        self.given_clock: ClockChoice | None = None
        self.stays = stays
        self.storing_error: ServiceError | None = None
        self.name = name
        first = SessionState.STALE if session_id else SessionState.OPENING
        self.machine: StateMachine[SessionState] = StateMachine(first, SESSION_TRANSITIONS)
        self.machine.changed.connect(self._on_state_change)
        self.changed: Callbacks[[]] = Callbacks()
        self.since = clock.utc_ns()
        self._clock = clock
        self._feed = Feed(clock, preroll)
        self.live_views = LiveViews(self._feed, clock)
        self._recordings = SessionRecordings(self._feed, self.machine, turns or CameraTurns())
        self._progress = ConnectionProgress(notify=self.changed.emit)
        self._upstream = create_upstream(source, self.session_id, clock_choice)
        self._closing = threading.Event()
        self._thread = SessionThread(
            source,
            self.session_id,
            self._upstream,
            self._feed,
            self.machine,
            self._progress,
            clock,
            self._closing,
        )

    @property
    def kind(self) -> CameraKind:
        """ "rtsp" or "mjpeg"."""
        return self.source.kind

    @property
    def state(self) -> SessionState:
        """The state of `machine`."""
        return self.machine.state

    @property
    def feed(self) -> MediaFeed:
        """The camera's frames and audio packets."""
        return self._feed

    @property
    def clock_verdict(self) -> ClockVerdict | None:
        """What is known about the camera's clock; None if it is not used, or before a frame."""
        newest = self._feed.newest
        return None if newest is None or newest.clock is None else newest.clock.verdict()

    @property
    def local_url(self) -> str:
        """The RTSP address of the stream for other programs on this machine."""
        return self._upstream.local_url

    @property
    def attempt(self) -> int:
        """As `ConnectionProgress.attempt`."""
        return self._progress.attempt

    @property
    def retries(self) -> int:
        """As `ConnectionProgress.retries`."""
        return self._progress.retries

    @property
    def frames_seen(self) -> int:
        """As `ConnectionProgress.frames_seen`."""
        return self._progress.frames_seen

    @property
    def waiting_for(self) -> WaitingFor | None:
        """As `ConnectionProgress.waiting_for`."""
        return self._progress.waiting_for

    @property
    def error(self) -> CamrecError | None:
        """Why the session FAILED, or why it is STALE, if that is known."""
        return self._progress.error

    @property
    def recording(self) -> AnyRecording | None:
        """The newest recording that has begun, or None."""
        return self._recordings.latest

    @property
    def is_recording(self) -> bool:
        """Whether a recording is being written, or waits for frames."""
        return self._recordings.is_recording

    @property
    def viewers(self) -> int:
        """How many viewers watch the live view."""
        return self.live_views.viewers

    def rename(self, name: str) -> None:
        """Call the camera something else. Recordings that exist keep its old name."""
        self.name = name
        self.changed.emit()

    def start(self) -> None:
        """Begin to open the camera; `machine` shows the result."""
        self._thread.start()

    @property
    def keeps_trying(self) -> bool:
        """Whether `keep_trying` was called."""
        return self._thread.keeps_trying

    def keep_trying(self) -> None:
        """If it cannot be opened, become STALE and try again until it is closed. Call it first.

        If the camera rejects the password it still fails: cameras lock an account.
        """
        self._thread.keeps_trying = True

    @property
    def tries_in_vain(self) -> bool:
        """Whether `keep_trying` has not reached the camera yet, and nothing is recorded."""
        is_trying = self.keeps_trying and self.state is SessionState.STALE
        return is_trying and self._feed.newest is None and not self.is_recording

    @property
    def has_open_recording(self) -> bool:
        """Whether one of its recordings is scheduled, is running or is being finalized."""
        return not self._recordings.is_saved

    def expect_failure(self) -> None:
        """Log as information that it cannot be opened: it could not be a moment ago. Call it first.

        Once it was opened, its loss is a warning again.
        """
        self._thread.failure_level = logging.INFO

    def fail(self, error: CamrecError) -> None:
        """Become FAILED in place of `start`."""
        self._thread.fail(error)

    def record(
        self,
        options: RecordingOptions,
        services: RecordingServices,
        followed: FollowedRecording | None = None,
    ) -> AnyRecording:
        """Record the camera, now or from `options.start_at` on, or when `followed` ends.

        A recording that starts later, or that an earlier camrec began, is also accepted while the
        camera is stale or another recording runs.

        Raises
        ------
        StateError
            ``already_recording``, ``plan_records``, ``session_not_live``, ``session_closed``.
        ServiceError
            ``folder_unwritable``, ``keyring_unusable``.
        """
        self._feed.keep_history(FOLLOW_HISTORY_S)
        return self._recordings.start(options, services, followed)

    def replace_recording(self, old: AnyRecording, new: AnyRecording) -> None:
        """As `SessionRecordings.replace`."""
        self._recordings.replace(old, new)

    def close(self, reason: EndReason = "closed") -> None:
        """Save the recordings, then close the session. Calling this again does nothing.

        Parameters
        ----------
        reason
            Why the recordings end, for their receipts.
        """
        self._closing.set()
        self._recordings.close(reason)
        self._thread.stop()
        self.live_views.close()
        self._feed.close()
        self.machine.transition(SessionState.CLOSED)

    def _on_state_change(self, old: SessionState, new: SessionState) -> None:
        self.since = self._clock.utc_ns()
        levels = {
            SessionState.STALE: logging.WARNING,
            SessionState.FAILED: self._thread.failure_level,
        }
        log.log(
            levels.get(new, logging.INFO),
            "session %s (%s) %s%s",
            self.session_id,
            self.source.url,
            new.value,
            f": {self.error}" if self.error is not None else "",
        )
        self.changed.emit()
