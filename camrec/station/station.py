"""The whole: composes the rooms from the settings, and starts and stops them in order."""

from __future__ import annotations

import logging
import secrets
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from camrec import __version__, binaries
from camrec.callbacks import Signal
from camrec.camera_address import Source, default_name, parse, restore, valid_name
from camrec.camera_report import Findings, RecordingPolicy, Transcript
from camrec.clock import Clock
from camrec.config import SHORTEST_TOKEN, Config, fit_token
from camrec.credential_store import Vault
from camrec.demo import DemoCameras
from camrec.errors import (
    CameraError,
    CamrecError,
    InputError,
    NotFoundError,
    ServiceError,
    StateError,
    reason_of,
)
from camrec.feed import Feed
from camrec.journal import Entry, Journal, Piece
from camrec.library import PARTS, Keeping, Library
from camrec.library.disk_space import WEIGHT
from camrec.network_policy import Reach
from camrec.process import orphans
from camrec.process.signals import at_exit
from camrec.process.supervisor import ProcessState
from camrec.proxies import Go2rtc, MediaMTX, Proxy
from camrec.recent_cameras import Camera, Earlier
from camrec.recording import Coding, Past, Recording, RecordingState
from camrec.recording_limits import MAX_DURATION_S, MIN_DURATION_S
from camrec.redaction import Credential
from camrec.session import Session, SessionState, diagnose
from camrec.session.routes import Route, Routes
from camrec.session.upstream import Line, MjpegLine, RtspLine
from camrec.stream_search import bare_host, find_stream

log = logging.getLogger(__name__)

SHORTEST, LONGEST = MIN_DURATION_S, MAX_DURATION_S  # seconds that a recording may last
FARTHEST = 31  # days that a recording may be set ahead
PROMISED = 60 * 10**9  # nanoseconds, at most, until all of several recordings are on the disk
TOGETHER = 2 * 10**8  # nanoseconds from then to the moment at which all of them begin
DAY = 86_400 * 10**9
OPEN = (SessionState.OPENING, SessionState.LIVE, SessionState.STALE)
OVER = (RecordingState.SAVED, RecordingState.FAILED)
REMEMBERED = 100  # recordings that are over, whose state can still be asked for
RUNNING = (RecordingState.WRITING, RecordingState.WAITING, RecordingState.FINALISING)


