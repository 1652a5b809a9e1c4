"""Has the disk take what is written every few seconds, so that a power cut takes no more."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from camrec import durable_files

log = logging.getLogger(__name__)

FSYNC_INTERVAL_S = 2.0  # seconds


class FsyncThread:
    """Looks at the growing files in a thread of its own: a slow disk holds no writer up.

    files : gives those that there are now.
    """

    def __init__(
        self, files: Callable[[], Sequence[Path]], name: str, every: float = FSYNC_INTERVAL_S
    ):
        self._files = files
        self._interval = every
        self._synced: dict[Path, int] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"sync-{name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(self._interval):
            for file in self._files():
                try:
                    self._fsync(file)
                except OSError as error:
                    log.warning("%s is not certain on the disk: %s", file.name, error.strerror)

    def _fsync(self, file: Path) -> None:
        if not file.exists():
            return
        handle = os.open(file, os.O_RDWR)
        try:
            size = os.fstat(handle).st_size
            if size != self._synced.get(file):
                durable_files.fsync_handle(handle)
        finally:
            os.close(handle)
        if file not in self._synced:
            durable_files.fsync_path(file.parent)
        self._synced[file] = size
