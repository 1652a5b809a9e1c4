"""Keeps a Linux computer without a desktop awake, with a lock of systemd-logind."""

from __future__ import annotations

import threading

from camrec.process import STDIN_STOP_SEQUENCE, ChildProcess
from camrec.wake_lock.wake_lock import WakeLockError

HELD_LINE = "held"
ACQUIRE_TIMEOUT_S = 10.0

# systemd-inhibit(1) holds the lock as long as its program runs. The program ends when its standard
# input does, which also happens when camrec is killed.
INHIBIT_COMMAND = (
    "systemd-inhibit",
    "--what=idle:sleep",
    "--mode=block",
    "--who=camrec",
    "--why=recording",
    "sh",
    "-c",
    f"echo {HELD_LINE}; exec cat",
)


class SystemdLock:
    """See `WakeLock`."""

    def __init__(self) -> None:
        self._child: ChildProcess | None = None

    def acquire(self) -> None:
        """See `WakeLock.acquire`."""
        lines: list[str] = []
        answered = threading.Event()

        def on_line(line: str) -> None:
            lines.append(line)
            answered.set()

        child = ChildProcess("systemd-inhibit", INHIBIT_COMMAND, on_line=on_line, stdin=True)
        child.exited.connect(lambda _: answered.set())
        try:
            child.start()
        except OSError as error:
            raise WakeLockError(str(error)) from None
        answered.wait(ACQUIRE_TIMEOUT_S)
        self._child = child
        if HELD_LINE not in lines:
            self.release()
            raise WakeLockError(" ".join(lines) or "systemd-inhibit does not answer")

    def release(self) -> None:
        """See `WakeLock.release`."""
        child, self._child = self._child, None
        if child is not None:
            child.stop(STDIN_STOP_SEQUENCE)
