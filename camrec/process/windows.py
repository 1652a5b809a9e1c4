"""Starts and stops child processes on Windows."""

from __future__ import annotations

import ctypes
import logging
import subprocess
import sys
from collections.abc import Callable, Sequence

from camrec.compat import process_handle
from camrec.console_window import window_flags
from camrec.process.popen_options import PopenOptions

log = logging.getLogger(__name__)

# The standard library has these names on Windows only.
CREATE_NEW_PROCESS_GROUP = 0x00000200
CTRL_BREAK_EVENT = 1

JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE = 0x2000
JOB_OBJECT_EXTENDED_LIMIT_INFORMATION = 9


class WindowsPlatform:
    """Each child gets its own process group, which receives CTRL_BREAK, and joins a job.

    Windows closes the job's handle when camrec's process ends for any reason. That ends all
    children in the job. Without a console there is no break event, and children get no window.

    Parameters
    ----------
    job
        The job that children join; by default one is created for the first child.
    window_flags
        Returns the flags with which a child opens no window.
    """

    def __init__(
        self, job: JobObject | None = None, window_flags: Callable[[], int] = window_flags
    ) -> None:
        self._job = job
        self._window_flags = window_flags

    def wrap_command(self, argv: Sequence[str], ends_with_us: bool) -> list[str]:
        """Return `argv`: the job ties the child to camrec, and no wrapper is needed."""
        return list(argv)

    def popen_options(self) -> PopenOptions:
        """Return the options for Popen: a break event reaches a group, and no window opens."""
        return {"creationflags": CREATE_NEW_PROCESS_GROUP | self._window_flags()}

    def tie_to_parent(self, process: subprocess.Popen[bytes]) -> None:
        """Make the child end when camrec ends."""
        if self._job is None:
            self._job = JobObject()
        self._job.add(process_handle(process))

    def interrupt(self, process: subprocess.Popen[bytes]) -> bool:
        """Send a break event to the child's process group; impossible without a console."""
        try:
            process.send_signal(CTRL_BREAK_EVENT)
        except OSError as error:
            log.debug("no break event to pid %d: %s", process.pid, error)
            return False
        return True

    def terminate(self, process: subprocess.Popen[bytes]) -> None:
        """End the child without asking it: Windows has no SIGTERM."""
        process.terminate()

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """End the child without asking it."""
        process.kill()


class JobObject:
    """A Job Object with KILL_ON_JOB_CLOSE, open for as long as camrec runs."""

    def __init__(self) -> None:
        if sys.platform != "win32":
            raise NotImplementedError
        self._kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        self._kernel.CreateJobObjectW.restype = ctypes.c_void_p
        self._handle = self._kernel.CreateJobObjectW(None, None)
        limits = _ExtendedLimits()
        limits.basic.flags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
        done = self._handle and self._kernel.SetInformationJobObject(
            ctypes.c_void_p(self._handle),
            JOB_OBJECT_EXTENDED_LIMIT_INFORMATION,
            ctypes.byref(limits),
            ctypes.sizeof(limits),
        )
        if not done:
            raise ctypes.WinError(ctypes.get_last_error())

    def add(self, process: int) -> None:
        """Add a process by its handle; a process that has just ended cannot and need not join."""
        if sys.platform != "win32":
            raise NotImplementedError
        done = self._kernel.AssignProcessToJobObject(
            ctypes.c_void_p(self._handle), ctypes.c_void_p(process)
        )
        if not done:
            log.warning("a child could not join the job: error %d", ctypes.get_last_error())


class _BasicLimits(ctypes.Structure):
    _fields_ = [
        ("process_time", ctypes.c_int64),
        ("job_time", ctypes.c_int64),
        ("flags", ctypes.c_uint32),
        ("least_working_set", ctypes.c_size_t),
        ("most_working_set", ctypes.c_size_t),
        ("processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority", ctypes.c_uint32),
        ("scheduling", ctypes.c_uint32),
    ]


class _ExtendedLimits(ctypes.Structure):
    _fields_ = [
        ("basic", _BasicLimits),
        ("io", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peak_process_memory", ctypes.c_size_t),
        ("peak_job_memory", ctypes.c_size_t),
    ]
