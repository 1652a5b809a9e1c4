"""Children that outlived a killed camrec: remembered in a file, ended at the next start."""

from __future__ import annotations

import contextlib
import json
import logging
import os
from itertools import count
from pathlib import Path

import psutil
from filelock import Timeout

from camrec.file_lock import ProcessLock

log = logging.getLogger(__name__)

# Start times are told in ticks and rounded; nobody starts twice under one pid within this.
START_TIME_TOLERANCE_S = 2.0
ORPHAN_EXIT_TIMEOUT_S = 1.0  # seconds for what is about to end by itself


class PidFile:
    """A file name in a folder that one living camrec at a time may use, and the child behind it.

    The lock goes with the process that holds it, so whoever gets it knows that a child remembered
    under it is an orphan.
    """

    def __init__(self, path: Path, lock: ProcessLock) -> None:
        self.path = path
        self._lock = lock
        self._record_file = _record_path(path)

    @classmethod
    def take(cls, folder: Path, stem: str, suffix: str) -> PidFile:
        """``mediamtx.yml``, or ``mediamtx-2.yml`` where another camrec uses that one.

        Raises OSError when the folder cannot be written to.
        """
        for number in count(1):
            path = folder / (f"{stem}{suffix}" if number == 1 else f"{stem}-{number}{suffix}")
            lock = _create_lock(path)
            try:
                lock.acquire()
            except Timeout:
                continue
            _end_recorded_child(_record_path(path))
            return cls(path, lock)
        raise AssertionError

    def remember(self, name: str, pid: int) -> None:
        """The child to end at the next start, if we should not come to it."""
        try:
            created = psutil.Process(pid).create_time()
        except psutil.Error:
            return
        self._record_file.write_text(
            json.dumps({"name": name, "pid": pid, "created": created}), "utf-8"
        )

    def release(self) -> None:
        """The child has ended; others may use the name."""
        self._record_file.unlink(missing_ok=True)
        self._lock.release()


def end_orphans(folder: Path) -> None:
    """End the children of every dead camrec that used `folder`."""
    for record in folder.glob(".*.child"):
        lock = _create_lock(record.with_name(record.name[1:].removesuffix(".child")))
        try:
            lock.acquire()
        except Timeout:
            continue
        try:
            _end_recorded_child(record)
        finally:
            lock.release()


def end_writers(folder: Path) -> None:
    """End what still writes files under `folder`: programs whose last argument is one of them.

    They end by themselves when their camrec dies, unless they hang.
    """
    inside = str(folder.absolute()) + os.sep
    left = []
    for process in psutil.process_iter(["cmdline"]):
        if (process.info["cmdline"] or [""])[-1].startswith(inside):
            left.append(process)
    _, hanging = psutil.wait_procs(left, timeout=ORPHAN_EXIT_TIMEOUT_S)
    for process in hanging:
        log.warning("ending pid %d, left by a dead camrec", process.pid)
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(hanging, timeout=5)


def _record_path(path: Path) -> Path:
    return path.with_name(f".{path.name}.child")


def _create_lock(path: Path) -> ProcessLock:
    return ProcessLock(path.with_name(f".{path.name}.lock"))


def _end_recorded_child(record: Path) -> None:
    try:
        found = json.loads(record.read_text("utf-8"))
        process = psutil.Process(int(found["pid"]))
        if abs(process.create_time() - float(found["created"])) < START_TIME_TOLERANCE_S:
            log.warning("ending %s (pid %d), left by a dead camrec", found["name"], process.pid)
            process.kill()
            process.wait(5)
    except (psutil.NoSuchProcess, FileNotFoundError):
        pass
    except (ValueError, KeyError, TypeError, OSError, psutil.Error) as error:
        log.warning("%s: %s", record, error)
    record.unlink(missing_ok=True)
