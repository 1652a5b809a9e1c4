"""Python processes that start quickly: a Python that has imported the libraries forks them.

camrec's libraries take a second of the processor to import, with the dashboard's three, and the
tests start hundreds of processes. These are real ones: children of the tests, with memory,
environment, signals and exit code of their own. Tests of what happens while camrec starts, or of
its command line in the list of processes, start Python itself; so do the benchmarks, and everything
on other systems.
"""

from __future__ import annotations

import atexit
import ctypes
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping

from support.stopping import python_command, python_environment

PR_SET_CHILD_SUBREAPER = 36


class ForkServer:
    """The process that forks; its environment is that of most commands."""

    def __init__(self) -> None:
        self._socket, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with other:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "support.fork_server", str(other.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=[other.fileno()],
                # A thread of a library would not be in the new processes.
                env=python_environment(LC_ALL="C", OPENBLAS_NUM_THREADS="1"),
            )
        self._system = ctypes.CDLL(None, use_errno=True)
        self._lock = threading.Lock()
        self.pid = self._process.pid
        atexit.register(self._end)

    def fork(self, request: Mapping[str, object], files: list[int]) -> int:
        """The pid of a new child of this process."""
        with self._lock:
            self._adopt(True)
            try:
                socket.send_fds(self._socket, [json.dumps(request).encode()], files)
                pid = self._socket.recv(20)
            finally:
                self._adopt(False)
        assert pid, "the process that forks has ended"
        return int(pid)

    def _adopt(self, orphans: bool) -> None:
        """Whether this process becomes the parent of descendants whose own parent ends."""
        done = self._system.prctl(PR_SET_CHILD_SUBREAPER, int(orphans), 0, 0, 0)
        assert done == 0, os.strerror(ctypes.get_errno())

    def _end(self) -> None:
        self._socket.close()
        self._process.wait()


class ForkedProcess(subprocess.Popen):
    """A process that was forked, which is used as any other."""

    def _execute_child(self, args, *given) -> None:
        folder, environment = given[4:6]
        pipes = given[9:15]  # both ends of stdin, stdout and stderr
        files = [number if pipes[at] == -1 else pipes[at] for number, at in enumerate((0, 3, 5))]
        request = {
            "arguments": args,
            "folder": os.fspath(folder or os.getcwd()),
            "environment": dict(os.environ if environment is None else environment),
        }
        self.pid = _server().fork(request, files)
        self._child_created = True
        self._close_pipe_fds(*pipes)


_running: list[ForkServer] = []
_starting = threading.Lock()


def _server() -> ForkServer:
    with _starting:
        if not _running:
            _running.append(ForkServer())
        return _running[0]


def server_pids() -> set[int]:
    """The processes that stay until the end of the run."""
    return {each.pid for each in _running}


def start_python(*arguments: str, **options) -> subprocess.Popen:
    """Start ``python ARGUMENT...`` with the `options` of `subprocess.Popen`."""
    if sys.platform == "linux" and "PYTEST_VERSION" in os.environ:
        return ForkedProcess(arguments, **options)
    if arguments[0] in ("-m", "-c"):
        return subprocess.Popen(python_command(*arguments), **options)
    return subprocess.Popen([sys.executable, *arguments], **options)


def run_python(
    *arguments: str, input: str | None = None, timeout: float = 120, **options
) -> subprocess.CompletedProcess:
    """Run ``python ARGUMENT...`` to its end; its output is captured, as bytes or as text."""
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with start_python(*arguments, **pipes, **options) as child:
        try:
            out, err = child.communicate(input, timeout)
        finally:
            child.kill()
    return subprocess.CompletedProcess(arguments, child.returncode, out, err)
