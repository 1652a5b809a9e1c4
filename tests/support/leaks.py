"""A test, or a module whose tests share a server, leaves no process, thread, socket or file."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from support.forked import server_pids

ROOT = Path(__file__).parents[2]
DESCRIPTORS = "/proc/self/fd"
FOLDERS = [str(ROOT / name) for name in ("bin", "videos")]
PATIENCE = 10.0  # seconds for what is still ending
# Created once by libraries and kept until the process ends; they hold nothing of camrec's.
KEPT_THREADS = ("asyncio_", "fsspecIO", "pytest_timeout")
# The one browser of the whole run starts and ends helper processes at any time.
BROWSER = ("chromium", "playwright")


@pytest.fixture(autouse=True, scope="module")
def nothing_left_behind_by_a_module() -> Iterator[None]:
    """What the tests of a module share may grow from one test to the next."""
    yield from _compare()


@pytest.fixture(autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    used = request.node._fixtureinfo.name2fixturedefs
    own = (nothing_left_behind_by_a_module.__name__, "chromium")
    shares = any(each[-1].scope == "module" for name, each in used.items() if name not in own)
    # Unit tests use no process and no network, and there are thousands: their modules are compared.
    if shares or request.path.parent.name == "unit":
        yield
    else:
        yield from _compare()


def _compare() -> Iterator[None]:
    before, sockets = _there(), set(_sockets())
    yield
    end = time.monotonic() + PATIENCE
    while (left := _there() - before | _connections(sockets)) and time.monotonic() < end:
        time.sleep(0.05)
    assert not left, f"left behind: {sorted(left)}"


def _sockets() -> dict[str, int]:
    """The sockets of this process, by their names in the system, with their descriptors."""
    found = {}
    for number in os.listdir(DESCRIPTORS) if os.path.exists(DESCRIPTORS) else ():
        with contextlib.suppress(OSError):  # closed meanwhile
            found[os.readlink(f"{DESCRIPTORS}/{number}")] = int(number)
    return {name: number for name, number in found.items() if name.startswith("socket:")}


def _connections(before: set[str]) -> set[str]:
    """The new connections, as text.

    The system's table is slow to read, so it is read only if there is a new socket.
    """
    new = {number for name, number in _sockets().items() if name not in before}
    if not new:
        return set()
    return {
        f"socket {each.laddr} {each.raddr} {each.status}"
        for each in psutil.Process().net_connections(kind="inet")
        if each.fd in new and each.status in (psutil.CONN_LISTEN, psutil.CONN_ESTABLISHED)
    }


def _has_children() -> bool:
    """The system knows this faster than a list of all processes."""
    if staying := server_pids():
        with contextlib.suppress(OSError):  # a thread has ended
            lists = [each.read_text() for each in Path("/proc/self/task").glob("*/children")]
            return not lists or any(int(each) not in staying for each in " ".join(lists).split())
        return True
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    except AttributeError:  # Windows
        pass
    return True


def _there() -> set[str]:
    """Everything that a test could leave, as text."""
    found, forking = set(), server_pids()
    for child in psutil.Process().children(recursive=True) if _has_children() else ():
        if child.pid in forking:
            continue
        try:
            command = " ".join(child.cmdline()[:3])
            if child.status() != psutil.STATUS_ZOMBIE and not any(
                part in command for part in BROWSER
            ):
                found.add(f"process {child.pid} {command}")
        except psutil.Error:
            continue
    for thread in threading.enumerate():
        if not thread.name.startswith(KEPT_THREADS):
            found.add(f"thread {thread.ident} {thread.name}")
    for folder in filter(os.path.exists, FOLDERS):
        found.update(f"file {path}" for path in Path(folder).rglob("*"))
    return found
