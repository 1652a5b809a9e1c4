"""What cameras on raw sockets share: a listener, and a thread for each connection."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from camrec.tcp_sockets import interrupt_socket


@dataclass(frozen=True)
class SentFrame:
    """One frame as sent: its number, when (monotonic nanoseconds), and on which connection."""

    number: int
    at: int
    connection: int


@dataclass
class RawConnection:
    """One client; the connections of a camera are counted from 1."""

    peer: socket.socket
    number: int
    over: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)


def has_left(peer: socket.socket) -> bool:
    """Whether the client has closed its side, although its thread may not have noticed yet."""
    try:
        return bool(select.select([peer], [], [], 0)[0]) and not peer.recv(1, socket.MSG_PEEK)
    except (OSError, ValueError):  # closed here
        return True


class RawServer:
    """A camera that listens on `port` for as long as the ``with`` lasts.

    connections : how many there have been.
    most_at_once : the most that there were at the same time.
    sent : each frame that was sent.
    """

    connection_type: type[RawConnection] = RawConnection

    def __init__(self) -> None:
        self.connections = 0
        self.most_at_once = 0
        self.sent: list[SentFrame] = []
        self._open: dict[int, RawConnection] = {}
        self._threads: list[threading.Thread] = []
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]

    def __enter__(self):
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        interrupt_socket(self._listener)
        self._listener.close()
        with self._lock:
            left = list(self._open.values())
        for connection in left:
            connection.over.set()
            interrupt_socket(connection.peer)
        for thread in self._threads:
            thread.join(10)

    def _converse(self, connection: RawConnection) -> None:
        """Serve the client until it leaves."""
        raise NotImplementedError

    def _start(self, target: Callable[..., object], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, name="raw camera", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                connection = self.connection_type(peer, self.connections)
                self._open[connection.number] = connection
                there = sum(not has_left(each.peer) for each in self._open.values())
                self.most_at_once = max(self.most_at_once, there)
            self._start(self._serve, connection)

    def _serve(self, connection: RawConnection) -> None:
        try:
            with contextlib.suppress(OSError):
                self._converse(connection)
        finally:
            connection.over.set()
            with self._lock:
                del self._open[connection.number]
            connection.peer.close()
