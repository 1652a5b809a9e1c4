"""The cameras that were opened before: names and addresses on the disk, never a password.

Passwords last as long as camrec runs, or are in the vault where there is one.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from camrec.camera_address import CameraAddress, restore_address
from camrec.credential_store import CredentialStore
from camrec.errors import ServiceError

log = logging.getLogger(__name__)

MAX_RECENT_CAMERAS = 8


class RecentCamera(BaseModel):
    """One that delivered once.

    url : without its credential.
    guarded : it was opened with one.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    url: str
    guarded: bool = False


_CAMERA_LIST_ADAPTER = TypeAdapter(list[RecentCamera])


class RecentCameras:
    """The last `MAX_RECENT_CAMERAS` of them in `file`."""

    def __init__(self, file: Path, vault: CredentialStore | None = None) -> None:
        self._file = file
        self._credential_store = vault
        self._lock = threading.Lock()
        self._cameras: list[RecentCamera] | None = None
        self._sources: dict[str, CameraAddress | None] = {}  # None: the vault has it not

    def cameras(self) -> list[RecentCamera]:
        """The latest first."""
        with self._lock:
            return list(self._read())

    def source(self, url: str) -> CameraAddress | None:
        """How it was opened; None where that is not known any more."""
        with self._lock:
            if url not in self._sources and self._credential_store is not None:
                kept = self._credential_store.find(camera_keyring_key(url))
                self._sources[url] = restore_address(kept) if kept else None
            return self._sources.get(url)

    def note(self, name: str, source: CameraAddress) -> None:
        """It delivers: it comes to the front."""
        if source.masked_url is not None:
            return  # without what is hidden it could not be opened again
        camera = RecentCamera(name=name, url=source.url, guarded=source.credential is not None)
        with self._lock:
            new = self._sources.get(source.url) != source
            self._sources[source.url] = source
        if new and camera.guarded and self._credential_store is not None:
            try:
                self._credential_store.keep(camera_keyring_key(source.url), source.address())
            except ServiceError as error:  # worth no camera
                log.warning("%s", error)
        self._update(lambda there: [camera, *(each for each in there if each.url != source.url)])

    def forget(self, url: str) -> None:
        self._update(lambda there: [each for each in there if each.url != url])

    def _update(self, change: Callable[[list[RecentCamera]], list[RecentCamera]]) -> None:
        """A list that cannot be written is worth no camera: it is logged, and kept in memory."""
        with self._lock:
            before = self._read()
            self._cameras = change(before)[:MAX_RECENT_CAMERAS]
            if self._cameras == before:
                return
            gone = {each.url for each in before} - {each.url for each in self._cameras}
            for url in gone:
                self._sources.pop(url, None)
            fresh = self._file.with_suffix(".new")
            try:
                fresh.write_bytes(_CAMERA_LIST_ADAPTER.dump_json(self._cameras, indent=2))
                os.replace(fresh, self._file)
            except OSError as error:
                log.warning("the list of earlier cameras cannot be written: %s", error)
        if self._credential_store is not None:
            for url in gone:
                self._credential_store.forget(camera_keyring_key(url))

    def _read(self) -> list[RecentCamera]:
        if self._cameras is None:
            try:
                self._cameras = _CAMERA_LIST_ADAPTER.validate_json(self._file.read_bytes())[
                    :MAX_RECENT_CAMERAS
                ]
            except FileNotFoundError:
                self._cameras = []
            except (OSError, ValueError) as error:
                log.warning("the list of earlier cameras cannot be read: %s", error)
                self._cameras = []
        return self._cameras


def camera_keyring_key(url: str) -> str:
    """What a camera is called in the vault."""
    return f"camera {url}"
