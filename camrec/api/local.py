"""The backend that uses a station in this process."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping, Sequence
from datetime import date

from camrec import schema
from camrec.annotations import Details, Event, EventFields
from camrec.api.backend import VideoHandle
from camrec.camera_address import parse_address
from camrec.camera_clock import ClockChoice
from camrec.config import Config
from camrec.errors import StateError
from camrec.i18n import system_language
from camrec.library import PlacedEvent, VideoFile, read_events
from camrec.planning import PlanEntry
from camrec.recording import AnyRecording
from camrec.replies import (
    describe_calendar,
    describe_delay,
    describe_plan,
    describe_recording,
    describe_session,
)
from camrec.session import OPEN_SESSION_STATES, Session, SessionState
from camrec.station import Station
from camrec.web import LocalServer

EVENT_SOURCE = "python"
FIRST_FRAME_TIMEOUT_S = 15.0  # of a camera that was opened at the start of camrec


class LocalBackend:
    """A station of this process on free ports, and a server for what a browser shows.

    Implements `backend.Backend`. Other users of this machine cannot use the server: if the settings
    have no token, the backend makes a random one.

    Parameters
    ----------
    lock
        Held while a camera is opened, so that an address is opened only once.
    """

    def __init__(self, lock: threading.RLock) -> None:
        config = Config.load(mediamtx_port=0, go2rtc_port=0)
        config.token = config.token or secrets.token_urlsafe()
        self.language: str = config.language or system_language()
        self.station = Station(config).start()
        self._server = LocalServer(self.station, load_page_file)
        self._lock = lock

    def stop(self) -> None:
        """Save the running recordings, and end the station and the server."""
        self._server.stop()
        self.station.stop()

    @property
    def page_url(self) -> str:
        return self._server.url

    @property
    def record_url(self) -> str:
        return self._server.record_url

    def open(
        self,
        url: str,
        name: str | None,
        clock: ClockChoice | None = None,
        stays: bool | None = None,
    ) -> LocalCamera:
        source = parse_address(url)
        known = self.station.known_cameras
        with self._lock:
            camera = known.find(source)
            if camera is not None:
                sessions = known.open_sessions(camera.camera_id)
                if sessions:
                    if stays is not None:
                        known.update(camera.camera_id, None, None, stays=stays)
                    _await_first_frame(sessions[0])
                    return LocalCamera(self, sessions[0])
            return LocalCamera(self, self.station.cameras.open(url, name, clock, stays))

    def cameras(self) -> list[LocalCamera]:
        return [LocalCamera(self, session) for session in self._open_sessions()]

    def schedule(
        self,
        camera_id: str,
        duration: int | None,
        name: str | None,
        details: Details,
        video_length: int | None,
        start_at: int | None,
    ) -> LocalRecording:
        job = self.station.scheduled_cameras.start(
            camera_id, duration, name, start_at, details, video_length
        )
        return LocalRecording(self, job)

    def record_together(
        self,
        session_ids: Sequence[str],
        duration: int | None,
        name: str | None,
        details: Details,
        video_length: int | None,
        start_at: int | None,
    ) -> list[LocalRecording]:
        jobs = self.station.recordings.start_together(
            session_ids, duration, name, start_at, details, video_length
        )
        return [LocalRecording(self, job) for job in jobs]

    def mark(
        self, fields: EventFields, at: int | None, recording_ids: Sequence[str] | None
    ) -> list[Event]:
        marked = self.station.events.mark(
            fields, source=EVENT_SOURCE, recording_ids=recording_ids, at=at
        )
        return [event for _, event in marked]

    def mark_video(self, video: VideoHandle, fields: EventFields, at: int) -> Event:
        if video.path.parent != self.station.library.folder:
            raise StateError("video_elsewhere", filename=video.filename)
        _, placed = self.station.events.mark_video(
            video.filename, fields, source=EVENT_SOURCE, at=at
        )
        return placed.event

    def events(self, video: VideoHandle) -> list[PlacedEvent]:
        return read_events(video.path)

    def plans(self) -> list[schema.PlanReply]:
        return [self._describe_plan(each) for each in self.station.plans.all()]

    def plan(self, plan_id: str) -> schema.PlanReply:
        return self._describe_plan(self.station.plans.get(plan_id))

    def add_plan(self, values: Mapping[str, object]) -> schema.PlanReply:
        return self._describe_plan(self.station.plans.add(values))

    def change_plan(self, plan_id: str, changes: Mapping[str, object]) -> schema.PlanReply:
        return self._describe_plan(self.station.plans.change(plan_id, changes))

    def delete_plan(self, plan_id: str) -> None:
        self.station.plans.remove(plan_id)

    def calendar(self, from_day: date, to_day: date) -> schema.CalendarReply:
        plans = self.station.plans
        found = plans.calendar(from_day, to_day)
        return describe_calendar(found, plans.clock, self.station.config.timezone, self.language)

    def _describe_plan(self, entry: PlanEntry) -> schema.PlanReply:
        return describe_plan(entry, self.station.plans.next_start(entry))

    def playback_url(self, video: VideoHandle) -> tuple[str, bool]:
        if video.path.parent == self.station.library.folder:
            return self._server.url, True
        return self._server.external_video_url(video.path), False

    def _open_sessions(self) -> list[Session]:
        sessions = self.station.cameras.sessions()
        return [session for session in sessions if session.state in OPEN_SESSION_STATES]


class LocalCamera:
    """A session of this process. Implements `backend.CameraHandle`."""

    def __init__(self, backend: LocalBackend, session: Session) -> None:
        self._backend = backend
        self._session = session

    @property
    def session_id(self) -> str:
        return self._session.session_id

    @property
    def camera_id(self) -> str:
        return self._session.camera_id

    @property
    def name(self) -> str:
        return self._session.name

    def info(self) -> schema.SessionReply:
        return describe_session(self._session, self._backend.language)

    def delay(self) -> schema.DelayReply | None:
        return describe_delay(self._backend.station.known_cameras.delay(self.camera_id))

    def snapshot(self) -> tuple[int, bytes]:
        frame = self._session.live_views.snapshot()
        return frame.captured, frame.jpeg

    def record(
        self,
        duration: int | None,
        name: str | None,
        details: Details,
        video_length: int | None = None,
        start_at: int | None = None,
    ) -> LocalRecording:
        job = self._backend.station.recordings.start(
            self.session_id, duration, name, start_at, details, video_length
        )
        return LocalRecording(self._backend, job)

    def latest_recording(self) -> LocalRecording | None:
        job = self._session.recording
        return None if job is None else LocalRecording(self._backend, job)

    def recordings(self) -> list[LocalRecording]:
        jobs = self._backend.station.recordings.listed()
        return [
            LocalRecording(self._backend, job) for job in jobs if job.session_id == self.session_id
        ]

    def close(self) -> None:
        if self._session.state is not SessionState.CLOSED:
            self._backend.station.cameras.close(self.session_id)


class LocalRecording:
    """A recording of this process. Implements `backend.RecordingHandle`."""

    def __init__(self, backend: LocalBackend, job: AnyRecording) -> None:
        self._backend = backend
        self._job = job

    @property
    def recording_id(self) -> str:
        return self._job.recording_id

    def info(self) -> schema.RecordingReply:
        return describe_recording(self._job, self._backend.language)

    def wait(self, timeout: float | None) -> bool:
        ended = self._job.wait(timeout)
        if ended and self._job.error is not None:
            raise self._job.error
        return ended

    def stop(self) -> None:
        self._job.stop()

    def change_end(self, ends_at: int | None) -> None:
        recordings = self._backend.station.recordings
        self._job = recordings.change_end(self.recording_id, ends_at)

    def videos(self) -> list[VideoFile]:
        library = self._backend.station.library
        return [library.get(filename) for filename in self._job.filenames]


def _await_first_frame(session: Session) -> None:
    """Wait for a camera that camrec has opened by itself at its start, but not long."""
    if session.feed.newest is None:
        session.machine.wait(lambda state: state is not SessionState.STALE, FIRST_FRAME_TIMEOUT_S)


def load_page_file(name: str) -> str | None:
    """Return the file that a notebook's page loads by this name; None if there is no such file.

    Panel takes seconds to import, so it is imported when the first view needs it.
    """
    from camrec.dashboard import read_page_file

    return read_page_file(name)
