"""The whole: composes the rooms from the settings, and starts and stops them in order."""

from __future__ import annotations

import logging
import secrets
import tempfile
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from camrec import __version__, binaries
from camrec.callbacks import Callbacks
from camrec.camera_address import (
    CameraAddress,
    default_name,
    parse_address,
    restore_address,
    validate_name,
)
from camrec.camera_report import CameraFindings, RecordingPolicy, Transcript
from camrec.clock import NS_PER_DAY, Clock
from camrec.config import MIN_TOKEN_CHARS, Config, is_valid_token
from camrec.credential_store import CredentialStore
from camrec.demo import DemoCameras
from camrec.errors import (
    CameraError,
    CamrecError,
    InputError,
    NotFoundError,
    ServiceError,
    StateError,
    describe_os_error,
)
from camrec.feed import Feed
from camrec.journal import CameraJournal, Journal, JournalEntry
from camrec.library import (
    COPIED_H265_FILE_RATE_FACTORS,
    FILE_RATE_FACTORS,
    SEGMENTS_FOLDER_NAME,
    DiskEstimate,
    RetentionPolicy,
    StreamRate,
    VideoLibrary,
)
from camrec.network_policy import NetworkPolicy
from camrec.process import ProcessState, at_exit, end_orphans, end_writers
from camrec.proxies import Go2rtc, MediaMTX, Proxy
from camrec.recent_cameras import RecentCamera, RecentCameras
from camrec.recording import (
    ENDED_RECORDING_STATES,
    EncodingPolicy,
    RecordingJob,
    RecordingOptions,
    RecordingServices,
    RecordingState,
    ResumeState,
)
from camrec.recording_limits import MAX_DURATION_S, MIN_DURATION_S
from camrec.redaction import Credential
from camrec.session import (
    OPEN_SESSION_STATES,
    CameraRoute,
    CameraRoutes,
    MjpegUpstream,
    RtspUpstream,
    Session,
    SessionState,
    Upstream,
    diagnose,
)
from camrec.stream_search import find_stream, parse_bare_host

log = logging.getLogger(__name__)

MAX_START_AHEAD_DAYS = 31  # days that a recording may be set ahead
JOINT_PROMISE_TIMEOUT_NS = (
    60 * 10**9
)  # nanoseconds, at most, until all of several recordings are on the disk
JOINT_START_LEAD_NS = 2 * 10**8  # nanoseconds from then to the moment at which all of them begin
MAX_ENDED_RECORDINGS = 100  # recordings that are over, whose state can still be asked for
RUNNING_RECORDING_STATES = (
    RecordingState.WRITING,
    RecordingState.WAITING,
    RecordingState.FINALISING,
)


