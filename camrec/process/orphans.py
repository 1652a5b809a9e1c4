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
from camrec.clock import monotonic_s
from camrec.file_system import ProcessLock
from camrec.process.command_lines import iterate_command_lines

log = logging.getLogger(__name__)

# The system rounds start times to ticks. No pid is used again within this time.
START_TIME_TOLERANCE_S = 2.0
WRITER_STUCK_TIMEOUT_S = 1.0  # a writer that has done nothing for so long hangs
WRITER_EXIT_TIMEOUT_S = 10.0  # for writers that do something
WRITER_CHECK_INTERVAL_S = 0.1


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

    They end by themselves when their camrec dies, unless they hang. On a busy computer that takes a
    while: what they have not written is lost if they are killed.
    """
    # The root of a drive ends with a separator.
    prefix = os.path.normcase(os.path.join(folder.absolute(), ""))
    writers = [
        _Writer(process, Path(arguments[-1]))
        for process, arguments in iterate_command_lines()
        if arguments and os.path.normcase(arguments[-1]).startswith(prefix)
    ]
    deadline = monotonic_s() + WRITER_EXIT_TIMEOUT_S
    hanging: list[psutil.Process] = []
    while writers:
        _, running = psutil.wait_procs(
            [each.process for each in writers], timeout=WRITER_CHECK_INTERVAL_S
        )
        now = monotonic_s()
        stuck = [each for each in writers if now >= deadline or each.is_stuck(now)]
        hanging += [each.process for each in stuck if each.process in running]
        writers = [each for each in writers if each.process in running and each not in stuck]
    for process in hanging:
        log.warning("ending pid %d, which a dead camrec left behind", process.pid)
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(hanging, timeout=5)


class _Writer:
    """A program that writes a file, and when it was last seen to do something."""

    def __init__(self, process: psutil.Process, file: Path) -> None:
        self.process = process
        self._file = file
        self._seen = self._progress()
        self._seen_at = monotonic_s()

    def is_stuck(self, now: float) -> bool:
        """Whether it has used no processor and written nothing for `WRITER_STUCK_TIMEOUT_S`."""
        progress = self._progress()
        if progress != self._seen:
            self._seen, self._seen_at = progress, now
        return now - self._seen_at >= WRITER_STUCK_TIMEOUT_S

    def _progress(self) -> tuple[float, int]:
        used, size = 0.0, 0
        with contextlib.suppress(psutil.Error):
            times = self.process.cpu_times()
            used = times.user + times.system
        with contextlib.suppress(OSError):
            size = self._file.stat().st_size
        return used, size


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
