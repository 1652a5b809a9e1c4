"""Starts recordings, of one camera or of several at once, and stops them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence

from camrec.annotations import NO_DETAILS, Details
from camrec.callbacks import Callbacks
from camrec.camera_address import validate_name
from camrec.clock import NS_PER_DAY, Clock
from camrec.config import Config
from camrec.errors import CamrecError, InputError, StateError
from camrec.journal import Journal
from camrec.library import DiskEstimate, StreamRate, VideoLibrary
from camrec.recording import (
    ENDED_RECORDING_STATES,
    GROWING_RECORDING_STATES,
    AnyRecording,
    RecordingOptions,
)
from camrec.recording_limits import MAX_START_AHEAD_DAYS
from camrec.session import Session
from camrec.station.cameras import StationCameras
from camrec.station.changes import RecordingChanged, StationChange
from camrec.station.joint_start import JointStart
from camrec.station.known_cameras import KnownCameras
from camrec.station.programs import StationPrograms
from camrec.station.recordable_sessions import RecordableSessions
from camrec.station.recording_disk import RecordingDisk, stream_rate
from camrec.station.recording_ends import RecordingEnds
from camrec.station.recording_registry import RecordingRegistry
from camrec.station.recording_tools import RecordingTools
from camrec.station.video_length import VideoLength


class StationRecordings:
    """Starts, stops and looks up recordings. All calls block and may come from any thread.

    Half of this class are docstrings: it is what the pages, REST, the command line and the plans
    call. Each of its duties is in a class of its own, and has its own lock if it needs one.

    disk : what they write to.
    recordable : which cameras can be recorded now.
    tools : what they work with.
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
        self._library = library
        self._changed = changed
        self.disk = RecordingDisk(config, clock, library, self._recorded_streams)
        self._registry = registry = RecordingRegistry(changed)
        self.recordable = RecordableSessions(cameras, registry)
        self.tools = RecordingTools(
            config, clock, known_cameras, library, journal, programs, self.disk
        )
        self._joint_start = JointStart(clock, registry, library.folder)
        self._ends = RecordingEnds(clock, cameras, registry, self.disk, self.tools)

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
            Names with values that the receipt keeps.

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
        is_now = start_at is None
        self.recordable.check(session_ids, is_now=is_now)
        length = VideoLength.of(duration, video_length)
        self._check_start(start_at)

        def schedule(recording_id: str, session_id: str, starts: int) -> AnyRecording:
            return self._start(
                recording_id, session_id, length, name, starts, details, starts_now=is_now
            )

        recordings = self._joint_start.start(session_ids, start_at, schedule)
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
        for session in self.recordable.all():
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

    def estimate_disk(self, sessions: Iterable[Session]) -> DiskEstimate:
        """The disk space that there is for recordings of all these cameras at once."""
        return self.disk.estimate(map(stream_rate, sessions))

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
        return self._ends.change(recording_id, ends_at, must_fit=must_fit)

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

    def register(self, recording: AnyRecording) -> AnyRecording:
        """Make a started recording known, and report its changes."""
        self._registry.add(recording)
        return recording

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
            self.recordable.reject_planned(session)
        video_name = validate_name(name) or session.name
        stream = stream_rate(session)
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
        return self.register(session.record(options, self.tools.services(session.source)))

    def _recorded_streams(self) -> list[StreamRate]:
        """What the cameras send that are being recorded."""
        return [
            stream_rate(session)
            for session in self._cameras.sessions()
            if session.recording is not None and session.recording.state in GROWING_RECORDING_STATES
        ]

    def _check_start(self, start_at: int | None) -> None:
        if (
            start_at is not None
            and not 0 < start_at - self._clock.utc_ns() <= MAX_START_AHEAD_DAYS * NS_PER_DAY
        ):
            raise InputError("bad_start", days=MAX_START_AHEAD_DAYS)
