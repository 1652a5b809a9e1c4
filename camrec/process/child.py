"""Runs one child process: starts it, reads its output line by line, stops it."""

from __future__ import annotations

import io
import logging
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import IO

from camrec.callbacks import Callbacks
from camrec.process.platforms import CURRENT_PLATFORM, Platform
from camrec.process.stop_sequence import StopSequence, StopStep, run_stop_sequence
from camrec.redaction import redact

log = logging.getLogger(__name__)

MAX_OUTPUT_LINE_BYTES = 64 * 1024


class ChildProcess:
    """A program that camrec starts once, as a child process.

    One thread starts the child, reads its stdout and stderr to their end, and waits for it. The
    thread must live as long as the child: on Linux a child dies when the thread that started it
    ends.

    Parameters
    ----------
    name
        The name of the child in the log.
    argv
        The program, as a path or a name on PATH, and its arguments; never a credential.
    on_line
        Called in the child's thread with each line of output, without credentials.
    stdin
        Whether the child's standard input is a pipe (`stdin`); otherwise it is empty.
    ends_with_us
        Whether the child dies with camrec, however camrec ends.
    cwd
        The child's working folder; camrec's own by default.
    env
        The child's environment; camrec's own by default.
    secrets
        Further texts to remove from the output. They are read again for each line.

    Attributes
    ----------
    exited : calls the connected functions with the return code, in the child's thread, after the
        last line was read.
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str | os.PathLike[str]],
        *,
        on_line: Callable[[str], None] | None = None,
        stdin: bool = False,
        ends_with_us: bool = True,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        secrets: Collection[str] = (),
        platform: Platform = CURRENT_PLATFORM,
    ) -> None:
        self.name = name
        self.exited: Callbacks[[int]] = Callbacks()
        self._argv = [os.fspath(each) for each in argv]
        self._on_line = on_line
        self._wants_stdin = stdin
        self._ends_with_us = ends_with_us
        self._cwd = cwd
        self._env = env
        self._secrets = secrets
        self._platform = platform
        self._process: subprocess.Popen[bytes] | None = None
        self._start_error: OSError | None = None
        self._started = threading.Event()
        self._has_exited = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"child {name}", daemon=True)

    def start(self) -> ChildProcess:
        """Start the program and return this object.

        Raises
        ------
        OSError
            The program does not exist, or camrec may not run it.
        """
        self._thread.start()
        self._started.wait()
        if self._start_error is not None:
            self._thread.join()
            raise self._start_error
        return self

    @property
    def pid(self) -> int | None:
        """The process id; None before the start."""
        return self._process.pid if self._process else None

    @property
    def running(self) -> bool:
        """Whether the child was started and has not ended yet."""
        return self._process is not None and not self._has_exited.is_set()

    @property
    def returncode(self) -> int | None:
        """None while the child runs; minus the signal's number if a signal killed it (POSIX)."""
        return self._process.returncode if self._process and self._has_exited.is_set() else None

    @property
    def stdin(self) -> IO[bytes] | None:
        """The child's standard input, unbuffered: a write reaches the child at once, or blocks.

        The owner must call `stop` in the end, even if the child ended by itself.
        """
        return self._process.stdin if self._process else None

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the child has ended and its output was read; False after `timeout` seconds."""
        return self._has_exited.wait(timeout)

    def stop(self, sequence: StopSequence) -> int | None:
        """Run `sequence` until the child has ended; return its code, or None if it still runs."""
        if self.running:
            result = run_stop_sequence(self, sequence)
            if result.ended_by is None:
                log.error("%s (pid %d) does not end", self.name, self.pid)
            elif result.ignored:
                step = result.ended_by.value
                log.warning("%s (pid %d) ended only by %s", self.name, self.pid, step)
        self._close_stdin()
        return self.returncode

    def kill(self) -> None:
        """Kill the child and wait for its end."""
        self.stop(((StopStep.KILL, 5.0),))

    def request_stop(self, step: StopStep) -> bool:
        """Perform one step of a stop sequence, without waiting; False if it is impossible here."""
        process = self._process
        if process is None:
            return False
        if step is StopStep.INTERRUPT:
            return self._platform.interrupt(process)
        if step is StopStep.TERMINATE:
            self._platform.terminate(process)
        elif step is StopStep.KILL:
            self._platform.kill(process)
        else:
            return self._request_end_of_input(process)
        return True

    def _request_end_of_input(self, process: subprocess.Popen[bytes]) -> bool:
        if process.stdin is None:
            return False
        try:
            process.stdin.close()
        except (OSError, ValueError):
            log.debug("%s has closed its stdin", self.name)
        return True

    def _close_stdin(self) -> None:
        self.request_stop(StopStep.CLOSE_STDIN)
        if self._process is not None and threading.current_thread() is not self._thread:
            self._thread.join(1.0)

    def _run(self) -> None:
        try:
            self._process = process = self._spawn()
        except OSError as error:
            self._start_error = error
            self._has_exited.set()
            return
        finally:
            self._started.set()
        assert process.stdout is not None
        # An unbuffered pipe is a FileIO, which typeshed does not say.
        with io.BufferedReader(process.stdout) as output:  # type: ignore[type-var]  # see above
            while raw := output.readline(MAX_OUTPUT_LINE_BYTES):
                self._handle_line(raw)
        process.wait()
        self._has_exited.set()
        self.exited.emit(process.returncode)

    def _spawn(self) -> subprocess.Popen[bytes]:
        program = shutil.which(self._argv[0])
        if program is None:
            raise FileNotFoundError(2, "No such program", self._argv[0])
        process = subprocess.Popen(
            self._platform.wrap_command(
                [os.path.abspath(program), *self._argv[1:]], self._ends_with_us
            ),
            stdin=subprocess.PIPE if self._wants_stdin else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            close_fds=True,
            cwd=self._cwd,
            env=self._env,
            **self._platform.popen_options(),
        )
        if self._ends_with_us:
            self._platform.tie_to_parent(process)
        return process

    def _handle_line(self, raw: bytes) -> None:
        if self._on_line is None:
            return
        line = redact(raw.decode("utf-8", "replace").rstrip())
        for secret in sorted(self._secrets, key=len, reverse=True):
            line = line.replace(secret, "***")
        if not line:
            return
        try:
            self._on_line(line)
        except Exception:  # whatever the listener does, the output must be read to its end
            log.exception("reading a line of %s failed", self.name)
