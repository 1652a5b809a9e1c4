"""Keeping a child ready: its states, its pauses, its failures."""

from __future__ import annotations

import itertools
import sys
import threading

import pytest

from camrec.errors import ServiceError
from camrec.process import ChildProcess, ProcessState, Supervisor
from support.stopping import kill
from support.units_made import until

S = ProcessState
SLEEP = "import time; print('it runs', flush=True); time.sleep(60)"


class ScriptChild(ChildProcess):
    """Python with a script.

    has_printed : the script runs. Wine may keep the output of a child open that is killed before
        that, and then camrec waits for it.
    """

    def __init__(self, script: str) -> None:
        super().__init__("test child", [sys.executable, "-c", script], on_line=self._note_line)
        self.has_printed = False

    def _note_line(self, line: str) -> None:
        self.has_printed = True


def child_of(script: str) -> ScriptChild:
    return ScriptChild(script)


def runs(child: ScriptChild) -> bool:
    """Whether a child with the script `SLEEP` may be stopped."""
    return child.has_printed


class Watched:
    """A supervisor with all its changes of state, and a wait for the nth time in a state."""

    def __init__(self, make, ready=lambda child: child.running, **given) -> None:
        self.supervisor = Supervisor("test child", make, ready, **given)
        self.states: list[ProcessState] = []
        self._more = threading.Condition()
        self.supervisor.machine.changed.connect(self._note)

    def _note(self, old: ProcessState, new: ProcessState) -> None:
        with self._more:
            self.states.append(new)
            self._more.notify_all()

    def wait(self, state: ProcessState, times: int = 1) -> None:
        with self._more:
            assert self._more.wait_for(lambda: self.states.count(state) >= times, 30), self.states


@pytest.fixture
def watch():
    made: list[Watched] = []

    def watch(*given, **named) -> Watched:
        made.append(Watched(*given, **named))
        return made[-1]

    yield watch
    for each in made:
        each.supervisor.stop()


def test_a_supervisor_goes_from_stopped_to_ready_and_back(watch):
    watched = watch(lambda: child_of(SLEEP), runs)
    supervisor = watched.supervisor
    assert supervisor.state is S.STOPPED
    supervisor.ensure_ready(20)
    supervisor.ensure_ready(20)
    pid = supervisor.child.pid
    supervisor.stop()
    supervisor.stop()
    assert watched.states == [S.STARTING, S.READY, S.STOPPING, S.STOPPED]
    assert supervisor.child is None
    supervisor.ensure_ready(20)
    assert supervisor.child.pid != pid


def test_a_killed_child_is_replaced(watch):
    watched = watch(lambda: child_of(SLEEP), runs, pauses=(0.01, 0.02))
    supervisor = watched.supervisor
    told = []
    supervisor.became_ready.connect(lambda: told.append(supervisor.child.pid))
    supervisor.ensure_ready(20)
    kill(supervisor.child.pid)
    watched.wait(S.READY, times=2)
    supervisor.ensure_ready(20)
    assert watched.states == [S.STARTING, S.READY, S.BACKOFF, S.STARTING, S.READY]
    assert len(set(told)) == 2


def test_the_restart_pause_grows_up_to_a_limit(watch, caplog):
    watched = watch(
        lambda: child_of("raise SystemExit(3)"), lambda child: False, pauses=(0.01, 0.04)
    )
    watched.supervisor.start()
    watched.wait(S.BACKOFF, times=5)
    watched.supervisor.stop()
    pauses = [record.args[2] for record in caplog.records if "restarting in" in record.msg]
    assert pauses[:5] == [0.01, 0.02, 0.04, 0.04, 0.04]
    assert "exit code 3" in caplog.text


def test_the_restart_pause_is_reset_after_a_healthy_run(watch, caplog):
    watched = watch(lambda: child_of("input()"), healthy_after=0.0, pauses=(0.01, 1.0))
    watched.supervisor.start()
    watched.wait(S.BACKOFF, times=4)
    watched.supervisor.stop()
    pauses = {record.args[2] for record in caplog.records if "restarting in" in record.msg}
    assert pauses == {0.01}


def test_a_child_that_is_never_ready_is_stopped_and_restarted(watch):
    watched = watch(
        lambda: child_of(SLEEP), lambda child: False, ready_timeout=0.05, pauses=(0.01, 0.01)
    )
    with pytest.raises(ServiceError) as caught:
        watched.supervisor.ensure_ready(1.0)
    assert caught.value.code == "proxy_failed"
    watched.wait(S.STARTING, times=2)


def test_a_permanent_error_is_final_until_it_is_asked_for_again(watch):
    taken = [True]

    def ready(child: ScriptChild) -> bool:
        if runs(child) and taken[0]:
            raise ServiceError("port_taken", port=1, holder="", setting="x")
        return runs(child)

    watched = watch(lambda: child_of(SLEEP), ready)
    for _ in range(2):
        with pytest.raises(ServiceError) as caught:
            watched.supervisor.ensure_ready(20)
        assert caught.value.code == "port_taken"
    assert watched.states == [S.STARTING, S.BACKOFF, S.FAILED] * 2
    taken[0] = False
    watched.supervisor.ensure_ready(20)
    assert watched.supervisor.error is None


def test_a_child_that_was_ready_once_is_restarted_despite_a_permanent_error(watch):
    counter = itertools.count()

    def ready(child: ChildProcess) -> bool:
        if next(counter) == 1:
            raise ServiceError("port_taken", port=1, holder="", setting="x")
        return True

    watched = watch(lambda: child_of("input()"), ready, pauses=(0.01, 0.01))
    watched.supervisor.start()
    watched.wait(S.READY, times=2)
    assert S.FAILED not in watched.states


def test_a_program_that_cannot_start_fails_for_good(watch):
    watched = watch(lambda: ChildProcess("none", ["/no/such/program"]), pauses=(0.01, 0.01))
    with pytest.raises(ServiceError) as caught:
        watched.supervisor.ensure_ready(0.5)
    assert "it cannot be started (no such file or folder)" in str(caught.value)


def test_an_exception_while_creating_the_child_is_survived(watch, caplog):
    counter = itertools.count()

    def broken() -> ChildProcess:
        if next(counter) == 0:
            raise ZeroDivisionError
        return child_of(SLEEP)

    watched = watch(broken, runs, pauses=(0.01, 0.01))
    watched.supervisor.ensure_ready(20)
    assert "ZeroDivisionError" in caplog.text


def test_stop_ends_a_child_that_is_starting(watch):
    watched = watch(lambda: child_of(SLEEP), lambda child: False)
    watched.supervisor.start()
    until(lambda: watched.supervisor.child is not None and runs(watched.supervisor.child), 30)
    watched.supervisor.stop()
    assert watched.states[-2:] == [S.STOPPING, S.STOPPED]
    with pytest.raises(ServiceError):
        watched.supervisor.ensure_ready(0.1)


def test_stop_cuts_the_pause_before_a_restart_short(watch):
    watched = watch(lambda: child_of("raise SystemExit"), lambda child: False, pauses=(60, 60))
    watched.supervisor.start()
    watched.wait(S.BACKOFF)
    watched.supervisor.stop()
    assert watched.states[-2:] == [S.STOPPING, S.STOPPED]
