"""One child at a time: real processes that obey, hang, print and die."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from camrec.clock import monotonic_s
from camrec.console_window import CREATE_NO_WINDOW
from camrec.process import (
    SERVER_STOP_SEQUENCE,
    STDIN_STOP_SEQUENCE,
    ChildProcess,
    PidFile,
    StopStep,
    end_orphans,
    end_writers,
    orphans,
)
from camrec.process.platforms import CURRENT_PLATFORM
from camrec.process.posix import PosixPlatform
from camrec.process.stop_sequence import StopResult, run_stop_sequence
from camrec.process.windows import CREATE_NEW_PROCESS_GROUP, CTRL_BREAK_EVENT, WindowsPlatform
from support.stopping import freeze

pytestmark = pytest.mark.spread

posix_only = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no signals and sessions of POSIX"
)
linux_only = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux has the parent-death signal"
)

SLEEP = "import time; print('up', flush=True); time.sleep(60)"
STUBBORN = (
    "import signal, time\n"
    "for each in (signal.SIGINT, signal.SIGTERM): signal.signal(each, signal.SIG_IGN)\n"
    "print('up', flush=True)\n"
    "time.sleep(60)"
)
QUICK = ((StopStep.INTERRUPT, 0.3), (StopStep.TERMINATE, 0.3), (StopStep.KILL, 10.0))


class Ear:
    """Collects a child's lines, and lets a test wait for one."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._more = threading.Condition()

    def __call__(self, line: str) -> None:
        with self._more:
            self.lines.append(line)
            self._more.notify_all()

    def wait_for(self, start: str) -> str:
        def found() -> str | None:
            return next((line for line in self.lines if line.startswith(start)), None)

        with self._more:
            assert self._more.wait_for(found, 20), self.lines
            return found()


def python(script: str, *, ear: Ear | None = None, **given) -> ChildProcess:
    return ChildProcess("test child", [sys.executable, "-c", script], on_line=ear, **given).start()


def gone(pid: int) -> bool:
    try:
        psutil.wait_procs([psutil.Process(pid)], timeout=10)
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_lines_of_stdout_and_stderr_arrive_before_the_exit_is_signalled():
    ear = Ear()
    heard_at_end = []
    child = ChildProcess(
        "talker",
        [sys.executable, "-c", "import sys; print('out'); print('err', file=sys.stderr)"],
        on_line=ear,
    )
    child.exited.connect(lambda code: heard_at_end.append((code, sorted(ear.lines))))
    child.start()
    assert child.wait(20)
    child.stop(SERVER_STOP_SEQUENCE)
    assert heard_at_end == [(0, ["err", "out"])]
    assert child.returncode == 0 and not child.running


def test_a_credential_in_a_child_s_output_is_masked():
    ear = Ear()
    script = "print('open rtsp://joe:pa@ss@cam/x and pa%40ss'); print('x' * 200_000)"
    child = python(script, ear=ear, secrets=("pa%40ss",))
    assert child.wait(20)
    child.stop(SERVER_STOP_SEQUENCE)
    assert ear.lines[0] == "open rtsp://***@cam/x and ***"
    assert max(map(len, ear.lines)) <= 64 * 1024


def test_a_failing_line_listener_does_not_stop_reading_the_output():
    def listener(line: str) -> None:
        raise RuntimeError(line)

    child = ChildProcess(
        "talker", [sys.executable, "-c", "print('x\\n' * 1000)"], on_line=listener
    ).start()
    assert child.wait(30)
    assert child.stop(SERVER_STOP_SEQUENCE) == 0


def test_starting_a_program_that_does_not_exist_raises():
    with pytest.raises(FileNotFoundError):
        ChildProcess("none", ["/no/such/program"]).start()


@linux_only
def test_a_file_that_is_no_program_exits_at_once(tmp_path):
    file = tmp_path / "broken"
    file.write_bytes(b"\x00not a program")
    file.chmod(0o755)
    ear = Ear()
    child = ChildProcess("broken", [file], on_line=ear).start()
    assert child.wait(20)
    assert child.stop(SERVER_STOP_SEQUENCE) == 1
    assert "Exec format error" in ear.lines[0]


@posix_only
def test_the_first_stop_step_ends_a_cooperative_process():
    ear = Ear()
    child = python(SLEEP, ear=ear)
    ear.wait_for("up")
    assert child.stop(SERVER_STOP_SEQUENCE) == (-signal.SIGINT)
    assert gone(child.pid)


