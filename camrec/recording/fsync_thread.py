"""Has the disk take what is written every few seconds, so that a power cut takes no more."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from camrec import durable_files

log = logging.getLogger(__name__)

EVERY = 2.0  # seconds


class Syncer:
    """Looks at the growing files in a thread of its own: a slow disk holds no writer up.

    files : gives those that there are now.
    """

    def __init__(self, files: Callable[[], Sequence[Path]], name: str, every: float = EVERY):
        self._files = files
        self._every = every
        self._synced: dict[Path, int] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"sync-{name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(self._every):
            for file in self._files():
                try:
                    self._sync(file)
                except OSError as error:
                    log.warning("%s is not certain on the disk: %s", file.name, error.strerror)

    def _sync(self, file: Path) -> None:
        if not file.exists():
            return
        handle = os.open(file, os.O_RDWR)
        try:
            size = os.fstat(handle).st_size
            if size != self._synced.get(file):
                durable_files.flush(handle)
        finally:
            os.close(handle)
        if file not in self._synced:
            durable_files.sync(file.parent)
        self._synced[file] = size
