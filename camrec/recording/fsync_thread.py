"""Calls `fsync` on growing files every few seconds, so that a power cut loses little."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from camrec import file_system

log = logging.getLogger(__name__)

FSYNC_INTERVAL_S = 2.0


class FsyncThread:
    """Makes growing files durable from a thread of its own: a slow disk delays no writer.

    Parameters
    ----------
    files
        Returns the files that exist now. Called in the thread.
    name
        Part of the thread's name.
    after_round
        Called in the thread after each round: it may write to the disk, too. If it fails, that is
        logged, and the next round follows.
    interval
        Seconds between two rounds.
    """

    def __init__(
        self,
        files: Callable[[], Sequence[Path]],
        name: str,
        interval: float = FSYNC_INTERVAL_S,
        after_round: Callable[[], object] = lambda: None,
    ) -> None:
        self._files = files
        self._after_round = after_round
        self._interval = interval
        self._synced_sizes: dict[Path, int] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"sync-{name}", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and wait for it."""
        self._stopped.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(self._interval):
            for file in self._files():
                try:
                    self._fsync(file)
                except OSError as error:
                    log.warning("%s may not be on the disk yet: %s", file.name, error.strerror)
            try:
                self._after_round()
            except Exception:  # whatever it is, the files have to become durable
                log.exception("what follows a round of fsync failed")

    def _fsync(self, file: Path) -> None:
        if not file.exists():
            return
        with file_system.open_growing(file) as opened:
            size = os.fstat(opened.fileno()).st_size
            if size != self._synced_sizes.get(file):
                file_system.fsync_handle(opened.fileno())
        if file not in self._synced_sizes:
            file_system.fsync_path(file.parent)
        self._synced_sizes[file] = size