@posix_only
def test_the_stop_sequence_ends_a_process_that_ignores_signals(caplog):
    ear = Ear()
    child = python(STUBBORN, ear=ear)
    ear.wait_for("up")
    assert child.stop(QUICK) == -signal.SIGKILL
    assert "ended only by kill" in caplog.text


def test_a_stopped_process_is_killed():
    ear = Ear()
    child = python(SLEEP, ear=ear)
    ear.wait_for("up")
    freeze(child.pid)
    assert child.stop(QUICK) == (1 if sys.platform == "win32" else -signal.SIGKILL)


@posix_only
def test_the_children_of_a_killed_process_end_with_it():
    ear = Ear()
    script = (
        "import subprocess, sys, time\n"
        "inner = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print('inner', inner.pid, flush=True)\n"
        "time.sleep(60)"
    )
    child = python(script, ear=ear)
    inner = int(ear.wait_for("inner").split()[1])
    child.kill()
    assert gone(inner)


def test_closing_stdin_is_a_stop_step():
    ear = Ear()
    script = "import sys; print('up', flush=True); print(len(sys.stdin.buffer.read()))"
    child = python(script, ear=ear, stdin=True, ends_with_us=False)
    ear.wait_for("up")
    child.stdin.write(b"x" * 1000)
    assert child.stop(STDIN_STOP_SEQUENCE) == 0
    assert ear.lines[-1] == "1000"
    assert child.stdin.closed


def test_no_other_child_keeps_a_stdin_open():
    ear = Ear()
    fed = python("import sys; sys.stdin.read()", stdin=True, ends_with_us=False)
    other = python(SLEEP, ear=ear)
    ear.wait_for("up")
    fed.stdin.close()
    assert fed.wait(20)
    fed.stop(STDIN_STOP_SEQUENCE)
    other.kill()


