"""One child process: its start, its output line by line, its end."""

from __future__ import annotations

import io
import logging
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from camrec.callbacks import Callbacks
from camrec.process.platforms import CURRENT_PLATFORM, Platform
from camrec.process.stop_sequence import StopSequence, StopStep, run_stop_sequence
from camrec.redaction import redact

log = logging.getLogger(__name__)

MAX_OUTPUT_LINE_BYTES = 64 * 1024


class ChildProcess:
    """A program that runs beside us, started once.

    One thread starts it, reads its stdout and stderr to their end, and waits for it: it lasts as
    long as the child, which on Linux dies when the thread that started it ends.

    Parameters
    ----------
    name
        What the log calls it.
    argv
        The program, as a path or found on PATH, and its arguments: never a credential.
    on_line
        Called for each line of its output, redacted, in its thread.
    stdin
        A pipe (`stdin`) instead of nothing.
    ends_with_us
        It dies with us, whatever kills us.
    env
        Its environment, ours by default.
    secrets
        What else must not be seen in its output; looked at anew for each line.
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
        self.ended: Callbacks[[int]] = Callbacks()
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
        self._exited = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"child {name}", daemon=True)

    def start(self) -> ChildProcess:
        """Start it.

        Raises
        ------
        OSError
            There is no such program, or it may not be run.
        """
        self._thread.start()
        self._started.wait()
        if self._start_error is not None:
            self._thread.join()
            raise self._start_error
        return self

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def running(self) -> bool:
        return self._process is not None and not self._exited.is_set()

    @property
    def returncode(self) -> int | None:
        """None while it runs; minus the signal's number where one killed it (not on Windows)."""
        return self._process.returncode if self._process and self._exited.is_set() else None

    @property
    def stdin(self) -> BinaryIO | None:
        """Unbuffered: what is written is with the child at once, or the write blocks.

        Whoever asked for it calls `stop` in the end, also for a child that ended by itself.
        """
        return self._process.stdin if self._process else None

    def wait(self, timeout: float | None = None) -> bool:
        """Block until it has ended and its last line was read; False after `timeout` seconds."""
        return self._exited.wait(timeout)

    def stop(self, ladder: StopSequence) -> int | None:
        """Climb `ladder` until it has ended; its return code, None if nothing ended it."""
        if self.running:
            last = run_stop_sequence(self, ladder)
            if last is None:
                log.error("%s (pid %d) does not end", self.name, self.pid)
            elif last is not ladder[0][0]:
                log.warning("%s (pid %d) ended only by %s", self.name, self.pid, last.value)
        self._close_stdin()
        return self.returncode

    def kill(self) -> None:
        """End it at once."""
        self.stop(((StopStep.KILL, 5.0),))

    def ask(self, rung: StopStep) -> None:
        """Take one rung of a ladder; nothing is waited for."""
        process = self._process
        if process is None:
            return
        if rung is StopStep.INTERRUPT:
            self._platform.interrupt(process)
        elif rung is StopStep.TERMINATE:
            self._platform.terminate(process)
        elif rung is StopStep.KILL:
            self._platform.kill(process)
        elif process.stdin is not None:
            try:
                if rung is StopStep.QUIT:
                    process.stdin.write(b"q")
                else:
                    process.stdin.close()
            except (OSError, ValueError):
                log.debug("%s has closed its stdin", self.name)

    def _close_stdin(self) -> None:
        self.ask(StopStep.CLOSE_STDIN)
        if self._process is not None and threading.current_thread() is not self._thread:
            self._thread.join(1.0)

    def _run(self) -> None:
        try:
            self._process = process = self._spawn()
        except OSError as error:
            self._start_error = error
            self._exited.set()
            return
        finally:
            self._started.set()
        assert process.stdout is not None
        with io.BufferedReader(process.stdout) as output:  # type: ignore[type-var]
            while raw := output.readline(MAX_OUTPUT_LINE_BYTES):
                self._handle_line(raw)
        process.wait()
        self._exited.set()
        self.ended.emit(process.returncode)

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
        except Exception:
            log.exception("a line of %s was not taken", self.name)