class Station:
    """Everything that one camrec runs. All calls block and may come from any thread.

    changed : emits (kind, id) after each change: kind is "session", "recording", "library",
        "proxy" or "settings"; the id is a session's, a recording's, a file's or a proxy's name.
    next_videos_dir : of the videos, from the next start on.
    left_behind : the journal's entries that could not be taken up at the start, by file name. They
        and what was recorded of them stay on the disk.
    """

    def __init__(self, config: Config | None = None, clock: Clock | None = None) -> None:
        self.config = config or Config()
        self.clock = clock or Clock()
        self.changed: Callbacks[[str, str | None]] = Callbacks()
        self.library = VideoLibrary(
            self.config.videos,
            self.clock,
            min_free_bytes=self.config.min_free_bytes,
            retention=RetentionPolicy(self.config.retention_bytes, self.config.retention_days),
            file_rate_factors=COPIED_H265_FILE_RATE_FACTORS
            if self.config.h265 == "copy"
            else FILE_RATE_FACTORS,
        )
        vault = CredentialStore() if self.config.keyring else None
        self.journal = Journal(self.config.videos / ".journal", vault)
        self.recent = RecentCameras(self.config.videos / ".cameras", vault)
        self.routes = CameraRoutes(self.config.videos / ".routes", self.clock)
        self.mediamtx = MediaMTX(
            lambda: self.get_binary("mediamtx").path,
            self.config.bin_path,
            self.config.mediamtx_port,
        )
        self.go2rtc = Go2rtc(
            lambda: self.get_binary("go2rtc").path, self.config.bin_path, self.config.go2rtc_port
        )
        self.next_videos_dir = self.config.videos
        self.left_behind: list[str] = []
        self._lock = threading.Lock()
        self._binaries_lock = threading.RLock()
        self._binaries: dict[str, binaries.Binary] = {}
        self._sessions: dict[str, Session] = {}
        self._recordings: dict[str, RecordingJob] = {}
        self._ended_ids: list[
            str
        ] = []  # the ids of those that are over, in the order of their ends
        # Of several that are to begin at one moment, while it is not chosen yet.
        self._unannounced: set[str] = set()
        self._demo: DemoCameras | None = None
        self._forward("library", self.library.changed)
        for proxy in self.proxies:
            self._forward("proxy", proxy.machine.changed, proxy.name)

    # Start and stop.

    def start(self) -> Station:
        """Take the videos folder, end what an earlier camrec left running, go on with its work.

        Raises
        ------
        StateError
            ``folder_taken``: another camrec uses the folder.
        ServiceError
            FFmpeg is not to be had.
        """
        self.library.open()
        try:
            end_orphans(self.config.bin_path)
            end_writers(self.library.folder)
            self.get_binary("ffmpeg")
            self._resume_all()
        except BaseException:
            self.library.close()
            raise
        return self

    def stop(self) -> None:
        """Save what is being recorded, close the cameras, end the proxies."""
        with self._lock:
            sessions = list(self._sessions.values())
            self._sessions.clear()
        if sessions:
            with ThreadPoolExecutor(len(sessions), "stop") as pool:
                list(pool.map(lambda session: session.close("shutdown"), sessions))
        for recording in self.recordings():
            recording.wait()
        if self._demo is not None:
            self._demo.stop()
            self._demo = None
        for proxy in self.proxies:
            proxy.stop()
        self.library.close()

    def __enter__(self) -> Station:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def get_binary(self, name: str, progress: Any = None) -> binaries.Binary:
        """MediaMTX, go2rtc or FFmpeg, found or fetched once.

        Raises
        ------
        ServiceError
            ``binary_missing``, with what was tried.
        """
        with self._binaries_lock:
            if name not in self._binaries:
                configured = getattr(self.config, f"{name}_path")
                self._binaries[name] = binaries.find_program(
                    name, configured=configured, folder=self.config.bin_path, progress=progress
                )
            return self._binaries[name]

    # Sessions.

    def open(self, url: str | CameraAddress, name: str | None = None) -> Session:
        """Open a camera and wait until it delivers; on an error nothing is left open.

        Raises
        ------
        InputError, StateError (``sessions_full``), CameraError, ServiceError
        """
        session = self.begin_open(url, name)
        session.machine.wait(lambda state: state is not SessionState.OPENING)
        if session.state is SessionState.FAILED:
            self.close(session.session_id)
            raise session.error
        if session.state is SessionState.CLOSED:
            raise StateError("session_closed")
        return session

    def begin_open(self, url: str | CameraAddress, name: str | None = None) -> Session:
        """Begin to open a camera; it becomes LIVE, or FAILED and stays listed until closed."""
        source, name = (
            url if isinstance(url, CameraAddress) else parse_address(url),
            validate_name(name),
        )
        with self._lock:
            self._check_session_limit()
            there = [each for each in self._sessions.values() if each.state in OPEN_SESSION_STATES]
            name = name or default_name(source, {each.name: each.source for each in there})
            session = self._create_session(source, name)
            self._sessions[session.session_id] = session
        return self._start_session(session)

    def resolve_address(self, address: str, credential: Credential | None = None) -> CameraAddress:
        """What a person typed, as the address of a stream; a bare host is asked for its stream.

        Parameters
        ----------
        credential
            In place of what the address says.

        Raises
        ------
        InputError, StateError (``sessions_full``), CameraError, AccessError
        """
        host = parse_bare_host(address)
        source = host or parse_address(address)
        if credential is not None:
            source = replace(source, credential=credential)
        if host is None:
            return source
        with self._lock:
            self._check_session_limit()
        return find_stream(source, NetworkPolicy(self.config.allowed_networks))

    def _check_session_limit(self) -> None:
        """Raises StateError (``sessions_full``); under the lock."""
        taken = sum(session.state in OPEN_SESSION_STATES for session in self._sessions.values())
        if taken >= self.config.max_sessions:
            raise StateError("sessions_full", max_sessions=self.config.max_sessions)

    def _create_session(
        self, source: CameraAddress, name: str, session_id: str | None = None
    ) -> Session:
        return Session(
            source, name, self._create_upstream, self.clock, self.config.preroll, session_id
        )

    def _start_session(self, session: Session) -> Session:
        self._forward("session", session.changed, session.session_id)
        session.machine.changed.connect(partial(self._remember, session))
        session.start()
        self.changed.emit("session", session.session_id)
        return session

    def _remember(self, session: Session, old: SessionState, new: SessionState) -> None:
        """A camera that delivered can be opened again by its name; a built-in one always can."""
        delivers = new is SessionState.LIVE and old is not new
        if delivers and session.source.url not in self._demo_urls:
            self.recent.remember(session.name, session.source)

    def recent_cameras(self) -> list[RecentCamera]:
        """Those that were opened before and are not open now, the latest first."""
        there = {session.source.url for session in self.sessions()}
        return [each for each in self.recent.cameras() if each.url not in there]

    def reopen(self, url: str) -> Session:
        """Begin to open an earlier camera, by its address without the credential.

        Raises
        ------
        NotFoundError
            ``no_earlier_camera``.
        CameraError
            ``camera_wrong_password``: it asks for one, which only an earlier run knew.
        """
        camera = next((each for each in self.recent.cameras() if each.url == url), None)
        if camera is None:
            raise NotFoundError("no_earlier_camera")
        source = self.recent.source(url)
        if source is None and camera.guarded:
            raise CameraError("camera_wrong_password", host=restore_address(url).host)
        return self.begin_open(source or restore_address(url), camera.name)

    def forget(self, url: str) -> None:
        """Have an earlier camera no longer in the list."""
        self.recent.forget(url)
        self.changed.emit("session", None)

    def demo_addresses(self) -> dict[str, str]:
        """The built-in cameras by name, started on first use."""
        with self._binaries_lock:
            if self._demo is None:
                demo = DemoCameras(
                    mediamtx=self.get_binary("mediamtx").path, folder=self.config.bin_path
                )
                demo.start()
                self._demo = demo
            return {"Demo RTSP": self._demo.rtsp_url, "Demo MJPEG": self._demo.mjpeg_url}

    @property
    def _demo_urls(self) -> set[str]:
        demo = self._demo
        return {demo.rtsp_url, demo.mjpeg_url} if demo is not None else set()

    @property
    def has_unopened_demo(self) -> bool:
        """Whether a built-in camera is not open."""
        there = {session.source.url for session in self.sessions()}
        return self._demo is None or not self._demo_urls <= there

    def open_demo(self) -> list[Session]:
        """Begin to open the built-in cameras that are not open yet, as far as there is room.

        Raises
        ------
        StateError
            ``sessions_full``: there is no room for any.
        """
        there = {session.source.url for session in self.sessions()}
        wanted = {name: url for name, url in self.demo_addresses().items() if url not in there}
        opened: list[Session] = []
        for name, url in wanted.items():
            try:
                opened.append(self.begin_open(url, name))
            except StateError:
                if not opened:
                    raise
        return opened

    def write_failure_report(self, session_id: str, path: Path) -> CameraFindings:
        """As `write_report`, of a camera that could not be opened.

        Raises
        ------
        NotFoundError (``no_session``), StateError (``session_not_failed``), OSError
        """
        session = self.session(session_id)
        if session.state is not SessionState.FAILED:
            raise StateError("session_not_failed")
        return self.write_report(session.source, path)

    def write_report(self, source: CameraAddress, path: Path) -> CameraFindings:
        """Open a camera once more, and write what passes between it and camrec to a ZIP file.

        It takes as long as the camera takes to be opened or to fail, and ten seconds of video.
        Credentials, cookies, hosts and addresses are replaced. Raises OSError.
        """

        def session(transcript: Transcript) -> Session:
            reach = RecordingPolicy(self._allowed_networks_for(source), transcript)
            # Only what camrec itself says and hears can be written down.
            routes = CameraRoutes()
            routes.remember(source, CameraRoute.RELAY)
            line = partial(self._create_upstream, reach=reach, routes=routes)
            return Session(source, source.host, line, self.clock)

        ffmpeg = self._binaries.get("ffmpeg")
        programs = {proxy.name: proxy.version or None for proxy in self.proxies}
        programs["ffmpeg"] = ffmpeg.version if ffmpeg else None
        return diagnose(session, path, programs)

    def close(self, session_id: str) -> Session:
        """Close a camera; its running recording is saved first.

        Raises
        ------
        NotFoundError
            ``no_session``.
        """
        session = self.session(session_id)
        session.close()
        with self._lock:
            self._sessions.pop(session_id, None)
        self.changed.emit("session", session_id)
        return session

    def sessions(self) -> list[Session]:
        """Those opening, open or failed, oldest first."""
        with self._lock:
            return list(self._sessions.values())

    def session(self, session_id: str) -> Session:
        with self._lock:
            session = self._sessions.get(session_id)
        if session is None:
            raise NotFoundError("no_session", session_id=session_id)
        return session

    # Recordings.

    def record(
        self,
        session_id: str,
        duration: int,
        name: str | None = None,
        start_at: int | None = None,
        recording_id: str | None = None,
    ) -> RecordingJob:
        """Record a camera for `duration` whole seconds, now or from `start_at` on.

        Parameters
        ----------
        start_at
            UTC nanoseconds, at most 31 days ahead. It is kept through a restart of camrec, and
            cancelled when the session is closed.

        Raises
        ------
        InputError (``bad_duration``, ``bad_start``), NotFoundError, StateError, DiskError
        """
        whole = isinstance(duration, int) and not isinstance(duration, bool)
        if not whole or not MIN_DURATION_S <= duration <= MAX_DURATION_S:
            raise InputError("bad_duration", shortest=MIN_DURATION_S, longest=MAX_DURATION_S)
        if (
            start_at is not None
            and not 0 < start_at - self.clock.utc_ns() <= MAX_START_AHEAD_DAYS * NS_PER_DAY
        ):
            raise InputError("bad_start", days=MAX_START_AHEAD_DAYS)
        session = self.session(session_id)
        name = validate_name(name) or session.name
        self.library.disk_space.require_space(_stream_rate(session), duration)
        recording_id = recording_id or secrets.token_hex(8)
        options = RecordingOptions(
            recording_id=recording_id,
            name=name,
            session_id=session.session_id,
            camera=session.name,
            source=session.source.url,
            duration=duration,
            folder=self._segments_folder(recording_id),
            preroll=self.config.preroll,
            start_at=start_at,
        )
        return self._register(session.record(options, self._recording_services(session.source)))

    def estimate_disk(self, sessions: Iterable[Session]) -> DiskEstimate:
        """The disk space that there is for recordings of all these cameras at once."""
        return self.library.disk_space.estimate(map(_stream_rate, sessions))

    def record_together(self, session_ids: Sequence[str], duration: int) -> list[RecordingJob]:
        """Record several cameras from the same moment on: all of them, or none.

        Raises
        ------
        InputError (``bad_duration``), NotFoundError, DiskError
        StateError
            ``session_not_live``, ``already_recording``.
        """
        free = self.recordable_sessions()
        for session in map(self.session, session_ids):
            if session in free:
                free.remove(session)  # it may be named once
            else:
                live = session.state is SessionState.LIVE
                raise StateError("already_recording" if live else "session_not_live")
        # The disk takes its time for each promise, so the moment is chosen when all are made.
        far = self.clock.utc_ns() + JOINT_PROMISE_TIMEOUT_NS
        begun: list[RecordingJob] = []
        arranging: list[str] = []
        try:
            for session_id in session_ids:
                arranging.append(secrets.token_hex(8))
                self._unannounced.add(arranging[-1])
                begun.append(
                    self.record(session_id, duration, start_at=far, recording_id=arranging[-1])
                )
            moment = self.clock.utc_ns() + JOINT_START_LEAD_NS
            for recording in begun:
                recording.reschedule(moment)
        except CamrecError:
            for recording in begun:
                recording.stop()
            raise
        finally:
            self._unannounced.difference_update(arranging)
        return begun

    def record_all(self, duration: int) -> list[RecordingJob]:
        """Record each camera that delivers and is not being recorded, as `record` does.

        One that is refused holds no other up.

        Raises
        ------
        StateError
            ``nothing_to_record``: there is no such camera.
        CamrecError
            The first refusal, once all others run.
        """
        begun: list[RecordingJob] = []
        refusals: list[CamrecError] = []
        for session in self.recordable_sessions():
            try:
                begun.append(self.record(session.session_id, duration))
            except CamrecError as error:
                refusals.append(error)
        if refusals:
            raise refusals[0]
        if not begun:
            raise StateError("nothing_to_record")
        return begun

    def recordable_sessions(self) -> list[Session]:
        """The cameras that deliver and are not being recorded."""
        return [
            session
            for session in self.sessions()
            if session.state is SessionState.LIVE
            and (
                session.recording is None or session.recording.state not in RUNNING_RECORDING_STATES
            )
        ]

    def _segments_folder(self, recording_id: str) -> Path:
        return self.library.segments_folder(recording_id)

    def _recording_services(self, source: CameraAddress) -> RecordingServices:
        """What every recording of a camera works with."""
        return RecordingServices(
            ffmpeg=self.get_binary("ffmpeg").path,
            save_video=self.library.save,
            journal=CameraJournal(self.journal, source),
            clock=self.clock,
            disk=self.library.disk_space,
            encoding=EncodingPolicy(self.config.h265, self.config.mjpeg_preset),
        )

    def _register(self, recording: RecordingJob) -> RecordingJob:
        with self._lock:
            self._recordings[recording.recording_id] = recording
        recording.changed.connect(self._on_recording_change)
        self._on_recording_change(recording)
        self._forward("recording", recording.changed, recording.recording_id)
        self.changed.emit("recording", recording.recording_id)
        return recording

    def _on_recording_change(self, recording: RecordingJob) -> None:
        """Of those that are over, only the latest `MAX_ENDED_RECORDINGS` can still be asked for."""
        with self._lock:
            if (
                recording.state not in ENDED_RECORDING_STATES
                or recording.recording_id in self._ended_ids
            ):
                return
            self._ended_ids.append(recording.recording_id)
            while len(self._ended_ids) > MAX_ENDED_RECORDINGS:
                self._recordings.pop(self._ended_ids.pop(0), None)

    def stop_recording(
        self, session_id: str | None = None, recording_id: str | None = None
    ) -> RecordingJob:
        """End a recording early and wait until its video is saved.

        Raises
        ------
        NotFoundError, StateError (``not_recording``), or what made the saving fail.
        """
        if recording_id is not None:
            recording = self.recording(recording_id)
        else:
            recording = self.session(session_id or "").recording
        if recording is None or recording.state not in (
            RecordingState.SCHEDULED,
            *RUNNING_RECORDING_STATES,
        ):
            raise StateError("not_recording")
        recording.stop()
        recording.wait()
        if recording.error is not None and recording.has_started:
            raise recording.error
        return recording

    def recording(self, any_id: str) -> RecordingJob:
        """By its own id, or the latest of a session's id."""
        with self._lock:
            found = self._recordings.get(any_id)
            if found is None:
                of_session = [r for r in self._recordings.values() if r.session_id == any_id]
                found = of_session[-1] if of_session else None
        if found is None:
            raise NotFoundError("no_recording", recording_id=any_id)
        return found

    def recordings(self) -> list[RecordingJob]:
        """Those of this run, oldest first; of those that are over the latest
        `MAX_ENDED_RECORDINGS`.
        """
        with self._lock:
            return list(self._recordings.values())

    def list_recordings(self) -> list[RecordingJob]:
        """As ``GET /record/list`` answers: scheduled, running, and the latest that ended.

        Those to come are first, the next of them last; then those that run, then those that ended,
        the latest first.
        """
        with self._lock:
            known = [
                r for r in self._recordings.values() if r.recording_id not in self._unannounced
            ]
            place = {ended: at for at, ended in enumerate(self._ended_ids)}
        going = [each for each in known if each.recording_id not in place]
        going.sort(key=lambda each: each.started_at, reverse=True)
        ended = [each for each in known if each.recording_id in place]
        ended.sort(key=lambda each: place[each.recording_id], reverse=True)
        return [*going, *ended]

    def scheduled_recordings(self, session_id: str) -> list[RecordingJob]:
        """The recordings of a camera whose time is still to come, the next one first."""
        return [
            each
            for each in reversed(self.list_recordings())
            if each.session_id == session_id and each.state is RecordingState.SCHEDULED
        ]

    # What outlives a crash.

    def _resume_all(self) -> None:
        """Whatever one entry holds, camrec starts and takes up the others."""
        entries = self.journal.read_entries()
        self.left_behind = list(self.journal.unreadable)
        for entry in entries:
            try:
                self._resume(entry)
            except Exception:
                log.exception("recording %s cannot be taken up", entry.recording_id)
                self.left_behind.append(self.journal.file_name(entry.recording_id))
        if self.left_behind:
            log.error(
                "%d recordings of an earlier camrec cannot be taken up. Their entries stay in %s: "
                "%s. What was recorded stays in %s",
                len(self.left_behind),
                self.journal.folder,
                ", ".join(self.left_behind),
                self.library.folder / SEGMENTS_FOLDER_NAME,
            )

    def _resume(self, entry: JournalEntry) -> None:
        """Go on with a recording of an earlier camrec, or make a video of what there is."""
        resume = ResumeState.from_entry(entry)
        folder = self._segments_folder(entry.recording_id)
        if resume is not None and resume.ended and not resume.has_segments(folder):
            self.journal.erase(entry.recording_id)  # it was saved at the last moment
            return
        source = restore_address(entry.address)
        is_over = entry.ended is not None or entry.ends_at <= self.clock.utc_ns()
        options = RecordingOptions(
            recording_id=entry.recording_id,
            name=entry.name,
            session_id=entry.session_id,
            camera=entry.session_name,
            source=source.url,
            duration=entry.duration,
            folder=folder,
            preroll=0.0 if is_over else self.config.preroll,
            start_at=entry.start_at,
            resume=resume,
            is_in_journal=True,
        )
        services = self._recording_services(source)
        if is_over:
            nothing = Feed(self.clock)
            nothing.close()
            recording = RecordingJob(nothing, options, services)
            recording.start()
        else:
            recording = self._reopen_session(entry, source).record(options, services)
        log.info("recording %s of an earlier camrec is taken up", entry.recording_id)
        self._register(recording)

    def _reopen_session(self, entry: JournalEntry, source: CameraAddress) -> Session:
        """The session that the recording was of, once for all its recordings."""
        with self._lock:
            session = self._sessions.get(entry.session_id)
            if session is not None:
                return session
            session = self._create_session(source, entry.session_name, entry.session_id)
            self._sessions[entry.session_id] = session
        return self._start_session(session)

    # What is so.

    @cached_property
    def proxies(self) -> tuple[Proxy, ...]:
        return (self.mediamtx, self.go2rtc)

    def health(self) -> dict[str, Any]:
        """As ``GET /health`` answers it."""
        ffmpeg = self._binaries.get("ffmpeg")
        troubled = (ProcessState.BACKOFF, ProcessState.FAILED)
        stale = [each for each in self.sessions() if each.state is SessionState.STALE]
        unwell = ffmpeg is None or any(proxy.state in troubled for proxy in self.proxies)
        unwell = unwell or any(each.is_recording for each in stale) or bool(self.left_behind)
        return {
            "status": "degraded" if unwell else "ok",
            "version": __version__,
            "proxies": {
                proxy.name: {
                    "state": proxy.state.value,
                    "version": proxy.version,
                    "pid": proxy.pid,
                }
                for proxy in self.proxies
            },
            "ffmpeg": {
                "path": str(ffmpeg.path) if ffmpeg else None,
                "version": ffmpeg.version if ffmpeg else None,
            },
            "sessions": sum(session.state in OPEN_SESSION_STATES for session in self.sessions()),
            "without_picture": [session.session_id for session in stale],
            "recordings": sum(r.state in RUNNING_RECORDING_STATES for r in self.recordings()),
            "left_behind": list(self.left_behind),
            "disk": {"free_bytes": self.library.disk_space.free_bytes},
        }

    def configure(
        self,
        max_sessions: int | None = None,
        videos_dir: str | None = None,
        token: str | None = None,
    ) -> None:
        """Change settings, in their file too.

        Another folder is used from the next start on, a token at once; an empty one is none.

        Raises
        ------
        InputError (``bad_most``, ``bad_folder``, ``bad_token``, ``host_needs_token``),
        ServiceError (``folder_unwritable``, ``config_unwritable``)
        """
        if max_sessions is not None:
            low, high = self.config.param.max_sessions.bounds
            if type(max_sessions) is not int or not low <= max_sessions <= high:
                raise InputError("bad_most", lowest=low, highest=high)
            self.config.save(max_sessions=max_sessions)
            self.config.max_sessions = max_sessions
        if videos_dir is not None:
            folder = Path(videos_dir.strip()).expanduser()
            if not folder.is_absolute():
                raise InputError("bad_folder", example=str(self.config.videos))
            try:
                folder.mkdir(parents=True, exist_ok=True)
                with tempfile.TemporaryFile(dir=folder):
                    pass
            except OSError as error:
                reason = describe_os_error(error)
                raise ServiceError("folder_unwritable", folder=str(folder), reason=reason) from None
            self.config.save(videos_dir=str(folder))
            self.next_videos_dir = folder
        if token is not None:
            if token and not is_valid_token(token):
                raise InputError("bad_token", shortest=MIN_TOKEN_CHARS)
            if not token and self.config.is_reachable_remotely:
                raise InputError("host_needs_token", host=self.config.host or "0.0.0.0")
            self.config.save(token=token)
            self.config.token = token
        self.changed.emit("settings", None)

    def _create_upstream(
        self,
        source: CameraAddress,
        path: str,
        reach: NetworkPolicy | None = None,
        routes: CameraRoutes | None = None,
    ) -> Upstream:
        reach = reach or NetworkPolicy(self._allowed_networks_for(source))
        if source.kind == "rtsp":
            return RtspUpstream(
                source, path, self.clock, self.mediamtx, reach, routes or self.routes
            )
        return MjpegUpstream(source, path, self.clock, self.go2rtc, reach)

    def _allowed_networks_for(self, source: CameraAddress) -> Sequence[str]:
        """Where the camera may be: the built-in ones are always allowed."""
        return () if source.url in self._demo_urls else self.config.allowed_networks

    def _forward(self, kind: str, signal: Callbacks[...], about: str | None = None) -> None:
        signal.connect(lambda *args: self.changed.emit(kind, about or (args[0] if args else None)))


def _stream_rate(session: Session) -> StreamRate:
    """What a camera usually sends, also while it sends nothing."""
    newest = session.feed.newest
    codec = newest.track.codec if newest is not None else ""
    return StreamRate(codec, session.feed.figures().usual_bit_rate)


_shared_lock = threading.Lock()
_shared: Station | None = None


def shared_station(config: Config | None = None) -> Station:
    """The one station of this process, started on first use and stopped at exit."""
    global _shared
    with _shared_lock:
        if _shared is None:
            station = Station(config or Config.load()).start()
            at_exit(station.stop)
            _shared = station
        return _shared
