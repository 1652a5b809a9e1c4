"""The cameras that camrec knows, open or not: lists, renames, moves and removes them."""

from __future__ import annotations

from typing import Literal

from camrec.callbacks import Callbacks
from camrec.camera_address import CameraAddress, parse_address, validate_name
from camrec.camera_clock import ClockChoice
from camrec.camera_registry import CameraRegistry, KnownCamera, MeasuredDelay
from camrec.errors import CameraError
from camrec.session import OPEN_SESSION_STATES, Session, SessionState
from camrec.station.cameras import StationCameras
from camrec.station.changes import CamerasChanged, StationChange

MAX_RECENT_CAMERAS = 8


class KnownCameras:
    """All cameras with their ids. All calls block and may come from any thread."""

    def __init__(
        self,
        registry: CameraRegistry,
        cameras: StationCameras,
        changed: Callbacks[[StationChange]],
    ) -> None:
        self._registry = registry
        self._cameras = cameras
        self._changed = changed

    def all(self) -> list[KnownCamera]:
        """All cameras, the one that was opened last first."""
        return self._registry.cameras()

    def get(self, camera_id: str) -> KnownCamera:
        """A camera. Raises NotFoundError (``no_camera``)."""
        return self._registry.get(camera_id)

    def is_built_in(self, camera_id: str) -> bool:
        """Whether a camera is part of camrec, so that it cannot be changed."""
        return self._registry.is_built_in(camera_id)

    def find(self, source: CameraAddress) -> KnownCamera | None:
        """The camera at an address; None if camrec does not know it."""
        return self._registry.find(source)

    def delay(self, camera_id: str) -> MeasuredDelay | None:
        """How late a camera's frames are dated; None: not measured, or not a known camera."""
        return next((each.delay for each in self.all() if each.camera_id == camera_id), None)

    def staying_ids(self) -> frozenset[str]:
        """The cameras that are opened again at each start."""
        return frozenset(each.camera_id for each in self.all() if each.stays)

    def open_sessions(self, camera_id: str) -> list[Session]:
        """The open sessions of a camera, the oldest first."""
        return [each for each in self._all_open_sessions() if each.camera_id == camera_id]

    def update(
        self,
        camera_id: str,
        name: str | None,
        url: str | None,
        clock: ClockChoice | None = None,
        delay: MeasuredDelay | Literal["keep"] | None = "keep",
        stays: bool | None = None,
    ) -> KnownCamera:
        """Rename a camera, its open sessions too, or change what is known about it.

        Parameters
        ----------
        name, url
            None: it stays. A camera that a plan tries in vain to open does not count as open.
        clock
            What dates its frames when it is opened the next time; None: it stays.
        delay
            How late its frames are dated; None: not known. Another address forgets it.
        stays
            Whether it is opened again at each start of camrec; None: as before.

        Raises
        ------
        InputError, NotFoundError, StateError, ServiceError
            As `CameraRegistry.update`, and for a wrong name or address.
        """
        source = None if url is None else parse_address(url)
        name = validate_name(name)
        before = self._registry.get(camera_id)
        if source is not None:
            self._close_trying(camera_id)
        camera = self._registry.update(
            camera_id, name=name, source=source, clock=clock, delay=delay, stays=stays
        )
        for session in self.open_sessions(camera_id):
            if session.name == before.name:
                session.rename(camera.name)
            if clock is not None:
                session.given_clock = None  # it was given before this change
            if stays is not None:
                session.stays = None
        self._changed.emit(CamerasChanged())
        return camera

    def set_delay(self, camera_id: str, delay: MeasuredDelay | None) -> KnownCamera:
        """Store how late the frames of a camera are dated; None: forget it. The disk has it then.

        The camera may be open. Recordings that begin from now on have it in their receipts.

        Raises
        ------
        NotFoundError (``no_camera``), StateError (``camera_built_in``), ServiceError
        """
        return self.update(camera_id, None, None, delay=delay)

    def remove(self, camera_id: str) -> None:
        """Remove a camera and its password. See `CameraRegistry.remove`.

        Its videos stay. If it is opened again, it gets another id.
        """
        self._registry.remove(camera_id)
        self._changed.emit(CamerasChanged())

    # The recent cameras of the page.

    def recent(self) -> list[KnownCamera]:
        """The last `MAX_RECENT_CAMERAS` cameras that are not open now, the latest first.

        Without a camera whose address is not complete: that the user has to type again.
        """
        open_ids = {each.camera_id for each in self._all_open_sessions()}
        closed = [each for each in self._registry.cameras() if each.camera_id not in open_ids]
        usable = [each for each in closed if each.secrets is None or not self.needs_password(each)]
        return usable[:MAX_RECENT_CAMERAS]

    def needs_password(self, camera: KnownCamera) -> bool:
        """Whether a camera has a password that is not known any more."""
        return self._registry.source(camera) is None

    def source(self, camera_id: str) -> CameraAddress | None:
        """The address with which a camera is opened; None: its password is not known any more.

        Raises NotFoundError (``no_camera``).
        """
        return self._registry.source(self._registry.get(camera_id))

    def require_source(self, camera_id: str) -> CameraAddress:
        """The address with which a camera is opened.

        Raises
        ------
        NotFoundError
            ``no_camera``.
        CameraError
            ``camera_wrong_password``: it requires a password that is not known any more.
        """
        source = self.source(camera_id)
        if source is None:
            raise CameraError("camera_wrong_password", host=self.get(camera_id).address.host)
        return source

    def reopen(
        self, camera_id: str, *, keeps_trying: bool = False, failed_before: bool = False
    ) -> Session:
        """Start to open a camera again. Both flags are those of `StationCameras.begin_open`.

        Raises
        ------
        NotFoundError
            ``no_camera``.
        CameraError
            ``camera_wrong_password``: it requires a password that is not known any more.
        StateError (``sessions_full``)
        """
        source = self.require_source(camera_id)
        return self._cameras.begin_open(
            source, keeps_trying=keeps_trying, failed_before=failed_before
        )

    def _close_trying(self, camera_id: str) -> None:
        """Close what tries in vain to open a camera for a plan. It is opened again by itself."""
        for session in self.open_sessions(camera_id):
            is_idle = session.state is not SessionState.LIVE and not session.is_recording
            if session.keeps_trying and is_idle:
                self._cameras.close(session.session_id)

    def _all_open_sessions(self) -> list[Session]:
        return [each for each in self._cameras.sessions() if each.state in OPEN_SESSION_STATES]
