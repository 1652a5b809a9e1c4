"""The cameras that were opened before: names and addresses on the disk, never a password."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from camrec.sources import Source

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
    """The last `MOST` of them in `file`; their credentials in memory only, while camrec runs."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._cameras: list[Camera] | None = None
        self._sources: dict[str, Source] = {}

    def cameras(self) -> list[Camera]:
        """The latest first."""
        with self._lock:
            return list(self._read())

    def source(self, url: str) -> Source | None:
        """How it was opened in this run; None where that is not known any more."""
        with self._lock:
            return self._sources.get(url)

    def note(self, name: str, source: Source) -> None:
        """It delivers: it comes to the front."""
        if source.hidden is not None:
            return  # without what is hidden it could not be opened again
        camera = Camera(name=name, url=source.url, guarded=source.credential is not None)
        with self._lock:
            self._sources[source.url] = source
        self._change(lambda there: [camera, *(each for each in there if each.url != source.url)])

    def forget(self, url: str) -> None:
        with self._lock:
            self._sources.pop(url, None)
        self._change(lambda there: [each for each in there if each.url != url])

    def _change(self, change: Callable[[list[Camera]], list[Camera]]) -> None:
        """A list that cannot be written is worth no camera: it is logged, and kept in memory."""
        with self._lock:
            before = self._read()
            self._cameras = change(before)[:MOST]
            if self._cameras == before:
                return
            fresh = self._file.with_suffix(".new")
            try:
                fresh.write_bytes(_LIST.dump_json(self._cameras, indent=2))
                os.replace(fresh, self._file)
            except OSError as error:
                log.warning("the list of earlier cameras cannot be written: %s", error)

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
