"""Opens and closes cameras, and lists those that are open."""

from __future__ import annotations

import logging
import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from weakref import WeakValueDictionary

from camrec.callbacks import Callbacks
from camrec.camera_address import (
    CameraAddress,
    default_name,
    parse_address,
    validate_name,
)
from camrec.camera_clock import ClockChoice
from camrec.camera_registry import CameraRegistry, KnownCamera
from camrec.clock import Clock
from camrec.config import Config
from camrec.errors import CameraError, CamrecError, NotFoundError, ServiceError, StateError
from camrec.network_policy import NetworkPolicy
from camrec.redaction import Credential
from camrec.session import OPEN_SESSION_STATES, CameraTurns, Session, SessionState
from camrec.station.built_in_cameras import BuiltInCameras
from camrec.station.changes import CamerasChanged, SessionChanged, StationChange
from camrec.station.session_camera import release_when_ended, remember_when_live
from camrec.station.session_names import unused_session_name, used_names
from camrec.station.upstreams import UpstreamFactory
from camrec.stream_search import find_stream, parse_bare_host

log = logging.getLogger(__name__)


class StationCameras:
    """The open cameras, each with a session. All calls block and may come from any thread.

    The list of sessions has one lock. A new session is counted, named and listed under it, in each
    of the three ways in which a camera is opened: by a person, at each start, for a recording that
    continues. In classes of their own, these would need this lock.
    """

    def __init__(
        self,
        config: Config,
        clock: Clock,
        upstreams: UpstreamFactory,
        registry: CameraRegistry,
        built_in: BuiltInCameras,
        changed: Callbacks[[StationChange]],
    ) -> None:
        self._config = config
        self._clock = clock
        self._upstreams = upstreams
        self._registry = registry
        self._built_in = built_in
        self._changed = changed
        self._lock = threading.Lock()  # of `_sessions`
        self._sessions: dict[str, Session] = {}
        self._prepared: dict[str, Session] = {}  # not listed yet, see `prepare`
        # By camera, as long as it has a session.
        self._turns: WeakValueDictionary[str, CameraTurns] = WeakValueDictionary()

    # Open cameras.

    @property
    def is_full(self) -> bool:
        """Whether nobody can open a camera: the limit is reached, and each session is needed."""
        with self._lock:
            try:
                self._check_session_limit(may_replace=True)
            except StateError:
                return True
        return False

    def sessions(self) -> list[Session]:
        """The sessions that are opening, open or failed, the oldest first."""
        with self._lock:
            return list(self._sessions.values())

    def session(self, session_id: str) -> Session:
        """The session with this id, also of `prepare`. Raises NotFoundError (``no_session``)."""
        with self._lock:
            session = self._sessions.get(session_id) or self._prepared.get(session_id)
        if session is None:
            raise NotFoundError("no_session", session_id=session_id)
        return session

    def open(
        self,
        url: str | CameraAddress,
        name: str | None = None,
        clock_choice: ClockChoice | None = None,
        stays: bool | None = None,
    ) -> Session:
        """Open a camera and wait until it delivers. After an error nothing stays open.

        The parameters are those of `begin_open`.

        Raises
        ------
        InputError, StateError (``sessions_full``, ``session_closed``), CameraError, AccessError,
        ServiceError
        """
        session = self.begin_open(url, name, clock_choice, stays)
        session.machine.wait(lambda state: state is not SessionState.OPENING)
        if session.state is SessionState.FAILED:
            self.close(session.session_id)
            raise session.error or CameraError("internal")
        if session.state is SessionState.CLOSED:
            raise StateError("session_closed")
        if stays is not None:  # the disk has it when this returns
            clock, stays = session.given_clock, session.stays  # None if chosen again meanwhile
            try:
                self._registry.remember(session.camera_id, session.source, None, clock, stays)
            except ServiceError:
                self.close(session.session_id)
                raise
        return session

    def begin_open(
        self,
        url: str | CameraAddress,
        name: str | None = None,
        clock_choice: ClockChoice | None = None,
        stays: bool | None = None,
        *,
        keeps_trying: bool = False,
        failed_before: bool = False,
    ) -> Session:
        """Start to open a camera. It becomes LIVE or FAILED, and is listed until it is closed.

        name : None: the one that the camera had, or else its host.
        clock_choice : where the UTC of its frames comes from; None: from where it came before.
        stays : whether it is opened again at each start of camrec; None: as before.
        keeps_trying : it becomes STALE instead of FAILED; see `Session.keep_trying`. Any other
            session may take the place of one that tries in vain, which is then closed.
        failed_before : it could not be opened a moment ago; that is no news for the log.

        Raises
        ------
        InputError, StateError (``sessions_full``, ``camera_built_in``)
        """
        source = url if isinstance(url, CameraAddress) else parse_address(url)
        given_name = validate_name(name)
        built_in_id = self._built_in.camera_id(source.url)
        if stays and built_in_id is not None:
            raise StateError("camera_built_in", name=given_name or source.host)
        fingerprint = self._registry.fingerprint(source)
        known_names = {each.name: each.address for each in self._registry.cameras()}
        with self._lock:
            replaced = self._check_session_limit(may_replace=not keeps_trying)
            names = known_names | used_names(self._sessions.values())
            new_name = given_name or default_name(source, names)
            camera = self._registry.acquire(source, new_name, built_in_id, fingerprint=fingerprint)
            session = self._create_session(camera, source, given_name, None, clock_choice, stays)
            if replaced is not None:
                del self._sessions[replaced.session_id]
            self._sessions[session.session_id] = session
            session.given_clock = clock_choice
        self._connect_session(session)
        self._remember_when_live(session, given_name)
        if keeps_trying:
            session.keep_trying()
        if failed_before:
            session.expect_failure()
        self._start_session(session)
        if replaced is not None:
            log.info("%s makes room for %s", replaced.source.url, source.url)
            replaced.close()
            self._changed.emit(SessionChanged(replaced.session_id))
        return session

    def open_staying(self) -> None:
        """Open the cameras that stay, without those that are open. Called at each start.

        Each is STALE until it delivers, and tries to connect until it is closed. One that cannot be
        opened at all is FAILED. An error of one does not affect the others.
        """
        for camera in reversed(self._registry.cameras()):
            if not camera.stays:
                continue
            try:
                self._open_staying(camera)
            except Exception:
                log.exception("the camera %s cannot be opened again", camera.url)

    def _open_staying(self, camera: KnownCamera) -> None:
        source = self._registry.source(camera)
        error: CamrecError | None = None
        if source is None:
            source, error = (
                camera.address,
                CameraError("camera_asks_login", host=camera.address.host),
            )
        fingerprint = self._registry.fingerprint(source)
        with self._lock:
            if any(each.camera_id == camera.camera_id for each in self._sessions.values()):
                return  # its recording continues
            try:
                self._check_session_limit()
            except StateError as full:
                error = full
            camera = self._registry.acquire(
                source, camera.name, camera.camera_id, fingerprint=fingerprint
            )
            session_id = None if error is not None else secrets.token_hex(8)
            session = self._create_session(camera, source, None, session_id)
            self._sessions[session.session_id] = session
        self._connect_session(session)
        if error is not None:
            session.fail(error)
        else:
            self._start_session(session)

    def open_again(
        self, source: CameraAddress, name: str, session_id: str, camera_id: str | None
    ) -> Session:
        """The session of an earlier camrec, for a recording that continues.

        It is STALE until the camera delivers, and tries to connect until it is closed. If it is
        already open, because another of its recordings continues, the open session is returned.

        camera_id : the id of its camera; None: the earlier camrec gave it none.
        """
        fingerprint = self._registry.fingerprint(source)
        with self._lock:
            session = self._sessions.get(session_id)
            if session is not None:
                return session
            camera = self._registry.acquire(source, name, camera_id, fingerprint=fingerprint)
            session = self._create_session(camera, source, name, session_id)
            self._sessions[session_id] = session
        self._connect_session(session)
        self._remember_when_live(session)
        return self._start_session(session)

    def recorded_camera_id(self, source: CameraAddress, name: str) -> str:
        """The id of a camera that an earlier camrec recorded without giving it one."""
        camera = self._registry.find(source)
        if camera is None:
            camera = self._registry.acquire(source, name)
            try:
                self._registry.remember(camera.camera_id, source)
            except ServiceError as error:
                log.warning("the camera %s cannot be stored: %s", source.url, error)
            self._registry.release(camera.camera_id)
        return camera.camera_id

    def prepare(self, camera: KnownCamera, source: CameraAddress) -> Session:
        """A session for a recording that is scheduled: STALE, and not listed. It does nothing yet.

        Until it is closed its camera counts as open, so it keeps its address.
        """
        fingerprint = self._registry.fingerprint(source)
        with self._lock:
            camera = self._registry.acquire(
                source, camera.name, camera.camera_id, fingerprint=fingerprint
            )
            session = self._create_session(camera, source, None, secrets.token_hex(8))
            self._prepared[session.session_id] = session
        self._connect_session(session)
        return session

    def is_prepared(self, session_id: str) -> bool:
        """Whether a session of `prepare` was neither opened nor closed."""
        with self._lock:
            return session_id in self._prepared

    def open_prepared(self, session_id: str) -> None:
        """List a session of `prepare`, and try to connect until it is closed.

        Raises StateError (``sessions_full``).
        """
        with self._lock:
            self._check_session_limit()
            session = self._prepared.pop(session_id, None)
            if session is None:
                return  # it was closed
            self._sessions[session_id] = session
        self._remember_when_live(session)
        self._start_session(session)

    def close(self, session_id: str) -> Session:
        """Close a camera. Its running recording is saved first, its scheduled ones are cancelled.

        Raises
        ------
        NotFoundError
            ``no_session``.
        """
        session = self.session(session_id)
        session.close()
        with self._lock:
            self._sessions.pop(session_id, None)
            self._prepared.pop(session_id, None)
        self._changed.emit(SessionChanged(session_id))
        return session

    def close_all(self) -> None:
        """Close all cameras at the same time, because camrec stops."""
        with self._lock:
            sessions = [*self._sessions.values(), *self._prepared.values()]
            self._sessions.clear()
            self._prepared.clear()
        if sessions:
            with ThreadPoolExecutor(len(sessions), "stop") as pool:
                list(pool.map(lambda session: session.close("shutdown"), sessions))

    def resolve_address(self, address: str, credential: Credential | None = None) -> CameraAddress:
        """The address of a stream, from what a person typed. For a bare host, find its stream.

        Parameters
        ----------
        credential
            It replaces the one in the address.

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
            self._check_session_limit(may_replace=True)
        return find_stream(source, NetworkPolicy(self._config.allowed_networks))

    def _create_session(
        self,
        camera: KnownCamera,
        source: CameraAddress,
        name: str | None,
        known_id: str | None,
        clock_choice: ClockChoice | None = None,
        stays: bool | None = None,
    ) -> Session:
        """Create a session of `camera`. The caller holds the lock.

        name : None: that of the camera, or one like it that no open camera has.
        known_id : the id that it had in an earlier camrec, see `Session`.
        clock_choice : None: what dated the frames of the camera before.
        """
        if name is None:
            name = unused_session_name(camera, source, self._sessions.values())
        return Session(
            source,
            name,
            self._upstreams.create,
            self._clock,
            self._config.preroll,
            known_id,
            camera.camera_id,
            clock_choice or camera.clock,
            stays,
            self._turns.setdefault(camera.camera_id, CameraTurns()),
        )

    def _check_session_limit(self, *, may_replace: bool = False) -> Session | None:
        """Check that one more session may be open. The caller holds the lock.

        Returns the session that has to be closed for it, if there is one.

        Raises StateError (``sessions_full``).
        """
        opened = [each for each in self._sessions.values() if each.state in OPEN_SESSION_STATES]
        excess = len(opened) - self._config.max_sessions
        if excess < 0:
            return None
        unneeded = [each for each in opened if each.tries_in_vain and not each.has_open_recording]
        if excess > 0 or not may_replace or not unneeded:
            raise StateError("sessions_full", max_sessions=self._config.max_sessions)
        return unneeded[-1]

    def _connect_session(self, session: Session) -> None:
        """Report the changes of a session, and release its camera when it ends."""
        change = SessionChanged(session.session_id)
        session.changed.connect(lambda: self._changed.emit(change))
        release_when_ended(session, self._registry)

    def _remember_when_live(self, session: Session, given_name: str | None = None) -> None:
        remember_when_live(
            session, self._registry, lambda: self._changed.emit(CamerasChanged()), given_name
        )

    def _start_session(self, session: Session) -> Session:
        session.start()
        self._changed.emit(SessionChanged(session.session_id))
        return session
