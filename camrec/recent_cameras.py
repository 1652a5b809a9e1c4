"""The cameras that were opened before: their names and addresses on the disk, never a password.

Passwords are in memory while camrec runs, or in the system's keyring if the settings say so.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from camrec import file_system
from camrec.camera_address import CameraAddress, restore_address
from camrec.credential_store import CredentialStore
from camrec.errors import ServiceError

log = logging.getLogger(__name__)

MAX_RECENT_CAMERAS = 8


class RecentCamera(BaseModel):
    """A camera that has delivered video before.

    url : its address without the credential.
    guarded : whether it was opened with a credential.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    url: str
    guarded: bool = False


_CAMERA_LIST_ADAPTER = TypeAdapter(list[RecentCamera])


class RecentCameras:
    """The last `MAX_RECENT_CAMERAS` cameras, stored in `file`. Safe to call from any thread."""

    def __init__(self, file: Path, credential_store: CredentialStore | None = None) -> None:
        self._file = file
        self._credential_store = credential_store
        self._lock = threading.Lock()
        self._cameras: list[RecentCamera] | None = None
        # By URL; None: the keyring has no credential for it.
        self._sources: dict[str, CameraAddress | None] = {}

    def cameras(self) -> list[RecentCamera]:
        """All recent cameras, the latest first."""
        with self._lock:
            return list(self._read())

    def source(self, url: str) -> CameraAddress | None:
        """The address with which a camera was opened; None if its credential is not known."""
        with self._lock:
            if url not in self._sources and self._credential_store is not None:
                address = self._credential_store.find(camera_keyring_key(url))
                self._sources[url] = restore_address(address) if address else None
            return self._sources.get(url)

    def remember(self, name: str, source: CameraAddress) -> None:
        """Put a camera that delivers video at the front of the list."""
        if source.masked_url is not None:
            return  # the list may not contain the hidden part, and without it the address is wrong
        camera = RecentCamera(name=name, url=source.url, guarded=source.credential is not None)
        with self._lock:
            is_new = self._sources.get(source.url) != source
            self._sources[source.url] = source
        if is_new and camera.guarded and self._credential_store is not None:
            try:
                self._credential_store.store(camera_keyring_key(source.url), source.address())
            except ServiceError as error:  # the camera stays usable without it
                log.warning("%s", error)
        self._update(
            lambda cameras: [camera, *(each for each in cameras if each.url != source.url)]
        )

    def forget(self, url: str) -> None:
        """Remove a camera and its stored credential, if there are any."""
        self._update(lambda cameras: [each for each in cameras if each.url != url])

    def _update(self, change: Callable[[list[RecentCamera]], list[RecentCamera]]) -> None:
        """Change the list and write it. If it cannot be written, it stays in memory only."""
        with self._lock:
            before = self._read()
            self._cameras = change(before)[:MAX_RECENT_CAMERAS]
            if self._cameras == before:
                return
            removed_urls = {each.url for each in before} - {each.url for each in self._cameras}
            for url in removed_urls:
                self._sources.pop(url, None)
            temporary = self._file.with_suffix(".new")
            try:
                temporary.write_bytes(_CAMERA_LIST_ADAPTER.dump_json(self._cameras, indent=2))
                file_system.replace(temporary, self._file)
            except OSError as error:
                log.warning("the list of recent cameras cannot be written: %s", error)
        if self._credential_store is not None:
            for url in removed_urls:
                self._credential_store.forget(camera_keyring_key(url))

    def _read(self) -> list[RecentCamera]:
        if self._cameras is None:
            try:
                stored = file_system.read_bytes(self._file)
                self._cameras = _CAMERA_LIST_ADAPTER.validate_json(stored)[:MAX_RECENT_CAMERAS]
            except FileNotFoundError:
                self._cameras = []
            except (OSError, ValueError) as error:
                log.warning("the list of recent cameras cannot be read: %s", error)
                self._cameras = []
        return self._cameras


def camera_keyring_key(url: str) -> str:
    """The key of a camera in the keyring."""
    return f"camera {url}"