@posix_only
def test_ctrl_c_in_our_terminal_does_not_reach_it():
    ear = Ear()
    child = python("import os; print('session', os.getsid(0), os.getpgid(0))", ear=ear)
    assert child.wait(20)
    child.stop(SERVER_STOP_SEQUENCE)
    assert ear.lines == [f"session {child.pid} {child.pid}"]


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS: the next start ends the child")
def test_a_killed_parent_takes_its_child_along():
    """Also if the thread that started the child ended long before."""
    script = (
        "import sys, threading, time\n"
        "from camrec.process import ChildProcess\n"
        "children = []\n"
        "def begin():\n"
        f"    children.append(ChildProcess('x', [sys.executable, '-c', {SLEEP!r}], on_line=say))\n"
        "    children[0].start()\n"
        "def say(line): print('child', children[0].pid, flush=True)\n"
        "thread = threading.Thread(target=begin); thread.start(); thread.join()\n"
        "time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    with parent:
        pid = int(parent.stdout.readline().split()[1])
        assert psutil.pid_exists(pid)
        parent.kill()
    assert gone(pid)


@linux_only
def test_a_child_ends_if_its_parent_died_before_parent_death_was_set_up():
    process = subprocess.run(
        PosixPlatform().wrap_command([sys.executable, "-c", "print('alive')"], True)[:4]
        + ["1", sys.executable, "-c", "print('alive')"],
        stdout=subprocess.PIPE,
    )
    assert process.returncode == 1 and process.stdout == b""


@posix_only
def test_only_parent_death_differs_between_linux_and_macos():
    assert PosixPlatform(uses_parent_death=False).wrap_command(["a", "b"], True) == ["a", "b"]
    assert PosixPlatform(uses_parent_death=True).wrap_command(["a", "b"], False) == ["a", "b"]
    assert PosixPlatform(uses_parent_death=True).wrap_command(["a", "b"], True)[-2:] == ["a", "b"]


class WindowsProcess:
    """In place of Popen on Windows: records what is called. Wine sends no break events."""

    pid = 4711
    stdin = None
    _handle = 99

    def __init__(self, console: bool = True) -> None:
        self.asked: list[object] = []
        self._console = console

    def send_signal(self, number: int) -> None:
        if not self._console:
            raise OSError(6, "The handle is invalid")
        self.asked.append(number)

    def terminate(self) -> None:
        self.asked.append("terminate")

    def kill(self) -> None:
        self.asked.append("kill")


class NoConsole(type(CURRENT_PLATFORM)):
    """This system without a console: a stand-in, since the tests have one."""

    def interrupt(self, process) -> bool:
        return False


class RecordedJob:
    def __init__(self) -> None:
        self.members: list[int] = []

    def add(self, handle: int) -> None:
        self.members.append(handle)


class StubbornWindowsChild:
    """A child on Windows that obeys only `obeys`; records for how long each step was waited for."""

    def __init__(self, process: WindowsProcess, obeys: StopStep | None = None) -> None:
        self.process = process
        self.waited: list[float] = []
        self._obeys = obeys
        self._platform = WindowsPlatform(RecordedJob())
        self._last: StopStep | None = None

    def request_stop(self, step: StopStep) -> bool:
        self._last = step
        if step is StopStep.INTERRUPT:
            return self._platform.interrupt(self.process)
        (self._platform.terminate if step is StopStep.TERMINATE else self._platform.kill)(
            self.process
        )
        return True

    def wait(self, timeout: float) -> bool:
        self.waited.append(timeout)
        return self._last is self._obeys


def test_windows_break_event_then_terminate_then_kill():
    child = StubbornWindowsChild(WindowsProcess())
    result = run_stop_sequence(child, SERVER_STOP_SEQUENCE)
    assert result.ended_by is None and len(result.ignored) == 3
    assert child.process.asked == [CTRL_BREAK_EVENT, "terminate", "kill"]


def test_windows_without_a_console_waits_for_no_break_event_that_cannot_be_sent():
    child = StubbornWindowsChild(WindowsProcess(console=False), StopStep.TERMINATE)
    result = run_stop_sequence(child, SERVER_STOP_SEQUENCE)
    assert result == StopResult(StopStep.TERMINATE, ignored=())
    assert child.process.asked == ["terminate"] and child.waited == [1.0]


def test_a_child_that_could_not_be_asked_is_ended_without_a_warning(caplog):
    """Without a console no child is asked: that is as usual there as a break event elsewhere."""
    ear = Ear()
    child = python(SLEEP, ear=ear, platform=NoConsole())
    ear.wait_for("up")
    child.stop(SERVER_STOP_SEQUENCE)
    assert not child.running
    assert not [each for each in caplog.records if each.levelname != "DEBUG"]


@pytest.mark.parametrize(
    ("window_flags", "flags"), [(0, CREATE_NEW_PROCESS_GROUP), (CREATE_NO_WINDOW, 0x08000200)]
)
def test_windows_gives_each_child_a_group_and_all_one_job(window_flags, flags):
    """A child opens no window: without a console it gets the flag for that."""
    job = RecordedJob()
    windows = WindowsPlatform(job, lambda: window_flags)
    assert windows.popen_options() == {"creationflags": flags}
    assert windows.wrap_command(["a", "b"], True) == ["a", "b"]
    windows.tie_to_parent(WindowsProcess())
    assert job.members == [99]


WITHOUT_A_CONSOLE = """
import logging, sys
logging.basicConfig(level=logging.INFO, stream=sys.stdout)
from camrec.console_window import has_console, window_flags
from camrec.process import SERVER_STOP_SEQUENCE, ChildProcess
print(has_console(), hex(window_flags()), flush=True)
child = ChildProcess("child", [sys.executable, "-c", "import time; time.sleep(60)"]).start()
child.stop(SERVER_STOP_SEQUENCE)
print("running" if child.running else "ended")
"""


@pytest.mark.skipif(sys.platform != "win32", reason="other systems have no console windows")
def test_windows_without_a_console_ends_its_children_without_a_warning():
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_A_CONSOLE],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        creationflags=0x00000008,  # DETACHED_PROCESS: as pythonw, a service or a scheduled task
        text=True,
        timeout=120,
    )
    assert done.stdout.splitlines() == ["False 0x8000000", "ended"]


def writer(path: Path, script: str = SLEEP) -> ChildProcess:
    ear = Ear()
    arguments = [sys.executable, "-c", script, str(path)]
    child = ChildProcess("writer", arguments, on_line=ear, ends_with_us=False).start()
    ear.wait_for("up")
    return child


def test_a_program_that_writes_into_the_folder_of_a_dead_camrec_is_ended(tmp_path):
    ours, other = writer(tmp_path / "a" / "part-1.mp4"), writer(tmp_path.parent / "part-1.mp4")
    end_writers(tmp_path / "a")
    assert ours.wait(10) and other.running
    ours.kill()
    other.kill()


SLOW_WRITER = """
import sys, time
with open(sys.argv[1], "w", buffering=1) as file:
    print("up", flush=True)
    for number in range(24):
        print(number, file=file)
        time.sleep(0.05)
"""


