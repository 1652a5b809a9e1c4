"""A unit test has no process, no network and no browser: it fails if it uses one."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator

import pytest

OUTSIDE = {
    "subprocess.Popen",
    "os.fork",
    "os.forkpty",
    "os.posix_spawn",
    "os.system",
    "socket.bind",
    "socket.connect",
    "socket.getaddrinfo",
    "socket.sendto",
}
_met: list[str] = []


def _is_within_socketpair() -> bool:
    """An event loop on Windows wakes itself by a connection, which Python makes in `socket`."""
    frame = sys._getframe(2)
    return frame.f_code.co_filename == socket.__file__ and "socketpair" in frame.f_code.co_name


def _hear(event: str, arguments: tuple) -> None:
    if event in OUTSIDE and not _is_within_socketpair():
        _met.append(f"{event} {arguments[:2]!r}")


sys.addaudithook(_hear)


@pytest.fixture(autouse=True)
def stays_inside() -> Iterator[None]:
    _met.clear()
    yield
    assert not _met, f"this is no unit test: {_met[:3]}"
