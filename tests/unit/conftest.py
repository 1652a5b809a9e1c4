"""A unit test has no process, no network and no browser: it fails if it uses one."""

from __future__ import annotations

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


def _hear(event: str, arguments: tuple) -> None:
    if event in OUTSIDE:
        _met.append(f"{event} {arguments[:2]!r}")


sys.addaudithook(_hear)


@pytest.fixture(autouse=True)
def stays_inside() -> Iterator[None]:
    _met.clear()
    yield
    assert not _met, f"this is no unit test: {_met[:3]}"
