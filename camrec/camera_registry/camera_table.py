"""All cameras in memory: which one an address is, and which are open."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Collection

from camrec.camera_address import MAX_NAME_CHARS, CameraAddress
from camrec.camera_registry.camera_list import find_by_address, find_by_id
from camrec.camera_registry.known_camera import CAMERA_ID_PATTERN, KnownCamera
from camrec.camera_registry.stored_cameras import StoredCameras
from camrec.errors import NotFoundError, StateError


class CameraTable:
    """The stored cameras, and those that are open but have not delivered yet.

    A camera is open as long as it has a session. One that was never stored is forgotten when its
    last session ends. Not safe for several threads: it is used under the lock of the registry.

    stored : whoever changes it uses the same lock.
    built_in_ids : the cameras that are part of camrec.
    """

    def __init__(self, stored: StoredCameras, built_in_ids: Collection[str] = ()) -> None:
        self._stored = stored
        self._built_in_ids = frozenset(built_in_ids)
        self._unstored: dict[str, KnownCamera] = {}
        self._open_counts: Counter[str] = Counter()

    def all(self) -> list[KnownCamera]:
        """Those that were not stored yet, then the others, the latest first."""
        return [*self._unstored.values(), *self._stored.cameras]

    def get(self, camera_id: str) -> KnownCamera:
        """A camera. Raises NotFoundError (``no_camera``)."""
        camera = find_by_id(self.all(), camera_id)
        if camera is None:
            raise NotFoundError("no_camera", camera_id=camera_id)
        return camera

    def find(self, source: CameraAddress, fingerprint: str | None) -> KnownCamera | None:
        """The camera at an address; None if there is none.

        fingerprint : that of the secret parameters of `source`.
        """
        return find_by_address(self.all(), source, fingerprint)

    def find_stored(self, camera_id: str) -> KnownCamera | None:
        """The camera with this id that was stored; None if there is none."""
        return find_by_id(self._stored.cameras, camera_id)

    def is_built_in(self, camera_id: str) -> bool:
        """Whether a camera is part of camrec."""
        return camera_id in self._built_in_ids

    def is_unstored(self, camera_id: str) -> bool:
        """Whether it is open, and was never stored."""
        return camera_id in self._unstored

    @property
    def open_ids(self) -> frozenset[str]:
        """The cameras that have a session."""
        return frozenset(self._open_counts)

    # Sessions.

    def acquire(
        self, source: CameraAddress, name: str, camera_id: str | None, fingerprint: str | None
    ) -> KnownCamera:
        """The camera of a new session, which is a new one if its address is not known.

        name : what a new camera is called.
        camera_id : its id, if that is known.
        """
        camera = None
        if camera_id is None or not self.is_built_in(camera_id):
            camera = find_by_id(self.all(), camera_id) or self.find(source, fingerprint)
        if camera is None:
            is_id = bool(camera_id and CAMERA_ID_PATTERN.fullmatch(camera_id))
            camera = KnownCamera(
                camera_id=camera_id if camera_id and is_id else secrets.token_hex(8),
                name=name[:MAX_NAME_CHARS],  # a host may be longer
                url=source.url,
                secrets=fingerprint,
            )
            self._unstored[camera.camera_id] = camera
        self._open_counts[camera.camera_id] += 1
        return camera

    def release(self, camera_id: str) -> None:
        """A session of this camera has ended."""
        self._open_counts[camera_id] -= 1
        if self._open_counts[camera_id] <= 0:
            del self._open_counts[camera_id]
            self._unstored.pop(camera_id, None)

    # Changes.

    def change_unstored(self, camera: KnownCamera) -> None:
        """Change a camera that was never stored."""
        self._unstored[camera.camera_id] = camera

    def note_stored(self, camera_id: str) -> None:
        """From now on it is one of the stored cameras."""
        self._unstored.pop(camera_id, None)

    def reject_built_in(self, camera: KnownCamera) -> None:
        """Raise StateError (``camera_built_in``) if it cannot be changed."""
        if self.is_built_in(camera.camera_id):
            raise StateError("camera_built_in", name=camera.name)

    def reject_open(self, camera: KnownCamera) -> None:
        """Raise StateError (``camera_open``) if it has a session."""
        if camera.camera_id in self._open_counts:
            raise StateError("camera_open", name=camera.name)

    def reject_taken_address(self, camera: KnownCamera) -> None:
        """Raise StateError (``camera_exists``) if another camera has its address."""
        other = self.find(camera.address, camera.secrets)
        if other is not None and other.camera_id != camera.camera_id:
            raise StateError("camera_exists", name=other.name)
