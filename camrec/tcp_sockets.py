"""What a TCP socket needs to behave on Windows as it does on Linux and macOS."""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Callable

LOOPBACK_ADDRESS = "127.0.0.1"
LISTEN_BACKLOG = 128  # as Tornado's
# The standard library has this name on Windows only; winsock2.h: ((int)(~SO_REUSEADDR)).
SO_EXCLUSIVEADDRUSE = -5


def interrupt_socket(connection: socket.socket) -> None:
    """End a connection, and what another thread reads from it or writes to it at this moment.

    That thread gets the end of the stream or an OSError. Any thread may call this, any number of
    times, also for a TLS socket and for one that was closed. The owner still closes the socket.
    """
    with contextlib.suppress(OSError):
        # Not SSLSocket.shutdown: it removes the TLS state, which another thread may be using.
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
    _wake_blocked_threads(connection)


def _keep_open(connection: socket.socket) -> None:
    """Linux and macOS: `shutdown` has woken the threads.

    The descriptor must stay open. If it was closed here, another thread could get the same number
    for another file, and a thread that is about to read would read from that.
    """


def _close_handle(connection: socket.socket) -> None:
    """Windows: `shutdown` does not end a `recv` or `select` that waits; closing the handle does.

    Measured under Wine: the waiting call fails with WSAENOTSOCK. Microsoft's page about
    `closesocket` says that pending calls of all threads are canceled; the one about `shutdown` says
    nothing about them. `detach` takes the handle from the socket in one step, so nobody closes it
    twice: the owner's `close` finds no handle. A file that was made of the socket would delay
    `socket.close`, but does not delay this.
    """
    handle = connection.detach()
    if handle >= 0:
        with contextlib.suppress(OSError):
            socket.close(handle)


_wake_blocked_threads: Callable[[socket.socket], None] = (
    _close_handle if sys.platform == "win32" else _keep_open
)


def reserve_address(listener: socket.socket, platform: str = sys.platform) -> None:
    """Prevent other programs from listening on the address of `listener`, which is not bound yet.

    On Windows any program that sets SO_REUSEADDR could otherwise listen on the same port and get
    some of the connections (Microsoft, "Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE"). Linux and
    macOS never let two programs listen on one address unless both ask for it.
    """
    if platform == "win32":
        listener.setsockopt(socket.SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1)


def make_exclusive(listener: socket.socket, platform: str = sys.platform) -> socket.socket:
    """Replace a listener that a library has bound by one whose address no other program can use.

    Needed on Windows only, see `reserve_address`; elsewhere this returns `listener`, and also if
    its address is its alone already. A connection that waits to be accepted is lost.

    Raises OSError: another program has taken the address at this moment.
    """
    if platform != "win32" or listener.getsockopt(socket.SOL_SOCKET, SO_EXCLUSIVEADDRUSE):
        return listener
    address, family = listener.getsockname(), listener.family
    listener.close()
    exclusive = socket.socket(family, socket.SOCK_STREAM)
    try:
        reserve_address(exclusive, platform)
        if family == socket.AF_INET6:
            exclusive.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)  # as Tornado's
        exclusive.bind(address)
        exclusive.listen(LISTEN_BACKLOG)
        exclusive.setblocking(False)
    except OSError:
        exclusive.close()
        raise
    return exclusive


def bind_loopback(port: int = 0) -> socket.socket:
    """Return a socket that is bound to `port` of 127.0.0.1, and does not listen yet; 0: any port.

    Raises OSError: the port is taken.
    """
    listener = socket.socket()
    try:
        reserve_address(listener)
        listener.bind((LOOPBACK_ADDRESS, port))
    except OSError:
        listener.close()
        raise
    return listener
