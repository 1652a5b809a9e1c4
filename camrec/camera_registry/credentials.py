"""The complete addresses of cameras: in memory, in the keyring, or in the file with the cameras."""

from __future__ import annotations

import logging
import threading

from camrec.camera_address import CameraAddress, restore_address
from camrec.camera_registry.known_camera import KnownCamera
from camrec.credential_store import CredentialStore
from camrec.errors import ServiceError

log = logging.getLogger(__name__)


class CameraCredentials:
    """With which address each camera was opened. Any thread may use it.

    store : the keyring; None: the addresses are in memory, and those of cameras that are kept in
        the file with the cameras (`KnownCamera.stored_address`).
    """

    def __init__(self, store: CredentialStore | None) -> None:
        self._store = store
        self._lock = threading.Lock()  # of `_sources`; not held while the keyring is used
        # By camera id; None: its address is not stored.
        self._sources: dict[str, CameraAddress | None] = {}
        self._refused_ids: set[str] = set()  # the keyring does not have these; with `_lock`

    def find(self, camera: KnownCamera) -> CameraAddress | None:
        """The complete address; None if a password or another secret of it is not known."""
        if not camera.has_secret:
            return camera.address
        with self._lock:
            if camera.camera_id in self._sources:
                return self._sources[camera.camera_id]
        address = camera.stored_address or self._find_in_keyring(camera)
        with self._lock:
            source = restore_address(address) if address is not None else None
            return self._sources.setdefault(camera.camera_id, source)

    def keep(self, camera: KnownCamera, source: CameraAddress) -> ServiceError | None:
        """Keep the complete address of a camera.

        If the keyring rejects it, that is logged, and the next call tries again. The camera is
        usable until camrec ends. Returns the error if it is kept: then that is not enough.
        """
        with self._lock:
            is_stored = (
                source == self._sources.get(camera.camera_id)
                and camera.camera_id not in self._refused_ids
            )
            self._sources[camera.camera_id] = source
        if is_stored or not camera.has_secret or self._store is None:
            return None
        try:
            self._store.store(keyring_key(camera.camera_id), source.address())
        except ServiceError as error:
            log.warning("%s", error)
            with self._lock:
                self._refused_ids.add(camera.camera_id)
            return error if camera.is_kept and camera.stored_address is None else None
        with self._lock:
            self._refused_ids.discard(camera.camera_id)
        return None

    def address_for_file(self, camera: KnownCamera, source: CameraAddress | None) -> str | None:
        """What `KnownCamera.stored_address` has to be, so that a camera that is kept can be opened.

        One that the file has stays there until `move_to_keyring` has moved it.

        source : its complete address; None: not known.
        """
        if source is None or not camera.is_kept or not camera.has_secret:
            return None
        is_in_file = self._store is None or camera.stored_address is not None
        return source.address() if is_in_file else None

    def move_to_keyring(self, camera: KnownCamera) -> KnownCamera:
        """The camera without its `stored_address`, if the keyring is used and accepts it."""
        if camera.stored_address is None or self._store is None:
            return camera
        try:
            self._store.store(keyring_key(camera.camera_id), camera.stored_address)
        except ServiceError as error:
            log.warning("%s", error)
            return camera
        return camera.model_copy(update={"stored_address": None})

    def _find_in_keyring(self, camera: KnownCamera) -> str | None:
        if self._store is None:
            return None
        # Older versions stored it under the camera's address.
        keys = (keyring_key(camera.camera_id), keyring_key(camera.url))
        return next(filter(None, map(self._store.find, keys)), None)

    def forget(self, camera: KnownCamera) -> None:
        """Remove what is known about a camera, from the keyring too.

        The keyring may have its password although `camera` has none: it may have been opened
        without a password since, while the keyring was not used.
        """
        with self._lock:
            self._sources.pop(camera.camera_id, None)
            self._refused_ids.discard(camera.camera_id)
        if self._store is not None:
            self._store.forget(keyring_key(camera.camera_id))
            self._store.forget(keyring_key(camera.url))


def keyring_key(camera: str) -> str:
    """The key of a camera in the keyring, by its id."""
    return f"camera {camera}"
