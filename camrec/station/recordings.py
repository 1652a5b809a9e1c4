"""Starts recordings, of one camera or of several at once, and stops them."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable, Sequence

from camrec.annotations import NO_DETAILS, Details
from camrec.callbacks import Callbacks
from camrec.camera_address import CameraAddress, validate_name
from camrec.clock import NS_PER_DAY, NS_PER_SECOND, Clock
from camrec.config import Config
from camrec.errors import CamrecError, InputError, ServiceError, StateError
from camrec.i18n import Phrase
from camrec.journal import CameraJournal, Journal
from camrec.library import DiskEstimate, StreamRate, VideoLibrary
from camrec.receipt import CalibratedDelay
from camrec.recording import (
    ENDED_RECORDING_STATES,
    RUNNING_RECORDING_STATES,
    AnyRecording,
    EncodingPolicy,
    RecordingJob,
    RecordingOptions,
    RecordingSeries,
    RecordingServices,
    RecordingState,
    first_of_series,
)
from camrec.recording_limits import (
    DEFAULT_VIDEO_LENGTH_S,
    MAX_DURATION_S,
    MAX_START_AHEAD_DAYS,
)
from camrec.session import Session, SessionState
from camrec.station.cameras import StationCameras
from camrec.station.changes import RecordingChanged, StationChange
from camrec.station.known_cameras import KnownCameras
from camrec.station.programs import StationPrograms
from camrec.station.recording_disk import RecordingDisk
from camrec.station.recording_registry import RecordingRegistry
from camrec.station.video_length import VideoLength

# Recordings that start together are first stored in the journal with a provisional start, this far
# ahead, because the disk may be slow. Then all of them get their real start, which is soon.
JOINT_PROMISE_TIMEOUT_NS = 60 * NS_PER_SECOND
JOINT_START_LEAD_NS = NS_PER_SECOND // 5
CHANGEABLE_RECORDING_STATES = (
    RecordingState.SCHEDULED,
    RecordingState.WRITING,
    RecordingState.WAITING,
)


class StationRecordings:
    """Starts, stops and looks up recordings. All calls block and may come from any thread.

    disk : what they write to.
    """

    def __init__(
        self,
        config: Config,
        clock: Clock,
        cameras: StationCameras,
        known_cameras: KnownCameras,
        library: VideoLibrary,
        journal: Journal,
        programs: StationPrograms,
        changed: Callbacks[[StationChange]],
    ) -> None:
        self._config = config
        self._clock = clock
        self._cameras = cameras
        self._known_cameras = known_cameras
        self._library = library
        self._journal = journal
        self._programs = programs
        self._changed = changed
        self.disk = RecordingDisk(config, clock, library, self._recorded_streams)
        self._registry = RecordingRegistry()
        self._change_lock = threading.Lock()  # held while the end of a recording is changed

    # Start.

    def start(
        self,
        session_id: str,
        duration: int | None,
        name: str | None = None,
        start_at: int | None = None,
        details: Details = NO_DETAILS,
        video_length: int | None = None,
    ) -> AnyRecording:
        """Record a camera for `duration` whole seconds, now or from `start_at` on.

        Parameters
        ----------
        duration
            None: until it is stopped, in several videos.
        video_length
            Seconds of each video, up to the next key frame; None: `DEFAULT_VIDEO_LENGTH_S` if
            `duration` is None, otherwise the recording is one video.
        name
            The name of the video; None: the camera's name.
        start_at
            UTC nanoseconds, at most `MAX_START_AHEAD_DAYS` days ahead. A scheduled recording
            survives a restart of camrec, and is cancelled when the session is closed.
        details
            What the receipt shall say besides.

        Raises
        ------
        InputError (``bad_duration``, ``bad_video_length``, ``bad_start``, ``bad_name``),
        NotFoundError, StateError, ServiceError, DiskError
        """
        length = VideoLength.of(duration, video_length)
        self._check_start(start_at)
        return self._start(secrets.token_hex(8), session_id, length, name, start_at, details)

    def start_together(
        self,
        session_ids: Sequence[str],
        duration: int | None,
        name: str | None = None,
        start_at: int | None = None,
        details: Details = NO_DETAILS,
        video_length: int | None = None,
    ) -> list[AnyRecording]:
        """Record several cameras from the same time on: all of them, or none.

        If one of them cannot be recorded, the others leave no trace. The parameters are those of
        `start`. With `start_at` each of them is scheduled as by `start`, and is then on its own.

        Raises
        ------
        InputError (``bad_duration``, ``bad_start``, ``bad_name``), NotFoundError, DiskError
        ServiceError
            ``folder_unwritable``, also if the disk took longer than until `start_at`, or than
            `JOINT_PROMISE_TIMEOUT_NS`.
        StateError
            ``session_not_live``, ``already_recording``, ``session_closed``.
        """
        self._check_recordable(session_ids, is_now=start_at is None)
        length = VideoLength.of(duration, video_length)
        self._check_start(start_at)
        # The disk may take long to store each of them, so the start is chosen when all are stored.
        stored_start = start_at or self._clock.utc_ns() + JOINT_PROMISE_TIMEOUT_NS
        recordings: list[AnyRecording] = []
        hidden_ids: list[str] = []
        try:
            for session_id in session_ids:
                recording_id = secrets.token_hex(8)
                hidden_ids.append(recording_id)
                self._registry.hide_recording(recording_id)
                recordings.append(
                    self._start(
                        recording_id,
                        session_id,
                        length,
                        name,
                        stored_start,
                        details,
                        starts_now=start_at is None,
                    )
                )
            self._set_start(recordings, start_at or self._clock.utc_ns() + JOINT_START_LEAD_NS)
        except CamrecError:
            self._withdraw(recordings)
            raise
        finally:
            self._registry.show_recordings(hidden_ids)
        for each in recordings:  # those who were told of it while it was hidden did not find it
            self._changed.emit(RecordingChanged(each.recording_id))
        return recordings

    def start_all(
        self, duration: int | None, start_at: int | None = None, details: Details = NO_DETAILS
    ) -> list[AnyRecording]:
        """Record each camera that delivers and is not being recorded.

        If one of them is rejected, the others are still recorded. The parameters are those of
        `start`.

        Raises
        ------
        StateError
            ``nothing_to_record``: there is no such camera.
        CamrecError
            The first rejection, after the others were started.
        """
        recordings: list[AnyRecording] = []
        rejections: list[CamrecError] = []
        for session in self.recordable_sessions():
            try:
                recordings.append(
                    self.start(session.session_id, duration, start_at=start_at, details=details)
                )
            except CamrecError as error:
                rejections.append(error)
        if rejections:
            raise rejections[0]
        if not recordings:
            raise StateError("nothing_to_record")
        return recordings

    def recordable_sessions(self) -> list[Session]:
        """The cameras that deliver and are not being recorded."""
        return [
            session
            for session in self._cameras.sessions()
            if session.state is SessionState.LIVE
            and (
                session.recording is None or session.recording.state not in RUNNING_RECORDING_STATES
            )
        ]

    def estimate_disk(self, sessions: Iterable[Session]) -> DiskEstimate:
        """The disk space that there is for recordings of all these cameras at once."""
        return self.disk.estimate(map(_stream_rate, sessions))

    # Change, stop and look up.

    def change_end(
        self, recording_id: str, ends_at: int | None, *, must_fit: bool = True
    ) -> AnyRecording:
        """Let a recording end at another time. Return once the journal has it.

        Parameters
        ----------
        ends_at
            UTC nanoseconds; None: when it is stopped. If that is None, or more than
            `MAX_DURATION_S` after its start, the recording becomes a series of videos.
        must_fit
            Whether a later end needs disk space; false: what fits is recorded.

        Raises
        ------
        InputError
            ``bad_end``: it is not later than now, or than the start of the recording.
        NotFoundError
        StateError
            ``not_recording``: it has ended.
        DiskError
        ServiceError
            ``folder_unwritable``, ``keyring_unusable``: the end has not changed.
        """
        with self._change_lock:
            recording = self._change_end(recording_id, ends_at, must_fit)
        _check_changeable(recording)  # it may have ended at this moment
        return recording

    def _change_end(self, recording_id: str, ends_at: int | None, must_fit: bool) -> AnyRecording:
        recording = self.get(recording_id)
        now, begins = self._clock.utc_ns(), recording.started_at
        if ends_at is not None and ends_at <= max(now, begins):
            raise InputError("bad_end")
        _check_changeable(recording)
        session = self._cameras.session(recording.session_id)
        if must_fit and _is_later(ends_at, recording.ends_at):
            left = DEFAULT_VIDEO_LENGTH_S if ends_at is None else (ends_at - now) / NS_PER_SECOND
            length = min(left, DEFAULT_VIDEO_LENGTH_S)
            self.disk.require_space(_stream_rate(session), length)
        seconds = None if ends_at is None else (ends_at - begins) / NS_PER_SECOND
        if isinstance(recording, RecordingSeries):
            recording.change_end(ends_at)
        elif seconds is not None and seconds <= MAX_DURATION_S:
            recording.change_duration(seconds)
        else:
            recording = self._make_series(recording, session, ends_at, seconds)
        return recording

    def _make_series(
        self, job: RecordingJob, session: Session, ends_at: int | None, seconds: float | None
    ) -> RecordingSeries:
        services = self.services(session.source)
        begins, length = job.started_at, DEFAULT_VIDEO_LENGTH_S
        record = first_of_series(job.recording_id, begins, ends_at, length)
        job.change_duration(seconds, record)
        series = RecordingSeries(session.feed, services, job, record)
        session.replace_recording(job, series)
        self._registry.replace(series)
        self._report_changes(series)
        return series

    def stop(self, session_id: str | None = None, recording_id: str | None = None) -> AnyRecording:
        """End a recording early, by its own id or that of its session, and wait for its video.

        Raises
        ------
        NotFoundError, StateError (``not_recording``), or why the video could not be saved.
        """
        recording = (
            self._cameras.session(session_id or "").recording
            if recording_id is None
            else self.get(recording_id)
        )
        if recording is None or recording.state in ENDED_RECORDING_STATES:
            raise StateError("not_recording")
        recording.stop()
        recording.wait()
        if recording.error is not None and recording.has_started:
            raise recording.error
        return recording

    def wait_until_saved(self) -> None:
        """Wait until no recording runs any more."""
        for recording in self.all():
            recording.wait()

    def get(self, any_id: str) -> AnyRecording:
        """See `RecordingRegistry.get`."""
        return self._registry.get(any_id)

    def all(self) -> list[AnyRecording]:
        """See `RecordingRegistry.all`."""
        return self._registry.all()

    def listed(self) -> list[AnyRecording]:
        """See `RecordingRegistry.listed`."""
        return self._registry.listed()

    def scheduled(self, session_id: str) -> list[AnyRecording]:
        """See `RecordingRegistry.scheduled`."""
        return self._registry.scheduled(session_id)

    # For recordings that continue, too.

    def services(self, source: CameraAddress) -> RecordingServices:
        """What the recordings of a camera use. Raises ServiceError (``binary_missing``)."""
        return RecordingServices(
            ffmpeg=self._programs.get("ffmpeg").path,
            save_video=self._library.save,
            journal=CameraJournal(self._journal, source),
            clock=self._clock,
            disk=self.disk,
            encoding=EncodingPolicy(self._config.h265, self._config.mjpeg_preset),
            find_delay=self._find_delay,
            place_events=self._library.events.place,
        )

    def register(self, recording: AnyRecording) -> AnyRecording:
        """Make a started recording known, and report its changes."""
        self._registry.add(recording)
        self._report_changes(recording)
        return recording

    def _report_changes(self, recording: AnyRecording) -> None:
        change = RecordingChanged(recording.recording_id)
        recording.changed.connect(lambda _: self._changed.emit(change))
        self._changed.emit(change)

    def _start(
        self,
        recording_id: str,
        session_id: str,
        length: VideoLength,
        name: str | None,
        start_at: int | None,
        details: Details,
        *,
        starts_now: bool = False,
    ) -> AnyRecording:
        """See `start`, and `RecordingOptions` for `starts_now`."""
        session = self._cameras.session(session_id)
        if start_at is None:
            self._reject_planned(session)
        video_name = validate_name(name) or session.name
        stream = _stream_rate(session)
        self.disk.require_space(stream, length.first_video)
        if start_at is None:
            self.disk.make_room_for(stream, length.first_video)
        options = RecordingOptions(
            recording_id=recording_id,
            name=video_name,
            session_id=session.session_id,
            camera=session.name,
            camera_id=session.camera_id,
            source=session.source.url,
            duration=length.duration,
            folder=self._library.segments_folder(recording_id),
            preroll=self._config.preroll,
            start_at=start_at,
            starts_now=starts_now,
            details=details,
            series=length.series(recording_id, start_at or self._clock.utc_ns()),
        )
        return self.register(session.record(options, self.services(session.source)))

    def _set_start(self, recordings: Sequence[AnyRecording], start_at: int) -> None:
        """Let scheduled recordings begin at `start_at`.

        Raises ServiceError (``folder_unwritable``) if one has begun, because the disk was slow.
        """
        if not all(each.reschedule(start_at) for each in recordings):
            folder, reason = str(self._library.folder), Phrase("reasons.disk_too_slow")
            raise ServiceError("folder_unwritable", folder=folder, reason=reason)

    def _recorded_streams(self) -> list[StreamRate]:
        """What the cameras send that are being recorded."""
        return [
            _stream_rate(session)
            for session in self._cameras.sessions()
            if session.recording is not None
            and session.recording.state in (RecordingState.WRITING, RecordingState.WAITING)
        ]

    def _find_delay(self, camera_id: str) -> CalibratedDelay | None:
        delay = self._known_cameras.delay(camera_id)
        return None if delay is None else delay.to_receipt()

    def _withdraw(self, recordings: Sequence[AnyRecording]) -> None:
        """Cancel scheduled recordings and forget them. One that has begun is saved, and stays."""
        for recording in recordings:
            recording.stop()
        for recording in recordings:
            recording.wait()
            if not recording.has_started:
                self._registry.remove(recording.recording_id)

    def _check_start(self, start_at: int | None) -> None:
        if (
            start_at is not None
            and not 0 < start_at - self._clock.utc_ns() <= MAX_START_AHEAD_DAYS * NS_PER_DAY
        ):
            raise InputError("bad_start", days=MAX_START_AHEAD_DAYS)

    def _check_recordable(self, session_ids: Sequence[str], *, is_now: bool) -> None:
        """Check that each camera is named only once; if they start now, that each can be recorded.

        It can be if it delivers and is not being recorded.
        """
        if not is_now:
            if len(set(session_ids)) < len(session_ids):
                raise StateError("already_recording")
            return
        recordable = self.recordable_sessions()
        for session in map(self._cameras.session, session_ids):
            self._reject_planned(session)
            if session in recordable:
                recordable.remove(session)
            else:
                is_live = session.state is SessionState.LIVE
                raise StateError("already_recording" if is_live else "session_not_live")

    def _reject_planned(self, session: Session) -> None:
        """Check that no plan records this camera now: a camera records once at a time."""
        for recording in self.all():
            if (
                recording.plan_id is not None
                and recording.camera_id == session.camera_id
                and recording.state in (RecordingState.WRITING, RecordingState.WAITING)
            ):
                raise StateError("plan_records", name=session.name, plan_id=recording.plan_id)


def _check_changeable(recording: AnyRecording) -> None:
    """Raise StateError (``not_recording``) if its end cannot be changed any more."""
    if recording.state not in CHANGEABLE_RECORDING_STATES or recording.end_reason is not None:
        raise StateError("not_recording")


def _is_later(end: int | None, other: int | None) -> bool:
    """Whether an end comes after another one; None: no end."""
    return other is not None and (end is None or end > other)


def _stream_rate(session: Session) -> StreamRate:
    """The usual bit rate of a camera, also while it sends nothing."""
    newest = session.feed.newest
    codec = newest.track.codec if newest is not None else ""
    return StreamRate(codec, session.feed.figures().usual_bit_rate)
