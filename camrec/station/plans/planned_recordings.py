"""Starts, moves and cancels the recordings of plans."""

from __future__ import annotations

from camrec.clock import NS_PER_SECOND, Clock
from camrec.config import Config
from camrec.errors import StateError
from camrec.library import VideoLibrary
from camrec.planning import RecordingPlan, StartPlannedRecording
from camrec.recording import AnyRecording, RecordingOptions, first_of_series, follow_recording
from camrec.recording_limits import DEFAULT_VIDEO_LENGTH_S, MAX_DURATION_S
from camrec.session import RECORD_LATER_STATES, RECORD_NOW_STATES, Session
from camrec.station.cameras import StationCameras
from camrec.station.recordings import StationRecordings

MIN_END_LEAD_NS = NS_PER_SECOND // 5


class PlannedRecordings:
    """Carries out what plans order about recordings. All calls block, for as long as the disk."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        cameras: StationCameras,
        recordings: StationRecordings,
        library: VideoLibrary,
    ) -> None:
        self._config = config
        self._clock = clock
        self._cameras = cameras
        self._recordings = recordings
        self._library = library

    def start(
        self, order: StartPlannedRecording, plan: RecordingPlan, not_before: int
    ) -> AnyRecording:
        """Start a recording, or schedule it. Return once the journal has it.

        The disk may be too small for all of it: what fits is recorded.

        Parameters
        ----------
        not_before
            If the recording that it follows ends earlier, it begins at this time, UTC nanoseconds.

        Raises
        ------
        StateError
            ``already_recording``: also if this order was carried out before. ``session_not_live``,
            ``session_closed``.
        ServiceError (``binary_missing``, ``folder_unwritable``, ``keyring_unusable``)
        """
        if order.recording_id in {each.recording_id for each in self._recordings.all()}:
            raise StateError("already_recording")
        followed = self._find(order.follows)
        now = self._clock.utc_ns()
        begins_at = order.begins_at
        if begins_at is None and followed is not None:
            begins_at = followed.ended_at
        session = self._session(order, followed, is_now=begins_at is None)
        services = self._recordings.tools.services(session.source)
        if begins_at is None:
            services.disk.make_room()
        recording = session.record(
            self._options(order, plan, session, begins_at, now),
            services,
            None if followed is None else follow_recording(followed, not_before),
        )
        return self._recordings.register(recording)

    def move_end(self, recording_id: str, ends_at: int | None) -> None:
        """Let a recording end at another time. Raises as `StationRecordings.change_end`.

        The disk may be too small for all of it. An end that is over by now, because the disk was
        slow, is one in a moment.
        """
        if ends_at is not None:
            ends_at = max(ends_at, self._clock.utc_ns() + MIN_END_LEAD_NS)
        self._recordings.change_end(recording_id, ends_at, must_fit=False)

    def cancel(self, recording_id: str) -> None:
        """Cancel a scheduled recording."""
        recording = self._find(recording_id)
        if recording is not None:
            recording.stop()

    def end(self, recording_id: str) -> None:
        """End a recording whose time is over."""
        recording = self._find(recording_id)
        if recording is not None:
            recording.stop("time")

    def _find(self, recording_id: str | None) -> AnyRecording | None:
        found = (each for each in self._recordings.all() if each.recording_id == recording_id)
        return next(found, None)

    def _session(
        self, order: StartPlannedRecording, followed: AnyRecording | None, *, is_now: bool
    ) -> Session:
        """The oldest session of the camera; that of the recording that is followed, if any."""
        states = RECORD_NOW_STATES if is_now else RECORD_LATER_STATES
        sessions = [
            each
            for each in self._cameras.sessions()
            if each.camera_id == order.camera_id and each.state in states
        ]
        same = [each for each in sessions if followed and each.session_id == followed.session_id]
        try:
            return (same or sessions)[0]
        except IndexError:
            raise StateError("session_not_live") from None

    def _options(
        self,
        order: StartPlannedRecording,
        plan: RecordingPlan,
        session: Session,
        begins_at: int | None,
        now: int,
    ) -> RecordingOptions:
        starts_at = begins_at or now
        ends_at = order.ends_at
        duration = None if ends_at is None else (ends_at - starts_at) / NS_PER_SECOND
        length: float | None = plan.video_length
        if length is None and (duration is None or duration > MAX_DURATION_S):
            length = DEFAULT_VIDEO_LENGTH_S
        series = None
        if length is not None:
            series = first_of_series(order.recording_id, starts_at, ends_at, length)
        return RecordingOptions(
            recording_id=order.recording_id,
            name=plan.name or session.name,
            session_id=session.session_id,
            camera=session.name,
            camera_id=session.camera_id,
            source=session.source.url,
            duration=duration,
            folder=self._library.segments_folder(order.recording_id),
            preroll=0.0 if order.follows is not None else self._config.preroll,
            start_at=begins_at,
            details=plan.details,
            series=series,
            plan_id=order.plan_id,
            ends_at=ends_at,
        )
