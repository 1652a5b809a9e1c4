"""Keeps one child ready: starts it, sees it die, starts it again after a growing pause."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from enum import Enum

from camrec.callbacks import Callbacks
from camrec.errors import CamrecError, ServiceError, describe_os_error
from camrec.i18n import Phrase, Translatable
from camrec.process.child import ChildProcess
from camrec.process.stop_sequence import SERVER_STOP_SEQUENCE, StopSequence
from camrec.state_machine import StateMachine

log = logging.getLogger(__name__)


class ProcessState(Enum):
    STOPPED = "stopped"
    STARTING = "starting"
    READY = "ready"
    STOPPING = "stopping"
    BACKOFF = "backoff"
    FAILED = "failed"


PROCESS_TRANSITIONS = {
    ProcessState.STOPPED: frozenset({ProcessState.STARTING}),
    ProcessState.STARTING: frozenset(
        {ProcessState.READY, ProcessState.BACKOFF, ProcessState.STOPPING}
    ),
    ProcessState.READY: frozenset({ProcessState.BACKOFF, ProcessState.STOPPING}),
    ProcessState.STOPPING: frozenset({ProcessState.STOPPED}),
    ProcessState.BACKOFF: frozenset(
        {ProcessState.STARTING, ProcessState.FAILED, ProcessState.STOPPING}
    ),
    ProcessState.FAILED: frozenset({ProcessState.STARTING, ProcessState.STOPPED}),
}

READY_POLL_INTERVAL_S = 0.05


class Supervisor:
    """A long-lived owner of short-lived children.

    A CamrecError raised by `make` or `ready` is permanent: the supervisor has FAILED, until it is
    started anew. Only one that was ready before goes on trying: what it serves waits for it.

    Parameters
    ----------
    name
        What the log calls it.
    make
        Gives the next child, not started.
    ready
        Whether the child does its work yet; asked every 50 ms, and once more after a child has
        ended before it was ready.
    ladder
        How the child is stopped.
    patience
        Seconds until a child that is not ready is ended.
    pauses
        Shortest and longest pause between two tries, in seconds; each is double the last.
    health
        After so many seconds of being ready the pause begins small again.
    """

    def __init__(
        self,
        name: str,
        make: Callable[[], ChildProcess],
        ready: Callable[[ChildProcess], bool],
        *,
        ladder: StopSequence = SERVER_STOP_SEQUENCE,
        patience: float = 10.0,
        pauses: tuple[float, float] = (0.25, 30.0),
        health: float = 10.0,
    ) -> None:
        self.name = name
        self.machine: StateMachine[ProcessState] = StateMachine(
            ProcessState.STOPPED, PROCESS_TRANSITIONS
        )
        self.became_ready: Callbacks[[]] = Callbacks()
        self.child: ChildProcess | None = None
        self.error: CamrecError | None = None
        self._make = make
        self._ready = ready
        self._stop_sequence = ladder
        self._ready_timeout = patience
        self._pauses = pauses
        self._healthy_after = health
        self._reason: Translatable | str = ""
        self._stop_requested = threading.Event()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    @property
    def state(self) -> ProcessState:
        return self.machine.state

    def start(self) -> None:
        """Begin to keep a child ready; nothing is waited for. A failed one is tried anew."""
        with self._lock:
            if self.state not in (ProcessState.STOPPED, ProcessState.FAILED):
                return
            if self._thread is not None:
                self._thread.join()
            self.error = None
            self._stop_requested.clear()
            self.machine.transition(ProcessState.STARTING)
            self._thread = threading.Thread(
                target=self._run, name=f"supervisor {self.name}", daemon=True
            )
            self._thread.start()

    def ensure_ready(self, timeout: float) -> None:
        """Start it if need be, and wait until it is ready.

        Raises
        ------
        CamrecError
            The permanent failure, or ``proxy_failed`` after `timeout` seconds.
        """
        self.start()
        self.machine.wait(
            lambda state: state in (ProcessState.READY, ProcessState.FAILED, ProcessState.STOPPED),
            timeout,
        )
        if self.state is ProcessState.READY:
            return
        if self.error is not None:
            raise self.error
        reason = self._reason or Phrase("reasons.not_ready")
        raise ServiceError("proxy_failed", proxy=self.name, reason=reason)

    def stop(self) -> None:
        """End the child and keep none any more."""
        with self._lock:
            self._stop_requested.set()
            self._wake.set()
            if self._thread is not None and self._thread is not threading.current_thread():
                self._thread.join()
                self._thread = None
            self.machine.transition(ProcessState.STOPPED, only_from=ProcessState.FAILED)

    def _run(self) -> None:
        shortest, longest = self._pauses
        pause, was_ready = shortest, False
        while True:
            healthy_for = self._attempt()
            if self._stop_requested.is_set():
                break
            if healthy_for is not None:
                was_ready = True
                pause = shortest if healthy_for >= self._healthy_after else pause
            self.machine.transition(ProcessState.BACKOFF)
            if self.error is not None and not was_ready:
                log.error("%s: %s", self.name, self._reason)
                self.machine.transition(ProcessState.FAILED)
                return
            log.warning("%s: %s; again in %.2g s", self.name, self._reason, pause)
            if self._stop_requested.wait(pause):
                break
            pause = min(2 * pause, longest)
            self.machine.transition(ProcessState.STARTING)
        self.machine.transition(ProcessState.STOPPING)
        self.machine.transition(ProcessState.STOPPED)

    def _attempt(self) -> float | None:
        """`_publish_once`, whatever goes wrong in it."""
        try:
            return self._run_once()
        except CamrecError as error:
            self.error = error
            self._reason = error
        except OSError as error:
            self._reason = Phrase("reasons.not_started", reason=describe_os_error(error))
        except Exception as error:
            log.exception("%s", self.name)
            self._reason = type(error).__name__
        return None

    def _run_once(self) -> float | None:
        """One child from its start to its end; how many seconds it was ready, None for never."""
        nudge = self._wake = threading.Event()
        child = self._make()
        child.ended.connect(lambda code: nudge.set())
        child.start()
        self.child = child
        try:
            if not self._wait_ready(child, nudge):
                return None
            since = time.monotonic()
            self.error, self._reason = None, ""
            self.machine.transition(ProcessState.READY)
            self.became_ready.emit()
            while child.running and not self._stop_requested.is_set():
                nudge.wait()
            self._reason = Phrase("reasons.ended", code=child.returncode)
            return time.monotonic() - since
        finally:
            if self._stop_requested.is_set():
                self.machine.transition(ProcessState.STOPPING)
            child.stop(self._stop_sequence)
            self.child = None

    def _wait_ready(self, child: ChildProcess, nudge: threading.Event) -> bool:
        deadline = time.monotonic() + self._ready_timeout
        while not self._stop_requested.is_set():
            running = child.running
            if self._ready(child):
                return True
            if not running:
                self._reason = Phrase("reasons.ended_at_start", code=child.returncode)
                return False
            if time.monotonic() > deadline:
                self._reason = Phrase("reasons.not_ready_after", seconds=f"{self._ready_timeout:g}")
                return False
            nudge.wait(READY_POLL_INTERVAL_S)
        return False
