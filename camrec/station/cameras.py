"""Opens and closes cameras, and lists those that are open or were open before."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from camrec.callbacks import Callbacks
from camrec.camera_address import (
    CameraAddress,
    default_name,
    parse_address,
    restore_address,
    validate_name,
)
from camrec.clock import Clock
from camrec.config import Config
from camrec.errors import CameraError, NotFoundError, StateError
from camrec.network_policy import NetworkPolicy
from camrec.recent_cameras import RecentCamera, RecentCameras
from camrec.redaction import Credential
from camrec.session import OPEN_SESSION_STATES, Session, SessionState
from camrec.station.built_in_cameras import BuiltInCameras
from camrec.station.events import RecentCamerasChanged, SessionChanged, StationEvent
from camrec.station.upstreams import UpstreamFactory
from camrec.stream_search import find_stream, parse_bare_host


class StationCameras:
    """The open cameras, each with a session. All calls block and may come from any thread."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        upstreams: UpstreamFactory,
        recent: RecentCameras,
        demo: BuiltInCameras,
        changed: Callbacks[[StationEvent]],
    ) -> None:
        self._config = config
        self._clock = clock
        self._upstreams = upstreams
        self._recent = recent
        self._demo = demo
        self._changed = changed
        self._lock = threading.Lock()  # of `_sessions`
        self._sessions: dict[str, Session] = {}

    # Open cameras.

    def sessions(self) -> list[Session]:
        """The sessions that are opening, open or failed, the oldest first."""
        with self._lock:
            return list(self._sessions.values())

    def session(self, session_id: str) -> Session:
        """The session with this id. Raises NotFoundError (``no_session``)."""
        with self._lock:
            session = self._sessions.get(session_id)
        if session is None:
            raise NotFoundError("no_session", session_id=session_id)
        return session

    def open(self, url: str | CameraAddress, name: str | None = None) -> Session:
        """Open a camera and wait until it delivers. After an error nothing stays open.

        Raises
        ------
        InputError, StateError (``sessions_full``, ``session_closed``), CameraError, AccessError,
        ServiceError
        """
        session = self.begin_open(url, name)
        session.machine.wait(lambda state: state is not SessionState.OPENING)
        if session.state is SessionState.FAILED:
            self.close(session.session_id)
            raise session.error or CameraError("internal")
        if session.state is SessionState.CLOSED:
            raise StateError("session_closed")
        return session

    def begin_open(self, url: str | CameraAddress, name: str | None = None) -> Session:
        """Start to open a camera. It becomes LIVE or FAILED, and is listed until it is closed.

        Raises
        ------
        InputError, StateError (``sessions_full``)
        """
        source = url if isinstance(url, CameraAddress) else parse_address(url)
        given_name = validate_name(name)
        with self._lock:
            self._check_session_limit()
            used_names = {
                each.name: each.source
                for each in self._sessions.values()
                if each.state in OPEN_SESSION_STATES
            }
            session = self._create_session(source, given_name or default_name(source, used_names))
            self._sessions[session.session_id] = session
        return self._start_session(session)

    def open_again(self, source: CameraAddress, name: str, session_id: str) -> Session:
        """The session of an earlier camrec, for a recording that continues.

        It is STALE until the camera delivers, and tries to connect until it is closed. If it is
        already open, because another of its recordings continues, the open session is returned.
        """
        with self._lock:
            session = self._sessions.get(session_id)
            if session is not None:
                return session
            session = self._create_session(source, name, session_id)
            self._sessions[session_id] = session
        return self._start_session(session)

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
        self._changed.emit(SessionChanged(session_id))
        return session

    def close_all(self) -> None:
        """Close all cameras at the same time, because camrec stops."""
        with self._lock:
            sessions = list(self._sessions.values())
            self._sessions.clear()
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
            self._check_session_limit()
        return find_stream(source, NetworkPolicy(self._config.allowed_networks))

    # Recent cameras.

    def recent(self) -> list[RecentCamera]:
        """The cameras that were opened before and are not open now, the latest first."""
        open_urls = self._open_urls()
        return [each for each in self._recent.cameras() if each.url not in open_urls]

    def needs_password(self, camera: RecentCamera) -> bool:
        """Whether a recent camera has a password that is not known any more."""
        return camera.guarded and self._recent.source(camera.url) is None

    def reopen(self, url: str) -> Session:
        """Start to open a recent camera, by its address without the credential.

        Raises
        ------
        NotFoundError
            ``no_earlier_camera``.
        CameraError
            ``camera_wrong_password``: it requires a password that is not known any more.
        """
        camera = next((each for each in self._recent.cameras() if each.url == url), None)
        if camera is None:
            raise NotFoundError("no_earlier_camera")
        if self.needs_password(camera):
            raise CameraError("camera_wrong_password", host=restore_address(url).host)
        return self.begin_open(self._recent.source(url) or restore_address(url), camera.name)

    def forget(self, url: str) -> None:
        """Remove a camera from the recent ones."""
        self._recent.forget(url)
        self._changed.emit(RecentCamerasChanged())

    # Built-in cameras.

    @property
    def has_unopened_demo(self) -> bool:
        """Whether a built-in camera is not open."""
        urls = self._demo.urls
        return not urls or not urls <= self._open_urls()

    def demo_addresses(self) -> dict[str, str]:
        """The addresses of the built-in cameras by name. They are started on the first call.

        Raises
        ------
        ServiceError (``binary_missing``, ``proxy_failed``)
        """
        return self._demo.ensure_started()

    def open_demo(self) -> list[Session]:
        """Start to open the built-in cameras that are not open, up to the limit of sessions.

        Raises
        ------
        StateError
            ``sessions_full``: none of them could be opened.
        ServiceError (``binary_missing``, ``proxy_failed``)
        """
        open_urls = self._open_urls()
        opened: list[Session] = []
        for name, url in self._demo.ensure_started().items():
            if url in open_urls:
                continue
            try:
                opened.append(self.begin_open(url, name))
            except StateError:
                if not opened:
                    raise
        return opened

    def _open_urls(self) -> frozenset[str]:
        return frozenset(session.source.url for session in self.sessions())

    def _check_session_limit(self) -> None:
        """Raises StateError (``sessions_full``). The caller holds the lock."""
        count = sum(each.state in OPEN_SESSION_STATES for each in self._sessions.values())
        if count >= self._config.max_sessions:
            raise StateError("sessions_full", max_sessions=self._config.max_sessions)

    def _create_session(
        self, source: CameraAddress, name: str, session_id: str | None = None
    ) -> Session:
        return Session(
            source, name, self._upstreams.create, self._clock, self._config.preroll, session_id
        )

    def _start_session(self, session: Session) -> Session:
        event = SessionChanged(session.session_id)
        session.changed.connect(lambda: self._changed.emit(event))
        session.machine.changed.connect(partial(self._remember, session))
        session.start()
        self._changed.emit(event)
        return session

    def _remember(self, session: Session, old: SessionState, new: SessionState) -> None:
        """Add a camera that delivers to the recent ones, unless it is built in."""
        is_live = new is SessionState.LIVE and old is not new
        if is_live and session.source.url not in self._demo.urls:
            self._recent.remember(session.name, session.source)
