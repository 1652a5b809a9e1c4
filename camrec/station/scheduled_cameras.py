"""Records a camera by its id, and opens it for a recording that is scheduled if it is closed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from camrec.annotations import NO_DETAILS, Details
from camrec.clock import NS_PER_SECOND, Clock
from camrec.errors import NotFoundError, StateError
from camrec.planning import OPEN_AHEAD_NS
from camrec.recording import ENDED_RECORDING_STATES, AnyRecording
from camrec.session import RECORD_LATER_STATES, Session
from camrec.station.cameras import StationCameras
from camrec.station.known_cameras import KnownCameras
from camrec.station.recordings import StationRecordings

log = logging.getLogger(__name__)

# Nothing reports that the clock was set, or that nobody watches a camera any more.
SCHEDULED_CHECK_INTERVAL_S = 5.0


class ScheduledCameras:
    """Starts recordings of cameras by their ids. All calls block and may come from any thread.

    A camera that is closed gets a session that is not listed, so that the recording has its place.
    A thread opens it shortly before the start, and closes it after the recording when nobody uses
    it. A later camrec opens it at its start, as for every recording that continues.
    """

    def __init__(
        self,
        clock: Clock,
        cameras: StationCameras,
        known_cameras: KnownCameras,
        recordings: StationRecordings,
    ) -> None:
        self._clock = clock
        self._cameras = cameras
        self._known_cameras = known_cameras
        self._recordings = recordings
        self._stopping = threading.Event()
        self._lock = threading.Lock()  # of `_threads`
        self._threads: tuple[threading.Thread, ...] = ()

    def start(
        self,
        camera_id: str,
        duration: int | None,
        name: str | None = None,
        start_at: int | None = None,
        details: Details = NO_DETAILS,
        video_length: int | None = None,
    ) -> AnyRecording:
        """Record a camera in its oldest session. If it has none, it is opened at `start_at`.

        The other parameters and errors are those of `StationRecordings.start`.

        Raises
        ------
        NotFoundError
            ``no_camera``.
        StateError
            ``session_not_live``: it is not open, and `start_at` is None.
        CameraError
            ``camera_wrong_password``: it requires a password that is not known any more.
        """

        def record(session_id: str) -> AnyRecording:
            return self._recordings.start(
                session_id, duration, name, start_at, details, video_length
            )

        sessions = self._known_cameras.open_sessions(camera_id)
        usable = [each for each in sessions if each.state in RECORD_LATER_STATES]
        if usable:
            return record(usable[0].session_id)
        camera = self._known_cameras.get(camera_id)
        if start_at is None:
            raise StateError("session_not_live")
        source = self._known_cameras.require_source(camera_id)
        session = self._cameras.prepare(camera, source)
        try:
            recording = record(session.session_id)
        except Exception:
            self._cameras.close(session.session_id)
            raise
        self._attend(session, recording.recording_id)
        return recording

    def stop(self) -> None:
        """Open no more cameras. Call it before the cameras are closed."""
        self._stopping.set()

    def wait(self) -> None:
        """Wait until nothing is done any more. Call it when no recording runs."""
        with self._lock:
            threads = self._threads
        for thread in threads:
            thread.join()

    def _attend(self, session: Session, recording_id: str) -> None:
        def run() -> None:
            try:
                self._open_in_time(session, recording_id)
                self._close_when_unused(session)
            except Exception:
                log.exception("the camera %s of a scheduled recording", session.source.url)

        thread = threading.Thread(target=run, name="scheduled camera", daemon=True)
        with self._lock:
            self._threads = (*(each for each in self._threads if each.is_alive()), thread)
            thread.start()

    def _open_in_time(self, session: Session, recording_id: str) -> None:
        """Return when the recording is over, or was cancelled."""
        is_full = False
        while not self._stopping.is_set() and (recording := self._find(recording_id)) is not None:
            ahead = recording.started_at - OPEN_AHEAD_NS - self._clock.utc_ns()
            if ahead <= 0 and self._cameras.is_prepared(session.session_id):
                try:
                    self._cameras.open_prepared(session.session_id)
                except StateError as error:
                    if not is_full:  # it is tried again every few seconds
                        log.warning("recording %s: %s", recording_id, error)
                    is_full = True
            seconds = SCHEDULED_CHECK_INTERVAL_S
            recording.wait(min(seconds, ahead / NS_PER_SECOND) if ahead > 0 else seconds)

    def _find(self, recording_id: str) -> AnyRecording | None:
        """The recording, unless it is over. It is another object once it is a series."""
        try:
            recording = self._recordings.get(recording_id)
        except NotFoundError:
            return None
        return None if recording.state in ENDED_RECORDING_STATES else recording

    def _close_when_unused(self, session: Session) -> None:
        def is_used() -> bool:
            is_listed = session in self._cameras.sessions()
            is_needed = session.camera_id in self._known_cameras.staying_ids()
            return is_listed and (is_needed or _is_used(session, self._recordings.scheduled))

        while not self._stopping.is_set() and is_used():
            self._stopping.wait(SCHEDULED_CHECK_INTERVAL_S)
        if not self._stopping.is_set():
            try:
                self._cameras.close(session.session_id)
            except NotFoundError:
                return  # somebody closed it


def _is_used(session: Session, scheduled: Callable[[str], list[AnyRecording]]) -> bool:
    """Whether somebody watches a session, or records it now or later."""
    is_watched = session.viewers > 0
    return is_watched or session.is_recording or bool(scheduled(session.session_id))
