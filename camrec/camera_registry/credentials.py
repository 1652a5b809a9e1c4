"""The complete addresses of cameras: in memory, and in the system's keyring if it is used."""

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

    store : the keyring; None: the addresses are only in memory.
    """

    def __init__(self, store: CredentialStore | None) -> None:
        self._store = store
        self._lock = threading.Lock()  # of `_sources`; not held while the keyring is used
        # By camera id; None: the keyring has no address for it.
        self._sources: dict[str, CameraAddress | None] = {}

    def find(self, camera: KnownCamera) -> CameraAddress | None:
        """The complete address; None if a password or another secret of it is not known."""
        if not camera.has_secret:
            return camera.address
        with self._lock:
            if camera.camera_id in self._sources or self._store is None:
                return self._sources.get(camera.camera_id)
        # Older versions stored it under the camera's address.
        keys = (keyring_key(camera.camera_id), keyring_key(camera.url))
        address = next(filter(None, map(self._store.find, keys)), None)
        with self._lock:
            source = restore_address(address) if address is not None else None
            return self._sources.setdefault(camera.camera_id, source)

    def keep(self, camera: KnownCamera, source: CameraAddress) -> None:
        """Keep the complete address of a camera. If the keyring rejects it, that is logged."""
        with self._lock:
            before = self._sources.get(camera.camera_id)
            self._sources[camera.camera_id] = source
        if source == before or not camera.has_secret or self._store is None:
            return
        try:
            self._store.store(keyring_key(camera.camera_id), source.address())
        except ServiceError as error:  # the camera stays usable without it
            log.warning("%s", error)

    def forget(self, camera: KnownCamera) -> None:
        """Remove what is known about a camera, from the keyring too.

        The keyring may have its password although `camera` has none: it may have been opened
        without a password since, while the keyring was not used.
        """
        with self._lock:
            self._sources.pop(camera.camera_id, None)
        if self._store is not None:
            self._store.forget(keyring_key(camera.camera_id))
            self._store.forget(keyring_key(camera.url))


def keyring_key(camera: str) -> str:
    """The key of a camera in the keyring, by its id."""
    return f"camera {camera}"
