"""What a signal does while camrec's event loop runs."""

from __future__ import annotations

import contextlib
import signal
import socket
import sys
from collections.abc import Iterator

import pytest

from camrec.process.signals import wake_loop_quietly


@pytest.fixture
def full_wakeup_socket() -> Iterator[socket.socket]:
    """The socket to which a signal writes, as asyncio's loop on Windows has; it takes no byte."""
    reader, writer = socket.socketpair()
    with reader, writer:
        writer.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                writer.send(bytes(65536))
        before = signal.set_wakeup_fd(writer.fileno())
        yield writer
        signal.set_wakeup_fd(before)


@pytest.fixture
def arrived() -> Iterator[list[int]]:
    """The signals that arrived."""
    numbers: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: numbers.append(number))
    yield numbers
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_prints_nothing_while_the_event_loop_is_waking_up(
    full_wakeup_socket, arrived, monkeypatch
):
    printed = []
    monkeypatch.setattr(sys, "unraisablehook", printed.append)
    wake_loop_quietly()
    signal.raise_signal(signal.SIGINT)
    assert arrived == [signal.SIGINT]
    assert printed == []


def test_a_process_without_an_event_loop_has_no_wakeup_socket_afterwards():
    wake_loop_quietly()
    assert signal.set_wakeup_fd(-1) == -1
