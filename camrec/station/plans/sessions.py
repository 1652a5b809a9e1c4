"""The cameras that are open for plans: opens and closes them, and knows why that failed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping

from camrec.camera_address import CameraAddress
from camrec.camera_errors import LOGIN_ERROR_CODES
from camrec.clock import NS_PER_SECOND, Clock
from camrec.errors import CamrecError, NotFoundError
from camrec.session import OPEN_SESSION_STATES, Session, SessionState
from camrec.station.built_in_cameras import BUILT_IN_CAMERA_IDS
from camrec.station.cameras import StationCameras
from camrec.station.known_cameras import KnownCameras

log = logging.getLogger(__name__)

# A page that is loaded again watches a camera again after a moment.
WATCHED_FOR_NS = 30 * NS_PER_SECOND


class PlanSessions:
    """Opens a camera for plans and closes it. For any thread; `open` and `close` do not block.

    Parameters
    ----------
    open_demo
        Starts to open the built-in camera with an id.
    notify
        Called when a camera was opened or closed, or could not be.
    """

    def __init__(
        self,
        clock: Clock,
        cameras: StationCameras,
        known_cameras: KnownCameras,
        open_demo: Callable[[str], Session],
        notify: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._cameras = cameras
        self._known_cameras = known_cameras
        self._open_demo = open_demo
        self._notify = notify
        self._lock = threading.Lock()  # of the fields below
        self._session_ids: dict[str, str] = {}  # by camera
        self._watched_at: dict[str, int] = {}  # by camera, monotonic nanoseconds
        self._failures: dict[str, str] = {}  # by camera
        self._failed_sources: dict[str, CameraAddress | None] = {}  # with what each failed
        self._busy: dict[str, threading.Thread] = {}  # cameras that are being opened or closed

    @property
    def failures(self) -> Mapping[str, str]:
        """The code of the error with which the last attempt with a camera ended."""
        with self._lock:
            return dict(self._failures)

    @property
    def busy(self) -> frozenset[str]:
        """The cameras that are being opened or closed at this moment."""
        with self._lock:
            return frozenset(self._busy)

    def is_own(self, session: Session) -> bool:
        """Whether a session was opened for plans."""
        with self._lock:
            return self._session_ids.get(session.camera_id) == session.session_id

    def is_watched(self, session: Session) -> bool:
        """Whether somebody watches it, or did a moment ago."""
        now = self._clock.monotonic_ns()
        with self._lock:
            if session.viewers:
                self._watched_at[session.camera_id] = now
            watched_at = self._watched_at.get(session.camera_id)
            return watched_at is not None and now - watched_at < WATCHED_FOR_NS

    def adopt(self, session: Session) -> None:
        """A session of an earlier camrec that was opened for plans."""
        with self._lock:
            self._session_ids[session.camera_id] = session.session_id

    def fail(self, camera_id: str, error: CamrecError, session: Session | None = None) -> None:
        """Note that a camera could not be opened or recorded.

        session : its session that failed, if there is one.
        """
        source = self._source(camera_id) if session is None else session.source
        with self._lock:
            if camera_id not in BUILT_IN_CAMERA_IDS:
                self._failed_sources[camera_id] = source
            is_new = self._failures.get(camera_id) != error.code
            self._failures[camera_id] = error.code
        if is_new:  # it is tried again every few seconds
            log.warning("the camera %s cannot be recorded for a plan: %s", camera_id, error)

    def note_success(self, camera_id: str) -> None:
        """Note that a camera is being recorded."""
        with self._lock:
            self._failures.pop(camera_id, None)
            self._failed_sources.pop(camera_id, None)

    def open(self, camera_id: str) -> None:
        """Start to open a camera."""
        self._start(camera_id, self._open)

    def close(self, camera_id: str) -> None:
        """Close the session that was opened for plans, if it is still there."""
        self._start(camera_id, self._close)

    def review(self) -> None:
        """Note which of the sessions that were opened for plans do not get their camera.

        A session goes on trying. One that has failed is listed until its camera is opened again.
        Both are closed at once if the camera has got another password or address. A session that
        was closed by somebody else is forgotten.
        """
        sessions = {each.session_id: each for each in self._cameras.sessions()}
        with self._lock:
            own = dict(self._session_ids)
        for camera_id, session_id in own.items():
            session = sessions.get(session_id)
            if session is None:
                self._forget(camera_id, session_id)
            elif _is_in_vain(session):
                self._review_failure(session)
        self._forget_corrected()

    def _review_failure(self, session: Session) -> None:
        camera_id, error = session.camera_id, session.error
        is_built_in = camera_id in BUILT_IN_CAMERA_IDS
        if not is_built_in and self._source(camera_id) != session.source:
            self.close(camera_id)
            return
        if error is not None:
            self.fail(camera_id, error, session)
            if session.state is SessionState.STALE and error.code in LOGIN_ERROR_CODES:
                self.close(camera_id)  # the plan waits longer before it tries this again

    def _forget_corrected(self) -> None:
        """Forget failures of cameras that got another password or address since."""
        with self._lock:
            failed = dict(self._failed_sources)
        for camera_id, source in failed.items():
            if self._source(camera_id) != source:
                with self._lock:
                    self._failures.pop(camera_id, None)
                    self._failed_sources.pop(camera_id, None)

    def wait(self) -> None:
        """Wait until what was begun is done."""
        with self._lock:
            threads = list(self._busy.values())
        for thread in threads:
            thread.join()

    def _source(self, camera_id: str) -> CameraAddress | None:
        """With what a camera is opened; None: not known, or it is part of camrec."""
        try:
            return self._known_cameras.source(camera_id)
        except NotFoundError:
            return None

    def _start(self, camera_id: str, work: Callable[[str], None]) -> None:
        def run() -> None:
            try:
                work(camera_id)
            except CamrecError as error:
                self.fail(camera_id, error)
            except Exception:
                log.exception("the camera %s of a plan", camera_id)
            finally:
                with self._lock:
                    self._busy.pop(camera_id, None)
                self._notify()

        with self._lock:
            if camera_id in self._busy:
                return
            thread = threading.Thread(target=run, name="plan camera", daemon=True)
            self._busy[camera_id] = thread
        thread.start()

    def _open(self, camera_id: str) -> None:
        if any(
            each.camera_id == camera_id and each.state in OPEN_SESSION_STATES
            for each in self._cameras.sessions()
        ):
            return
        self._close_failed(camera_id)
        if camera_id in BUILT_IN_CAMERA_IDS:
            session = self._open_demo(camera_id)
        else:
            failed_before = camera_id in self.failures
            session = self._known_cameras.reopen(
                camera_id, keeps_trying=True, failed_before=failed_before
            )
        with self._lock:
            self._session_ids[camera_id] = session.session_id
        log.debug("the camera %s is opened for a plan", session.source.url)

    def _close_failed(self, camera_id: str) -> None:
        """Close the session that was opened for plans and has failed, if there is one."""
        for session in self._cameras.sessions():
            is_of_camera = session.camera_id == camera_id and self.is_own(session)
            if is_of_camera and session.state is SessionState.FAILED:
                self._cameras.close(session.session_id)
                self._forget(camera_id, session.session_id)

    def _close(self, camera_id: str) -> None:
        with self._lock:
            session_id = self._session_ids.get(camera_id)
        if session_id is None or self._is_used(session_id):
            return
        self._cameras.close(session_id)
        self._forget(camera_id, session_id)

    def _is_used(self, session_id: str) -> bool:
        """Whether somebody began to record or to watch it since its end was decided."""
        return any(
            each.session_id == session_id and (each.is_recording or each.viewers > 0)
            for each in self._cameras.sessions()
        )

    def _forget(self, camera_id: str, session_id: str) -> None:
        with self._lock:
            if self._session_ids.get(camera_id) == session_id:
                del self._session_ids[camera_id]
                self._watched_at.pop(camera_id, None)


def _is_in_vain(session: Session) -> bool:
    """Whether a session has not got its camera so far, although it was tried."""
    return session.state is SessionState.FAILED or session.tries_in_vain