def test_a_writer_that_a_dead_camrec_left_may_finish_its_file(tmp_path, monkeypatch):
    """It takes more than a second: on a busy computer FFmpeg may, too."""
    monkeypatch.setattr(orphans, "WRITER_STUCK_TIMEOUT_S", 30.0)
    monkeypatch.setattr(orphans, "WRITER_EXIT_TIMEOUT_S", 60.0)
    file = tmp_path / "part-1.mp4"
    child = writer(file, SLOW_WRITER)
    end_writers(tmp_path)
    assert child.wait(10) and child.returncode == 0
    assert file.read_text().split() == [str(number) for number in range(24)]
    child.kill()


class Working:
    """A stand-in for a process whose use of the processor a test decides."""

    used = 0.0

    def cpu_times(self) -> SimpleNamespace:
        return SimpleNamespace(user=self.used, system=0.0)


def test_a_writer_is_stuck_when_it_neither_works_nor_writes(tmp_path):
    process, file, begin = Working(), tmp_path / "part-1.mp4", monotonic_s()
    watched = orphans._Writer(process, file)
    assert not watched.is_stuck(begin + 0.9)
    process.used = 0.01
    assert not watched.is_stuck(begin + 1.5)
    file.write_text("frame")
    assert not watched.is_stuck(begin + 2.4) and not watched.is_stuck(begin + 3.3)
    assert watched.is_stuck(begin + 3.5)


def test_a_writer_is_found_whatever_processes_cannot_be_looked_at(tmp_path, monkeypatch):
    """Windows has some: "Memory Compression" is a plain OSError for psutil."""
    child = writer(tmp_path / "part-1.mp4")
    errors = iter([OSError(1168, "Element not found"), psutil.AccessDenied(4)])

    class Hidden:
        def cmdline(self) -> list[str]:
            raise next(errors)

    found = [Hidden(), Hidden(), psutil.Process(child.pid)]
    monkeypatch.setattr(psutil, "process_iter", lambda: iter(found))
    end_writers(tmp_path)
    assert child.wait(10)
    child.kill()


@pytest.mark.skipif(sys.platform != "win32", reason="names differ in case on other systems")
def test_windows_ends_a_writer_whatever_the_case_of_its_path(tmp_path):
    child = writer(Path(str(tmp_path / "part-1.mp4").swapcase()))
    end_writers(tmp_path)
    assert child.wait(10)
    child.kill()


def dead_camrec(folder: Path, left: int) -> None:
    """A camrec that wrote a pid file, registered a child and was killed."""
    script = (
        "import os\n"
        "from pathlib import Path\n"
        "from camrec.process import PidFile\n"
        f"lease = PidFile.acquire(Path({str(folder)!r}), 'proxy', '.yml')\n"
        f"lease.record_child('proxy', {left})\n"
        "os._exit(9)"
    )
    code = subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).parents[2])
    assert code.returncode == 9


def test_an_orphan_is_ended_at_the_next_start(tmp_path, caplog):
    child = python(SLEEP)
    dead_camrec(tmp_path, child.pid)
    end_orphans(tmp_path)
    assert child.wait(10)
    child.stop(SERVER_STOP_SEQUENCE)
    assert f"ending proxy (pid {child.pid})" in caplog.text
    assert not list(tmp_path.glob(".*.child"))


def test_acquiring_a_pid_file_again_ends_the_orphan(tmp_path):
    child = python(SLEEP)
    dead_camrec(tmp_path, child.pid)
    lease = PidFile.acquire(tmp_path, "proxy", ".yml")
    assert lease.path == tmp_path / "proxy.yml"
    assert child.wait(10)
    child.stop(SERVER_STOP_SEQUENCE)
    lease.release()


def test_a_living_owner_keeps_its_child_and_pid_file(tmp_path):
    child = python(SLEEP)
    first = PidFile.acquire(tmp_path, "proxy", ".yml")
    first.record_child("proxy", child.pid)
    second = PidFile.acquire(tmp_path, "proxy", ".yml")
    assert second.path == tmp_path / "proxy-2.yml"
    end_orphans(tmp_path)
    assert child.running
    first.release()
    second.release()
    child.kill()


def test_a_different_process_with_a_recorded_pid_is_not_killed(tmp_path):
    child = python(SLEEP)
    (tmp_path / ".proxy.yml.child").write_text(
        f'{{"name": "proxy", "pid": {child.pid}, "created": 1.0}}'
    )
    end_orphans(tmp_path)
    assert child.running
    child.kill()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": "x"}'])
def test_a_broken_pid_file_is_ignored(tmp_path, text):
    (tmp_path / ".proxy.yml.child").write_text(text)
    end_orphans(tmp_path)
    assert not list(tmp_path.glob(".*.child"))
