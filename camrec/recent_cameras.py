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

from camrec.camera_address import Source, restore
from camrec.credential_store import Vault
from camrec.errors import ServiceError

log = logging.getLogger(__name__)

MOST = 8


class Camera(BaseModel):
    """One that delivered once.

    url : without its credential.
    guarded : it was opened with one.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    url: str
    guarded: bool = False


_LIST = TypeAdapter(list[Camera])


class Earlier:
    """The last `MOST` of them in `file`."""

    def __init__(self, file: Path, vault: Vault | None = None) -> None:
        self._file = file
        self._vault = vault
        self._lock = threading.Lock()
        self._cameras: list[Camera] | None = None
        self._sources: dict[str, Source | None] = {}  # None: the vault has it not

    def cameras(self) -> list[Camera]:
        """The latest first."""
        with self._lock:
            return list(self._read())

    def source(self, url: str) -> Source | None:
        """How it was opened; None where that is not known any more."""
        with self._lock:
            if url not in self._sources and self._vault is not None:
                kept = self._vault.find(word_of(url))
                self._sources[url] = restore(kept) if kept else None
            return self._sources.get(url)

    def note(self, name: str, source: Source) -> None:
        """It delivers: it comes to the front."""
        if source.hidden is not None:
            return  # without what is hidden it could not be opened again
        camera = Camera(name=name, url=source.url, guarded=source.credential is not None)
        with self._lock:
            new = self._sources.get(source.url) != source
            self._sources[source.url] = source
        if new and camera.guarded and self._vault is not None:
            try:
                self._vault.keep(word_of(source.url), source.address())
            except ServiceError as error:  # worth no camera
                log.warning("%s", error)
        self._change(lambda there: [camera, *(each for each in there if each.url != source.url)])

    def forget(self, url: str) -> None:
        self._change(lambda there: [each for each in there if each.url != url])

    def _change(self, change: Callable[[list[Camera]], list[Camera]]) -> None:
        """A list that cannot be written is worth no camera: it is logged, and kept in memory."""
        with self._lock:
            before = self._read()
            self._cameras = change(before)[:MOST]
            if self._cameras == before:
                return
            gone = {each.url for each in before} - {each.url for each in self._cameras}
            for url in gone:
                self._sources.pop(url, None)
            fresh = self._file.with_suffix(".new")
            try:
                fresh.write_bytes(_LIST.dump_json(self._cameras, indent=2))
                os.replace(fresh, self._file)
            except OSError as error:
                log.warning("the list of earlier cameras cannot be written: %s", error)
        if self._vault is not None:
            for url in gone:
                self._vault.forget(word_of(url))

    def _read(self) -> list[Camera]:
        if self._cameras is None:
            try:
                self._cameras = _LIST.validate_json(self._file.read_bytes())[:MOST]
            except FileNotFoundError:
                self._cameras = []
            except (OSError, ValueError) as error:
                log.warning("the list of earlier cameras cannot be read: %s", error)
                self._cameras = []
        return self._cameras


def word_of(url: str) -> str:
    """What a camera is called in the vault."""
    return f"camera {url}"
