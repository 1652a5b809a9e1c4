"""Keeps one child ready: starts it, and restarts it, after growing pauses, when it ends."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from enum import Enum

from camrec.callbacks import Callbacks
from camrec.clock import monotonic_s
from camrec.errors import CamrecError, ServiceError, describe_os_error
from camrec.i18n import Phrase, Translatable
from camrec.process.child import ChildProcess
from camrec.process.stop_sequence import SERVER_STOP_SEQUENCE, StopSequence
from camrec.state_machine import StateMachine

log = logging.getLogger(__name__)


class ProcessState(Enum):
    """The states of a supervised program; the page and ``/health`` show them."""

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

UNHEALTHY_PROCESS_STATES = (ProcessState.BACKOFF, ProcessState.FAILED)

READY_POLL_INTERVAL_S = 0.05


class Supervisor:
    """Owns one child after the other, so that one of them is always ready.

    A CamrecError that `make_child` or `is_ready` raises is permanent: the state becomes FAILED
    until `start` is called again. But if a child was ready before, the supervisor keeps trying,
    because sessions and recordings wait for it.

    Parameters
    ----------
    name
        The name of the child in the log.
    make_child
        Returns the next child, not started yet.
    is_ready
        Returns whether the child works. It is called every 50 ms until the child does, and once
        more if the child ends before.
    stop_sequence
        How the child is stopped.
    ready_timeout
        Seconds after which a child that is not ready is ended.
    pauses
        The shortest and the longest pause between two attempts, in seconds. Each pause is twice
        the previous one.
    healthy_after
        After a child was ready for so many seconds, pauses start with the shortest one again.

    Attributes
    ----------
    machine : the state, and whom to notify when it changes.
    became_ready : calls the connected functions each time a child becomes ready.
    child : the child that runs now, or None.
    error : the permanent error, or None.
    """

    def __init__(
        self,
        name: str,
        make_child: Callable[[], ChildProcess],
        is_ready: Callable[[ChildProcess], bool],
        *,
        stop_sequence: StopSequence = SERVER_STOP_SEQUENCE,
        ready_timeout: float = 10.0,
        pauses: tuple[float, float] = (0.25, 30.0),
        healthy_after: float = 10.0,
    ) -> None:
        self.name = name
        self.machine: StateMachine[ProcessState] = StateMachine(
            ProcessState.STOPPED, PROCESS_TRANSITIONS
        )
        self.became_ready: Callbacks[[]] = Callbacks()
        self.child: ChildProcess | None = None
        self.error: CamrecError | None = None
        self._make_child = make_child
        self._is_ready = is_ready
        self._stop_sequence = stop_sequence
        self._ready_timeout = ready_timeout
        self._pauses = pauses
        self._healthy_after = healthy_after
        self._reason: Translatable | str = ""
        self._stop_requested = threading.Event()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    @property
    def state(self) -> ProcessState:
        """The current state."""
        return self.machine.state

    def start(self) -> None:
        """Start to keep a child ready, without waiting; try again after a failure."""
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
        """Start the child if necessary, and wait until it is ready.

        Raises
        ------
        CamrecError
            The permanent error, or ``proxy_failed`` after `timeout` seconds.
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
        """End the child, and start no other one."""
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
            log.warning("%s: %s; restarting in %.2g s", self.name, self._reason, pause)
            if self._stop_requested.wait(pause):
                break
            pause = min(2 * pause, longest)
            self.machine.transition(ProcessState.STARTING)
        self.machine.transition(ProcessState.STOPPING)
        self.machine.transition(ProcessState.STOPPED)

    def _attempt(self) -> float | None:
        """`_run_once`; any error in it becomes the reason for the next attempt."""
        try:
            return self._run_once()
        except CamrecError as error:
            self.error = error
            self._reason = error
        except OSError as error:
            self._reason = Phrase("reasons.not_started", reason=describe_os_error(error))
        except Exception as error:  # a defect in make_child or is_ready must not end this thread
            log.exception("%s", self.name)
            self._reason = type(error).__name__
        return None

    def _run_once(self) -> float | None:
        """Run one child to its end; return how many seconds it was ready, None if it never was."""
        nudge = self._wake = threading.Event()
        child = self._make_child()
        child.exited.connect(lambda code: nudge.set())
        child.start()
        self.child = child
        try:
            if not self._wait_ready(child, nudge):
                return None
            since = monotonic_s()
            self.error, self._reason = None, ""
            self.machine.transition(ProcessState.READY)
            self.became_ready.emit()
            while child.running and not self._stop_requested.is_set():
                nudge.wait()
            self._reason = Phrase("reasons.ended", code=child.returncode)
            return monotonic_s() - since
        finally:
            if self._stop_requested.is_set():
                self.machine.transition(ProcessState.STOPPING)
            child.stop(self._stop_sequence)
            self.child = None

    def _wait_ready(self, child: ChildProcess, nudge: threading.Event) -> bool:
        deadline = monotonic_s() + self._ready_timeout
        while not self._stop_requested.is_set():
            running = child.running
            if self._is_ready(child):
                return True
            if not running:
                self._reason = Phrase("reasons.ended_at_start", code=child.returncode)
                return False
            if monotonic_s() > deadline:
                self._reason = Phrase("reasons.not_ready_after", seconds=f"{self._ready_timeout:g}")
                return False
            nudge.wait(READY_POLL_INTERVAL_S)
        return False
