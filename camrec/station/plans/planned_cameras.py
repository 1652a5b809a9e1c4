"""The cameras that plans name: finds them by id or address, and keeps them and their passwords."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from camrec.camera_address import CameraAddress, default_name, parse_address
from camrec.camera_registry import CAMERA_ID_PATTERN, CameraRegistry, address_identity
from camrec.errors import CamrecError, NotFoundError
from camrec.planning import wrong_plan_cameras
from camrec.session import OPEN_SESSION_STATES
from camrec.station.built_in_cameras import BuiltInCameras
from camrec.station.cameras import StationCameras

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class NamedCamera:
    """A camera as a plan names it.

    camera_id : its id; of a new camera it is one that is used only until `PlannedCameras.keep`.
    source : its address, if the plan gives one.
    is_new : camrec does not know it yet.
    """

    camera_id: str
    source: CameraAddress | None = None
    is_new: bool = False


class PlannedCameras:
    """Cameras in the registry that plans name. The caller holds a lock of its own."""

    def __init__(
        self, registry: CameraRegistry, cameras: StationCameras, demo: BuiltInCameras
    ) -> None:
        self._registry = registry
        self._cameras = cameras
        self._demo = demo

    def find(self, references: Sequence[str]) -> list[NamedCamera]:
        """The cameras that ids and addresses name. Nothing changes.

        Raises
        ------
        InputError, NotFoundError (``plan_camera_unknown``)
        """
        return [self._find(each) for each in references]

    def keep(self, found: Iterable[NamedCamera]) -> tuple[str, ...]:
        """Store the cameras and their passwords, and return their ids. They are not opened.

        If one of them cannot be stored, nothing has changed.

        Raises
        ------
        StateError (``camera_password_unknown``), ServiceError, NotFoundError
        """
        ids: list[str] = []
        marked: list[str] = []
        created: list[str] = []
        try:
            for each in found:
                was_planned = not each.is_new and self._is_planned(each.camera_id)
                camera_id = self._create(each, created) if each.is_new else each.camera_id
                if not each.is_new:
                    self._mark(each, was_planned)
                if not was_planned:
                    marked.append(camera_id)
                ids.append(camera_id)
        except CamrecError:
            self.release(marked)
            self.forget(created)
            raise
        return tuple(ids)

    def release(self, camera_ids: Iterable[str]) -> None:
        """No plan names these cameras any more. Their passwords are not stored for plans."""
        for camera_id in camera_ids:
            if self._is_planned(camera_id):
                self._set_planned(camera_id, False)

    def forget(self, camera_ids: Iterable[str]) -> None:
        """Remove cameras that were new, because their plan was not stored."""
        for camera_id in camera_ids:
            try:
                self._registry.remove(camera_id)
            except CamrecError as error:
                log.warning("the camera %s cannot be removed again: %s", camera_id, error)

    def match(self, camera_ids: frozenset[str], knows_all: bool) -> None:
        """Keep exactly the cameras that plans name; a crash may have come in between.

        knows_all : False: there are plans that are not known, so passwords are not removed.
        """
        for camera in self._registry.cameras():
            is_named = camera.camera_id in camera_ids
            if is_named != camera.planned and (is_named or knows_all):
                self._set_planned(camera.camera_id, is_named)

    def _find(self, reference: str) -> NamedCamera:
        if "://" in reference:
            return self._find_address(parse_address(reference))
        if CAMERA_ID_PATTERN.fullmatch(reference) is None:
            raise wrong_plan_cameras()  # without the text, which may contain a password
        is_known = self._registry.is_built_in(reference) or any(
            each.camera_id == reference for each in self._registry.cameras()
        )
        if not is_known:
            raise NotFoundError("plan_camera_unknown", field="cameras", camera_id=reference)
        return NamedCamera(reference)

    def _find_address(self, source: CameraAddress) -> NamedCamera:
        built_in_id = self._demo.camera_id(source.url)
        if built_in_id is not None:
            return NamedCamera(built_in_id)
        camera = self._registry.find(source)
        if camera is not None:
            return NamedCamera(camera.camera_id, source)
        secrets = self._registry.fingerprint(source) or ""
        # The same for two spellings of one address, so that the plan rejects the second.
        identity = f"{address_identity(source)} {secrets}".encode()
        return NamedCamera(hashlib.sha256(identity).hexdigest(), source, is_new=True)

    def _create(self, new: NamedCamera, created: list[str]) -> str:
        source = new.source
        assert source is not None
        others = {each.name: each.address for each in self._registry.cameras()}
        camera = self._registry.acquire(source, default_name(source, others))
        created.append(camera.camera_id)
        try:
            self._registry.remember(camera.camera_id, source, planned=True)
        finally:
            self._registry.release(camera.camera_id)
        return camera.camera_id

    def _mark(self, camera: NamedCamera, was_planned: bool) -> None:
        """A camera that camrec knows is planned. A new password replaces the one that it had."""
        camera_id, source = camera.camera_id, camera.source
        if self._registry.is_built_in(camera_id):
            return
        if not self._registry.is_stored(camera_id):  # it is being opened for the first time
            source = self._open_source(camera_id)
        elif source is not None and source.credential is None:
            source = None
        if source is not None:
            self._registry.remember(camera_id, source, planned=True)
        elif not was_planned:
            self._registry.update(camera_id, planned=True)

    def _open_source(self, camera_id: str) -> CameraAddress:
        for session in self._cameras.sessions():
            if session.camera_id == camera_id and session.state in OPEN_SESSION_STATES:
                return session.source
        raise NotFoundError("plan_camera_unknown", field="cameras", camera_id=camera_id)

    def _is_planned(self, camera_id: str) -> bool:
        return any(each.planned for each in self._registry.cameras() if each.camera_id == camera_id)

    def _set_planned(self, camera_id: str, planned: bool) -> None:
        try:
            self._registry.update(camera_id, planned=planned)
        except CamrecError as error:
            log.warning("the camera %s of a plan cannot be stored: %s", camera_id, error)
