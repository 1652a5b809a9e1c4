"""Ends children that outlived a killed camrec: a file records them for the next start."""

from __future__ import annotations

import contextlib
import json
import logging
import os
from itertools import count
from pathlib import Path

import psutil
from filelock import Timeout

from camrec import file_system
from camrec.file_system import ProcessLock
from camrec.process.command_lines import iterate_command_lines

log = logging.getLogger(__name__)

# The system rounds start times to ticks. No pid is used again within this time.
START_TIME_TOLERANCE_S = 2.0
ORPHAN_EXIT_TIMEOUT_S = 1.0  # seconds for processes that are about to end by themselves


class PidFile:
    """A file that only one running camrec uses at a time, with a record of the child that uses it.

    The system releases the lock of this file when its process ends. So whoever gets the lock knows
    that a recorded child is an orphan.

    Attributes
    ----------
    path : the file, such as ``mediamtx.yml``.
    """

    def __init__(self, path: Path, lock: ProcessLock) -> None:
        self.path = path
        self._lock = lock
        self._record_file = _record_path(path)

    @classmethod
    def acquire(cls, folder: Path, stem: str, suffix: str) -> PidFile:
        """Lock ``mediamtx.yml``, or ``mediamtx-2.yml`` if another camrec uses the first one.

        A child that a dead camrec recorded under that name is ended.

        Raises
        ------
        OSError
            The folder is not writable.
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

    def record_child(self, name: str, pid: int) -> None:
        """Record the child that the next start must end if this camrec cannot."""
        try:
            created = psutil.Process(pid).create_time()
        except psutil.Error:
            return
        self._record_file.write_text(
            json.dumps({"name": name, "pid": pid, "created": created}), "utf-8"
        )

    def release(self) -> None:
        """Let others use the file; the child has ended."""
        file_system.remove(self._record_file, missing_ok=True)
        self._lock.release()


def end_orphans(folder: Path) -> None:
    """End the children of all dead camrecs that used `folder`."""
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
    """End programs that still write files under `folder`: their last argument is such a file.

    They end by themselves when their camrec dies, unless they hang.
    """
    # The root of a drive ends with a separator.
    prefix = os.path.normcase(os.path.join(folder.absolute(), ""))
    writers = []
    for process, arguments in iterate_command_lines():
        if arguments and os.path.normcase(arguments[-1]).startswith(prefix):
            writers.append(process)
    _, hanging = psutil.wait_procs(writers, timeout=ORPHAN_EXIT_TIMEOUT_S)
    for process in hanging:
        log.warning("ending pid %d, which a dead camrec left behind", process.pid)
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
            log.warning(
                "ending %s (pid %d), which a dead camrec left behind", found["name"], process.pid
            )
            process.kill()
            process.wait(5)
    except (psutil.NoSuchProcess, FileNotFoundError):
        pass
    except (ValueError, KeyError, TypeError, OSError, psutil.Error) as error:
        log.warning("%s: %s", record, error)
    file_system.remove(record, missing_ok=True)