class Station:
    """Everything that one camrec runs. All calls block and may come from any thread.

    changed : emits (kind, id) after each change: kind is "session", "recording", "library",
        "proxy" or "settings"; the id is a session's, a recording's, a file's or a proxy's name.
    next_folder : of the videos, from the next start on.
    left_behind : the journal's entries that could not be taken up at the start, by file name. They
        and what was recorded of them stay on the disk.
    """

    def __init__(self, config: Config | None = None, clock: Clock | None = None) -> None:
        self.config = config or Config()
        self.clock = clock or Clock()
        self.changed = Signal()
        self.library = Library(
            self.config.videos,
            self.clock,
            floor=self.config.disk_floor,
            keeping=Keeping(self.config.keep_bytes, self.config.keep_days),
            weights=WEIGHT | ({"h265": 1.0} if self.config.h265 == "copy" else {}),
        )
        vault = Vault() if self.config.keyring else None
        self.journal = Journal(self.config.videos / ".journal", vault)
        self.earlier = Earlier(self.config.videos / ".cameras", vault)
        self.routes = Routes(self.config.videos / ".routes", self.clock)
        self.mediamtx = MediaMTX(
            lambda: self.binary("mediamtx").path, self.config.bin, self.config.mediamtx_port
        )
        self.go2rtc = Go2rtc(
            lambda: self.binary("go2rtc").path, self.config.bin, self.config.go2rtc_port
        )
        self.next_folder = self.config.videos
        self.left_behind: list[str] = []
        self._lock = threading.Lock()
        self._finding = threading.RLock()
        self._binaries: dict[str, binaries.Binary] = {}
        self._sessions: dict[str, Session] = {}
        self._recordings: dict[str, Recording] = {}
        self._ended: list[str] = []  # the ids of those that are over, in the order of their ends
        # Of several that are to begin at one moment, while it is not chosen yet.
        self._arranging: set[str] = set()
        self._demo: DemoCameras | None = None
        self._tell("library", self.library.changed)
        for proxy in self.proxies:
            self._tell("proxy", proxy.machine.changed, proxy.name)

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
            orphans.sweep(self.config.bin)
            orphans.end_writers(self.library.folder)
            self.binary("ffmpeg")
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

    def binary(self, name: str, progress: Any = None) -> binaries.Binary:
        """MediaMTX, go2rtc or FFmpeg, found or fetched once.

        Raises
        ------
        ServiceError
            ``binary_missing``, with what was tried.
        """
        with self._finding:
            if name not in self._binaries:
                configured = getattr(self.config, f"{name}_path")
                self._binaries[name] = binaries.find(
                    name, configured=configured, folder=self.config.bin, progress=progress
                )
            return self._binaries[name]

    # Sessions.

    def open(self, url: str | Source, name: str | None = None) -> Session:
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

    def begin_open(self, url: str | Source, name: str | None = None) -> Session:
        """Begin to open a camera; it becomes LIVE, or FAILED and stays listed until closed."""
        source, name = url if isinstance(url, Source) else parse(url), valid_name(name)
        with self._lock:
            self._check_room()
            there = [each for each in self._sessions.values() if each.state in OPEN]
            name = name or default_name(source, {each.name: each.source for each in there})
            session = self._session(source, name)
            self._sessions[session.session_id] = session
        return self._begun(session)

    def locate(self, address: str, credential: Credential | None = None) -> Source:
        """What a person typed, as the address of a stream; a bare host is asked for its stream.

        Parameters
        ----------
        credential
            In place of what the address says.

        Raises
        ------
        InputError, StateError (``sessions_full``), CameraError, AccessError
        """
        host = bare_host(address)
        source = host or parse(address)
        if credential is not None:
            source = replace(source, credential=credential)
        if host is None:
            return source
        with self._lock:
            self._check_room()
        return find_stream(source, Reach(self.config.allowed_networks))

    def _check_room(self) -> None:
        """Raises StateError (``sessions_full``); under the lock."""
        taken = sum(session.state in OPEN for session in self._sessions.values())
        if taken >= self.config.max_sessions:
            raise StateError("sessions_full", max_sessions=self.config.max_sessions)

    def _session(self, source: Source, name: str, session_id: str | None = None) -> Session:
        return Session(source, name, self._line, self.clock, self.config.preroll, session_id)

    def _begun(self, session: Session) -> Session:
        self._tell("session", session.machine.changed, session.session_id)
        session.machine.changed.connect(partial(self._note, session))
        session.start()
        self.changed.emit("session", session.session_id)
        return session

    def _note(self, session: Session, old: SessionState, new: SessionState) -> None:
        """A camera that delivered can be opened again by its name; a built-in one always can."""
        delivers = new is SessionState.LIVE and old is not new
        if delivers and session.source.url not in self._demo_urls:
            self.earlier.note(session.name, session.source)

    def earlier_cameras(self) -> list[Camera]:
        """Those that were opened before and are not open now, the latest first."""
        there = {session.source.url for session in self.sessions()}
        return [each for each in self.earlier.cameras() if each.url not in there]

    def reopen(self, url: str) -> Session:
        """Begin to open an earlier camera, by its address without the credential.

        Raises
        ------
        NotFoundError
            ``no_earlier_camera``.
        CameraError
            ``camera_wrong_password``: it asks for one, which only an earlier run knew.
        """
        camera = next((each for each in self.earlier.cameras() if each.url == url), None)
        if camera is None:
            raise NotFoundError("no_earlier_camera")
        source = self.earlier.source(url)
        if source is None and camera.guarded:
            raise CameraError("camera_wrong_password", host=restore(url).host)
        return self.begin_open(source or restore(url), camera.name)

    def forget(self, url: str) -> None:
        """Have an earlier camera no longer in the list."""
        self.earlier.forget(url)
        self.changed.emit("session", None)

    def demo_addresses(self) -> dict[str, str]:
        """The built-in cameras by name, started on first use."""
        with self._finding:
            if self._demo is None:
                demo = DemoCameras(mediamtx=self.binary("mediamtx").path, folder=self.config.bin)
                demo.start()
                self._demo = demo
            return {"Demo RTSP": self._demo.rtsp_url, "Demo MJPEG": self._demo.mjpeg_url}

    @property
    def _demo_urls(self) -> set[str]:
        demo = self._demo
        return {demo.rtsp_url, demo.mjpeg_url} if demo is not None else set()

    @property
    def demo_is_left(self) -> bool:
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

    def report_failed(self, session_id: str, path: Path) -> Findings:
        """As `report`, of a camera that could not be opened.

        Raises
        ------
        NotFoundError (``no_session``), StateError (``session_not_failed``), OSError
        """
        session = self.session(session_id)
        if session.state is not SessionState.FAILED:
            raise StateError("session_not_failed")
        return self.report(session.source, path)

    def report(self, source: Source, path: Path) -> Findings:
        """Open a camera once more, and write what passes between it and camrec to a ZIP file.

        It takes as long as the camera takes to be opened or to fail, and ten seconds of video.
        Credentials, cookies, hosts and addresses are replaced. Raises OSError.
        """

        def session(transcript: Transcript) -> Session:
            reach = RecordingPolicy(self._networks_of(source), transcript)
            # Only what camrec itself says and hears can be written down.
            routes = Routes()
            routes.remember(source, Route.RELAY)
            line = partial(self._line, reach=reach, routes=routes)
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
    ) -> Recording:
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
        if not whole or not SHORTEST <= duration <= LONGEST:
            raise InputError("bad_duration", shortest=SHORTEST, longest=LONGEST)
        if start_at is not None and not 0 < start_at - self.clock.utc_ns() <= FARTHEST * DAY:
            raise InputError("bad_start", days=FARTHEST)
        session = self.session(session_id)
        name = valid_name(name) or session.name
        self.library.room.admit(*_sends(session), duration)
        recording_id = recording_id or secrets.token_hex(8)
        made = self._made(recording_id, session.source, session.name)
        return self._known(session.record(duration, name, start_at=start_at, **made))

    def file_rate(self, sessions: Sequence[Session]) -> float:
        """Bits a second that recordings of all these cameras take together."""
        return sum(self.library.room.file_rate(*_sends(session)) for session in sessions)

    def most_seconds(self, sessions: Sequence[Session]) -> int:
        """The longest recording of all these cameras at once that the disk has room for."""
        return self.library.room.most_seconds(self.file_rate(sessions), LONGEST)

    def record_together(self, session_ids: Sequence[str], duration: int) -> list[Recording]:
        """Record several cameras from the same moment on: all of them, or none.

        Raises
        ------
        InputError (``bad_duration``), NotFoundError, DiskError
        StateError
            ``session_not_live``, ``already_recording``.
        """
        free = self.recordable()
        for session in map(self.session, session_ids):
            if session in free:
                free.remove(session)  # it may be named once
            else:
                live = session.state is SessionState.LIVE
                raise StateError("already_recording" if live else "session_not_live")
        # The disk takes its time for each promise, so the moment is chosen when all are made.
        far = self.clock.utc_ns() + PROMISED
        begun: list[Recording] = []
        arranging: list[str] = []
        try:
            for session_id in session_ids:
                arranging.append(secrets.token_hex(8))
                self._arranging.add(arranging[-1])
                begun.append(
                    self.record(session_id, duration, start_at=far, recording_id=arranging[-1])
                )
            moment = self.clock.utc_ns() + TOGETHER
            for recording in begun:
                recording.begin_at(moment)
        except CamrecError:
            for recording in begun:
                recording.stop()
            raise
        finally:
            self._arranging.difference_update(arranging)
        return begun

    def record_all(self, duration: int) -> list[Recording]:
        """Record each camera that delivers and is not being recorded, as `record` does.

        One that is refused holds no other up.

        Raises
        ------
        StateError
            ``nothing_to_record``: there is no such camera.
        CamrecError
            The first refusal, once all others run.
        """
        begun: list[Recording] = []
        refusals: list[CamrecError] = []
        for session in self.recordable():
            try:
                begun.append(self.record(session.session_id, duration))
            except CamrecError as error:
                refusals.append(error)
        if refusals:
            raise refusals[0]
        if not begun:
            raise StateError("nothing_to_record")
        return begun

    def recordable(self) -> list[Session]:
        """The cameras that deliver and are not being recorded."""
        return [
            session
            for session in self.sessions()
            if session.state is SessionState.LIVE
            and (session.recording is None or session.recording.state not in RUNNING)
        ]

    def _made(self, recording_id: str, source: Source, session_name: str) -> dict[str, Any]:
        """What every recording is given."""
        return {
            "recording_id": recording_id,
            "camera": session_name,
            "folder": self.library.folder / PARTS / recording_id,
            "ffmpeg": self.binary("ffmpeg").path,
            "coding": Coding(self.config.h265, self.config.mjpeg_preset),
            "save": self.library.save,
            "room": self.library.room,
            "keep": partial(self._keep, source, session_name),
        }

    def _known(self, recording: Recording) -> Recording:
        with self._lock:
            self._recordings[recording.recording_id] = recording
        recording.changed.connect(self._note_end)
        self._note_end(recording)
        self._tell("recording", recording.changed, recording.recording_id)
        self.changed.emit("recording", recording.recording_id)
        return recording

    def _note_end(self, recording: Recording) -> None:
        """Of those that are over, only the latest `REMEMBERED` can still be asked for."""
        with self._lock:
            if recording.state not in OVER or recording.recording_id in self._ended:
                return
            self._ended.append(recording.recording_id)
            while len(self._ended) > REMEMBERED:
                self._recordings.pop(self._ended.pop(0), None)

    def stop_recording(
        self, session_id: str | None = None, recording_id: str | None = None
    ) -> Recording:
        """End a recording early and wait until its video is saved.

        Raises
        ------
        NotFoundError, StateError (``not_recording``), or what made the saving fail.
        """
        if recording_id is not None:
            recording = self.recording(recording_id)
        else:
            recording = self.session(session_id or "").recording
        if recording is None or recording.state not in (RecordingState.SCHEDULED, *RUNNING):
            raise StateError("not_recording")
        recording.stop()
        recording.wait()
        if recording.error is not None and recording.begun:
            raise recording.error
        return recording

    def recording(self, any_id: str) -> Recording:
        """By its own id, or the latest of a session's id."""
        with self._lock:
            found = self._recordings.get(any_id)
            if found is None:
                of_session = [r for r in self._recordings.values() if r.session_id == any_id]
                found = of_session[-1] if of_session else None
        if found is None:
            raise NotFoundError("no_recording", recording_id=any_id)
        return found

    def recordings(self) -> list[Recording]:
        """Those of this run, oldest first; of those that are over the latest `REMEMBERED`."""
        with self._lock:
            return list(self._recordings.values())

    def recordings_listed(self) -> list[Recording]:
        """As ``GET /record/list`` answers: scheduled, running, and the latest that ended.

        Those to come are first, the next of them last; then those that run, then those that ended,
        the latest first.
        """
        with self._lock:
            known = [r for r in self._recordings.values() if r.recording_id not in self._arranging]
            place = {ended: at for at, ended in enumerate(self._ended)}
        going = [each for each in known if each.recording_id not in place]
        going.sort(key=lambda each: each.started_at, reverse=True)
        ended = [each for each in known if each.recording_id in place]
        ended.sort(key=lambda each: place[each.recording_id], reverse=True)
        return [*going, *ended]

    def scheduled(self, session_id: str) -> list[Recording]:
        """The recordings of a camera whose time is still to come, the next one first."""
        return [
            each
            for each in reversed(self.recordings_listed())
            if each.session_id == session_id and each.state is RecordingState.SCHEDULED
        ]

    # What outlives a crash.

    def _keep(self, source: Source, session_name: str, recording: Recording) -> None:
        """Have the disk know what a recording is, or that it is over."""
        if recording.settled:
            self.journal.erase(recording.recording_id)
            return
        self.journal.keep(
            Entry(
                recording_id=recording.recording_id,
                session_id=recording.session_id,
                session_name=session_name,
                address=source.address(),
                name=recording.name,
                duration=recording.duration,
                start_at=recording.start_at,
                started_at=recording.started_at if recording.begun else None,
                ended=recording.ended,
                over=recording.over,
                parts=[Piece(file=file, zero=zero) for file, zero in recording.pieces],
            )
        )

    def _resume_all(self) -> None:
        """Whatever one entry holds, camrec starts and takes up the others."""
        entries = self.journal.entries()
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
                self.library.folder / PARTS,
            )

    def _resume(self, entry: Entry) -> None:
        """Go on with a recording of an earlier camrec, or make a video of what there is."""
        past = None
        if entry.started_at is not None:
            parts = [(piece.file, piece.zero) for piece in entry.parts]
            past = Past(entry.started_at, parts, entry.ended, entry.over)
        if entry.ended and not past.salvageable(self.library.folder / PARTS / entry.recording_id):
            self.journal.erase(entry.recording_id)  # it was saved at the last moment
            return
        source = restore(entry.address)
        made = self._made(entry.recording_id, source, entry.session_name)
        made.update(duration=entry.duration, name=entry.name, start_at=entry.start_at, past=past)
        made.update(promised=True)
        if entry.ended or entry.ends_at <= self.clock.utc_ns():
            nothing = Feed(self.clock)
            nothing.close()
            recording = Recording(
                nothing,
                source=source.url,
                session_id=entry.session_id,
                clock=self.clock,
                **made,
            )
            recording.start()
        else:
            recording = self._reopened(entry, source).record(**made)
        log.info("recording %s of an earlier camrec is taken up", entry.recording_id)
        self._known(recording)

    def _reopened(self, entry: Entry, source: Source) -> Session:
        """The session that the recording was of, once for all its recordings."""
        with self._lock:
            session = self._sessions.get(entry.session_id)
            if session is not None:
                return session
            session = self._session(source, entry.session_name, entry.session_id)
            self._sessions[entry.session_id] = session
        return self._begun(session)

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
        unwell = unwell or any(each.is_recorded for each in stale) or bool(self.left_behind)
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
            "sessions": sum(session.state in OPEN for session in self.sessions()),
            "without_picture": [session.session_id for session in stale],
            "recordings": sum(r.state in RUNNING for r in self.recordings()),
            "left_behind": list(self.left_behind),
            "disk": {"free_bytes": self.library.free_bytes()},
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
            self.config.keep(max_sessions=max_sessions)
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
                reason = reason_of(error)
                raise ServiceError("folder_unwritable", folder=str(folder), reason=reason) from None
            self.config.keep(videos_dir=str(folder))
            self.next_folder = folder
        if token is not None:
            if token and not fit_token(token):
                raise InputError("bad_token", shortest=SHORTEST_TOKEN)
            if not token and self.config.reachable:
                raise InputError("host_needs_token", host=self.config.host or "0.0.0.0")
            self.config.keep(token=token)
            self.config.token = token
        self.changed.emit("settings", None)

    def _line(
        self, source: Source, path: str, reach: Reach | None = None, routes: Routes | None = None
    ) -> Line:
        reach = reach or Reach(self._networks_of(source))
        if source.kind == "rtsp":
            return RtspLine(source, path, self.clock, self.mediamtx, reach, routes or self.routes)
        return MjpegLine(source, path, self.clock, self.go2rtc, reach)

    def _networks_of(self, source: Source) -> Sequence[str]:
        """Where the camera may be: the built-in ones are always allowed."""
        return () if source.url in self._demo_urls else self.config.allowed_networks

    def _tell(self, kind: str, signal: Signal, about: str | None = None) -> None:
        signal.connect(lambda *args: self.changed.emit(kind, about or (args[0] if args else None)))


def _sends(session: Session) -> tuple[str, float]:
    """The codec of a camera's pictures and its usual bits a second, also while it is away."""
    newest = session.feed.newest
    codec = newest.track.codec if newest is not None else ""
    return codec, session.feed.figures().usual_bit_rate


_shared_lock = threading.Lock()
_shared: Station | None = None


def shared(config: Config | None = None) -> Station:
    """The one station of this process, started on first use and stopped at exit."""
    global _shared
    with _shared_lock:
        if _shared is None:
            station = Station(config or Config.load()).start()
            at_exit(station.stop)
            _shared = station
        return _shared
